"""Which durable or shared services a piece of code reaches: the subjects that a fallback can lose."""

from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from aether_lint.catalog import ciphers, client_modules, clients, hashers, operations, tokens
from aether_lint.facts import Const, Effect, Function
from aether_lint.link.fixpoint import Fixpoint
from aether_lint.link.names import Module, Names, last_name
from aether_lint.link.own_names import OwnNames, matches
from aether_lint.link.things import Thing, ThingTable
from aether_lint.model import Confidence

Access = Literal["use", "read", "write"]
MOST_SUBJECTS = 8  # of one function; beyond that it is a main program and the summary says nothing


class Subject(Struct, frozen=True, order=True):
    """A durable or shared thing that code reaches.

    `label` is what a message calls it; `role` as in `catalog.clients` ("store", "queue", …) or of the crypto tables
    ("hasher", "cipher", …); `access` is what is done to it; `confidence`: high by the catalogue,
    medium by a telling name.
    """

    label: str
    role: str
    access: Access
    confidence: Confidence


Subjects: TypeAlias = frozenset[Subject]
NO_SUBJECTS: Subjects = frozenset()
CRYPTO_ROLES = frozenset({"hasher", "cipher", "encrypted column", "signer", "token"})


class SubjectTable:
    """Answers which subjects calls, functions and things reach."""

    def __init__(self, names: Names, things: ThingTable, own: OwnNames) -> None:
        self._names = names
        self._own = own
        self._things = things
        self._solve: Fixpoint[str, Subjects] = Fixpoint(self._equation, NO_SUBJECTS)
        self._calls: dict[int, Subjects] = {}  # by the identity of effects, which live as long as their modules
        self._things_reach: dict[Thing, Subjects] = {}

    def of_function(self, name: str) -> Subjects:
        """What a function of ours reaches, directly or through functions of its own module."""
        return self._solve(name)

    def of_effects(self, effects: Iterable[Effect], module: Module, function: Function) -> Subjects:
        """What some effects of a function reach."""
        return frozenset(s for e in effects for s in self.of_call(e, module, function))

    def of_call(self, effect: Effect, module: Module, function: Function) -> Subjects:
        """What one effect reaches, through the functions that it calls."""
        key = id(effect)
        if key not in self._calls:
            self._calls[key] = self._call(effect, module, function, self._solve)
        return self._calls[key]

    def of_thing(self, thing: Thing) -> Subjects:
        """What using a thing reaches: a client, or a class of ours whose methods reach one."""
        if thing not in self._things_reach:
            self._things_reach[thing] = self._reached_by(thing)
        return self._things_reach[thing]

    def _reached_by(self, thing: Thing) -> Subjects:
        if thing.kind in ("external", "made"):
            known = external_subject(thing.name, "use")
            return NO_SUBJECTS if known is None else frozenset({known})
        if thing.kind in ("class", "instance"):
            return frozenset(s for name in self.methods(thing.name) for s in self._solve(name))
        if thing.kind == "function":
            return self._solve(thing.name)
        return NO_SUBJECTS

    def methods(self, name: str) -> list[str]:
        """The methods of a class of ours and of its bases (global names)."""
        found: dict[str, str] = {}  # an overridden method is not run
        for base in self._things.bases(name):
            where = self._names.function(base.name) if base.kind == "class" else None
            if where is not None:
                module, owner = where
                for function in module.facts.functions:
                    if function.owner == owner.key:
                        found.setdefault(function.key.rpartition(".")[2], f"{module.path}:{function.key}")
        return list(found.values())

    def _equation(self, name: str, ask: Callable[[str], Subjects]) -> Subjects:
        where = self._names.function(name)
        if where is None:
            return NO_SUBJECTS
        module, function = where
        found: set[Subject] = set()
        if self._own.durable and matches(f"{module.path}:{function.owner or function.key}", self._own.durable):
            label = (function.owner or function.key).rpartition(".")[2]
            found.add(Subject(f"`{label}`", "store", access_of(function.key.rpartition(".")[2]), "high"))

        def ask_near(other: str) -> Subjects:
            # in a large program everything reaches everything: what a function is about lies in its own module
            return ask(other) if other.rpartition(":")[0] == module.path else NO_SUBJECTS

        for effect in function.effects:
            found |= self._call(effect, module, function, ask_near)
            if len(found) > MOST_SUBJECTS:
                break
        return frozenset(sorted(found)[:MOST_SUBJECTS])

    def _call(self, effect: Effect, module: Module, function: Function, ask: Callable[[str], Subjects]) -> Subjects:
        if effect.kind != "call":
            return NO_SUBJECTS
        found: set[Subject] = set()
        callees = self._things.callees(effect, module, function)
        access = access_of(last_name(effect))
        for thing in callees:
            if thing.kind in ("external", "made"):
                known = self._external(thing.name, access, effect)
                if known is not None:
                    found.add(known)
        for name in self._things.called_functions(effect, module, function):
            found |= ask(name)
        if not callees and not found:
            named = named_subject(effect, access)
            if named is not None:
                found.add(named)
        return frozenset(found)

    def _external(self, name: str, access: Access, effect: Effect) -> Subject | None:
        if name in ("boto3.client", "boto3.resource") or name.endswith((".Session.client", ".Session.resource")):
            first = effect.args[0] if effect.args else None
            service = clients.of_boto_service(str(first.value)) if isinstance(first, Const) else None
            return None if service is None else Subject(service.subject, service.role, "use", "high")
        if self._own.durable and any(matches(head, self._own.durable) for head in _heads(name)):
            return Subject(f"`{name.rpartition('.')[2]}`", "store", access, "high")
        return external_subject(name, access)


def _heads(name: str) -> list[str]:
    """A dotted name and all that it begins with."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def external_subject(name: str, access: Access) -> Subject | None:
    """The service behind an external callable, or behind a method of what it made."""
    head = name
    while head:
        client = clients.lookup(head)
        if client is not None:
            return Subject(client.subject, client.role, access if head != name else "use", "high")
        hasher = hashers.lookup(head)
        if hasher is not None and hasher.strength >= STRONG_HASH:
            return Subject(hasher.label, "hasher", "use", "high")
        primitive = ciphers.lookup(head)
        if primitive is not None and primitive.kind in ("cipher", "encrypted column"):
            return Subject(primitive.label, primitive.kind, "use", "high")
        head = head.rpartition(".")[0]
    return None


STRONG_HASH = 6  # PBKDF2 and up in `catalog.hashers`


def module_subject(module: str) -> Subject | None:
    """The service whose library this external module is."""
    client = client_modules.of_module(module)
    if client is not None:
        return Subject(client.subject, client.role, "use", "high")
    hasher = hashers.of_module(module)
    if hasher is not None:
        return Subject(hasher.label, "hasher", "use", "high")
    primitive = ciphers.of_module(module)
    if primitive is not None and primitive.kind in ("cipher", "encrypted column", "signer", "token"):
        return Subject(primitive.label, primitive.kind, "use", "high")
    return None


def access_of(method: str) -> Access:
    """What a method of this name does to a service."""
    match operations.lookup(method):
        case "read" | "check":
            return "read"
        case "write":
            return "write"
        case _:
            return "use"


def named_subject(effect: Effect, access: Access) -> Subject | None:
    """The subject that the names of a call on an unresolved receiver tell: `self.redis.setex(...)`, `db.commit()`."""
    parts = effect.place.replace(":", ".").replace(">", ".").replace("~", "").split(".")
    if len(parts) < 3 or access == "use":
        return None
    known = tokens.receiver(parts[-2])
    return None if known is None else Subject(known.subject, known.role, access, "medium")
