"""Who passes what to a parameter, and which classes could stand in the same place."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from aether_lint.facts import Const, Effect, Function, Opaque, Param, Ref, Value
from aether_lint.link.callgraph import CallGraph
from aether_lint.link.mentions import MentionTable
from aether_lint.link.names import Module, Names, last_name
from aether_lint.link.nature import NatureTable
from aether_lint.link.things import Thing, ThingTable

Passed = Literal["nothing", "something", "unknown"]
Site: TypeAlias = tuple[Module, Function, int]

DEPTH = 3  # callers that only hand a parameter on
LEAST_METHODS = 2  # by which a class that does not name a protocol is taken for an implementation of it
_ASKS_ABOUT = frozenset({"builtins.isinstance", "builtins.issubclass", "typing.cast", "builtins.type"})
_ROOTS = frozenset({"abc.ABC", "builtins.object", "typing.Protocol", "typing.Generic", "pydantic.BaseModel"})


class Answer(Struct, frozen=True):
    """What callers pass: nothing at all, something at least once, or it cannot be told. `sites` pass nothing."""

    passed: Passed
    sites: tuple[Site, ...] = ()


UNKNOWN = Answer("unknown")


class InjectionTable:
    """Answers what the callers of a project pass to the parameters of its functions and classes."""

    def __init__(
        self, names: Names, things: ThingTable, natures: NatureTable, calls: CallGraph, mentions: MentionTable
    ) -> None:
        self._names = names
        self._things = things
        self._natures = natures
        self._calls = calls
        self._mentions = mentions
        self._families: dict[str, list[str]] | None = None
        self._methods: dict[str, frozenset[str]] = {}

    def of_parameter(self, module: Module, function: Function, param: str, depth: int = DEPTH) -> Answer:
        """What is passed to a parameter of a function, of a method, or of a class through its `__init__`."""
        position = _position(function, param)
        owner = function.owner if function.key.endswith(".__init__") else ""
        if owner:
            return self.of_class(module, owner, param, position, depth)
        return self._judge(f"{module.path}:{function.key}", function.key, param, position, depth)

    def of_class(self, module: Module, key: str, param: str, position: int, depth: int = DEPTH) -> Answer:
        """What is passed where a class is built under the name `param`, or at `position` (-1: by name only)."""
        name = f"{module.path}:{key}"
        if any(self._overrides(sub, param) for sub in self.subclasses(name)) or self._built_by_cls(module, key):
            return UNKNOWN
        answers = [self._judge(name, key, param, position, depth)]
        answers += [self._judge(sub, sub.rpartition(":")[2], param, position, depth) for sub in self.subclasses(name)]
        kinds = {answer.passed for answer in answers}
        sites = tuple(site for answer in answers for site in answer.sites)
        return Answer("something" if "something" in kinds else "unknown" if "unknown" in kinds else "nothing", sites)

    def subclasses(self, name: str) -> list[str]:
        """The classes of ours that derive from one (global names), in order."""
        if self._families is None:
            self._families = {}
            for module, function in self._names.functions():
                if function.kind == "class" and function.bases:
                    own = f"{module.path}:{function.key}"
                    for base in self._things.bases(own):
                        if base.name != own:
                            self._families.setdefault(base.name, []).append(own)
        return self._families.get(name, [])

    def alternatives(self, name: str, declared: Value | None, module: Module, function: Function) -> list[str]:
        """The other classes that may stand where this one does: of the same base, or of the type that is declared."""
        bases = [b.name for b in self._things.bases(name) if b.name != name and b.name not in _ROOTS]
        types = sorted(self._things.of(declared, module, function)) if declared is not None else []
        bases += [thing.name for thing in types if thing.kind == "class"]
        found = [other for base in dict.fromkeys(bases) for other in (base, *self.subclasses(base))]
        for base in dict.fromkeys(bases):
            found += self._structural(base)
        return [other for other in dict.fromkeys(found) if other != name and ":" in other]

    def _structural(self, protocol: str) -> Iterator[str]:
        """Classes that have all methods of a protocol without naming it."""
        where = self._names.function(protocol)
        if where is None or not any(getattr(b, "name", "").endswith("Protocol") for b in where[1].bases):
            return
        wanted = self.methods(protocol)
        if len(wanted) < LEAST_METHODS:
            return
        for module, function in self._names.functions():
            if function.kind == "class" and wanted <= self.methods(f"{module.path}:{function.key}"):
                yield f"{module.path}:{function.key}"

    def methods(self, name: str) -> frozenset[str]:
        """The public methods that a class of ours defines itself."""
        if name not in self._methods:
            where = self._names.function(name)
            found = where[0].bindings if where is not None else {}
            prefix = ":" + name.rpartition(":")[2] + "."
            own = [p[len(prefix) :] for p in found if p.startswith(prefix)]
            kept = [
                m for m in own if not m.startswith("_") and f"{prefix[1:]}{m}" in (where[0].functions if where else {})
            ]
            self._methods[name] = frozenset(kept)
        return self._methods[name]

    def _judge(self, name: str, key: str, param: str, position: int, depth: int) -> Answer:
        if self._is_handed_over(name, key) or self._is_imported_unseen(name, key):
            return UNKNOWN
        found = [(site, self._at(site, param, position, depth)) for site in self._calls.sites(name)]
        kinds = {passed for _, passed in found}
        sites = tuple(site for site, passed in found if passed == "nothing")
        if "something" in kinds:
            return Answer("something", sites)
        return Answer("unknown" if "unknown" in kinds else "nothing", sites)

    def _at(self, site: Site, param: str, position: int, depth: int) -> Passed:
        module, function, index = site
        effect = function.effects[index]
        if any(name == "**" for name, _ in effect.keywords) or any(_is_starred(arg) for arg in effect.args):
            return "unknown"
        value = next((v for name, v in effect.keywords if name == param), None)
        if value is None and 0 <= position < len(effect.args):
            value = effect.args[position]
        if value is None or value == Const(None):
            return "nothing"
        own = _parameter(value, function)
        if own is not None and depth:
            answer = self.of_parameter(module, function, own.name, depth - 1)
            if answer.passed != "nothing" or answer.sites:
                return answer.passed
            return "unknown"
        natures = [self._natures.of_thing(t) for t in self._things.of(value, module, function)]
        if natures and all(n.kind in ("volatile", "null", "none") and not n.container for n in natures):
            return "nothing"
        return "something"

    def _overrides(self, name: str, param: str) -> bool:
        """Whether a subclass has a constructor of its own that may pass the parameter on."""
        where = self._names.function(f"{name}.__init__")
        return where is not None and any(_passes(e, param) for e in where[1].effects if last_name(e) == "__init__")

    def _built_by_cls(self, module: Module, key: str) -> bool:
        """Whether a class method builds the class: `cls(...)`."""
        return any(
            e.kind == "call" and isinstance(e.value, Ref) and e.value.name == f":{f.key}>cls"
            for f in module.facts.functions
            if f.owner == key
            for e in f.effects
        )

    def _is_handed_over(self, name: str, key: str) -> bool:
        """Whether the function or class itself is an argument: a container or a framework then calls it."""
        for module, function, index in self._mentions.arguments(key.rpartition(".")[2]):
            effect = function.effects[index]
            if effect.place in _ASKS_ABOUT:
                continue
            for value in (*effect.args, *(v for _, v in effect.keywords)):
                if isinstance(value, Ref):
                    wanted = (Thing("class", name), Thing("function", name))
                    if any(thing in wanted for thing in self._things.of(value, module, function)):
                        return True
        return False

    def _is_imported_unseen(self, name: str, key: str) -> bool:
        """Whether a module imports something of this name that did not lead here."""
        stem = name.rpartition(":")[0].removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        tail = f"{stem}.{key}"
        for path, module in self._names.modules.items():
            for imported in module.facts.imports:
                if imported.endswith(tail) and self._names.imported(imported, path) is None:
                    return True
        return False


def _position(function: Function, param: str) -> int:
    """The place of a parameter among the positional arguments of a call; -1 where it is passed by name."""
    positional = [p.name for p in function.params if p.kind == "positional"]
    if param not in positional:
        return -1
    static = any(getattr(d, "name", "") == "builtins.staticmethod" for d in function.decorators)
    return positional.index(param) - bool(function.owner and not static)


def _is_starred(value: Value) -> bool:
    return isinstance(value, Opaque) and value.op in ("Starred", "star")


def _parameter(value: Value, function: Function) -> Param | None:
    """The parameter of the calling function that a value is."""
    if not isinstance(value, Ref):
        return None
    return next((p for p in function.params if value.name == f":{function.key}>{p.name}"), None)


def _passes(effect: Effect, param: str) -> bool:
    return effect.kind == "call" and any(name in (param, "**") for name, _ in effect.keywords)
