"""What classes and functions of ours are by structure: volatile stores, null objects, refusing stubs.

Decided by what the members do, not by names: a class whose whole state is a dict is volatile whatever it is called.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct

from aether_lint.catalog import operations, tokens, volatile
from aether_lint.facts import (
    NEXT,
    RETURN,
    Arms,
    Atom,
    Attr,
    Cond,
    Const,
    Display,
    Each,
    Effect,
    Every,
    Function,
    Opaque,
    Ref,
    Result,
    Some,
    Test,
    Text,
    Value,
)
from aether_lint.link.constants import Constants
from aether_lint.link.fixpoint import Fixpoint
from aether_lint.link.names import Module, Names
from aether_lint.link.own_names import OwnNames, matches
from aether_lint.link.subjects import CRYPTO_ROLES, Subject, SubjectTable, external_subject
from aether_lint.link.things import NONE, Thing, ThingTable

Kind = Literal["volatile", "disk", "null", "refusing", "durable", "none", "unknown"]

TRIVIAL = 3  # effects of a method that only hands on

_BOX_LABEL = {"dict": "a process-local dict", "list": "a process-local list", "set": "a process-local set"}
_BOX_METHODS = frozenset(
    [
        "append",
        "appendleft",
        "extend",
        "add",
        "update",
        "setdefault",
        "get",
        "pop",
        "popleft",
        "popitem",
        "items",
        "values",
        "keys",
        "insert",
        "discard",
        "remove",
        "clear",
        "copy",
    ]
)
_DISK_CALLS = ("builtins.open", ".write_text", ".write_bytes", ".open", "json.dump", "sqlite3.connect")
_ADDRESS_KEYWORDS = frozenset({"url", "dsn", "uri", "storage_uri", "broker", "backend", "connection_string"})
_STANDING_IN = frozenset({"memory", "local", "locally", "process"})
# modules that a store in memory uses as well as any other code
_BOOKKEEPING = tuple(
    f"{name}."
    for name in [
        "abc",
        "asyncio",
        "bisect",
        "builtins",
        "collections",
        "contextlib",
        "contextvars",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "functools",
        "hashlib",
        "heapq",
        "inspect",
        "itertools",
        "json",
        "logging",
        "math",
        "operator",
        "os.getenv",
        "os.environ",
        "pydantic",
        "queue",
        "random",
        "re",
        "secrets",
        "structlog",
        "string",
        "threading",
        "time",
        "types",
        "typing",
        "typing_extensions",
        "uuid",
        "weakref",
    ]
)
_VALUE_TYPES = ("decimal.", "datetime.", "uuid.UUID", "fractions.", "types.SimpleNamespace")
_QUIET_CALLS = frozenset(["debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"])
_IGNORED_METHODS = frozenset(
    {"__repr__", "__str__", "__enter__", "__exit__", "__aenter__", "__aexit__", "close", "aclose"}
)


class Nature(Struct, frozen=True):
    """volatile: keeps state in this process. disk: in local files. null: does nothing or answers with constants.
    refusing: every active member raises. durable: reaches a service. none: `None` or `False`. `label` is for messages.
    """

    kind: Kind
    label: str = ""
    container: bool = False  # a bare dict, list or set: an empty answer as often as a store


UNKNOWN = Nature("unknown")
Boxes: TypeAlias = frozenset[str]


class NatureTable:
    """Answers what things are."""

    def __init__(
        self, names: Names, things: ThingTable, constants: Constants, subjects: SubjectTable, own: OwnNames
    ) -> None:
        self._names = names
        self._own = own
        self._constants = constants
        self._things = things
        self._subjects = subjects
        self._classes: dict[str, Nature] = {}
        self._functions: dict[str, Nature] = {}
        self._states: dict[str, bool] = {}
        self._elsewhere: dict[str, bool] = {}
        self._boxes: Fixpoint[str, Boxes] = Fixpoint(self._box_equation, frozenset())

    def of_value(self, value: Value | None, module: Module, function: Function) -> Nature:
        """The nature of a value: the worst of what it may be, unknown when nothing is known."""
        if isinstance(value, Const) and value.value in (None, False):
            return Nature("none", repr(value.value))
        if isinstance(value, Const) and isinstance(value.value, str):
            found = volatile.of_url(value.value) if "://" in value.value or value.value == ":memory:" else None
            return UNKNOWN if found is None else Nature(_volatile_kind(found), found.label)
        if isinstance(value, Display) and (named := self._named_back_end(value)):
            return named
        if isinstance(value, Result) and (
            namespace := self._namespace(function.effects[value.effect], module, function)
        ):
            return namespace
        if isinstance(value, Result) and (address := self._address(function.effects[value.effect], module, function)):
            return address
        natures = [self.of_thing(t) for t in sorted(self._things.of(value, module, function))]
        for kind in ("durable", "refusing", "volatile", "disk", "null"):
            for nature in natures:
                if nature.kind == kind:
                    return nature
        return UNKNOWN

    def _named_back_end(self, value: Display) -> Nature | None:
        """A mapping of settings that names a back end by its dotted name: Django's `CACHES`."""
        for item in value.items:
            if isinstance(item, Display) and (inner := self._named_back_end(item)):
                return inner
            if isinstance(item, Const) and isinstance(item.value, str) and "." in item.value:
                found = volatile.of_settings_value(item.value) or volatile.lookup(item.value)
                if found is not None:
                    return Nature(_volatile_kind(found), found.label)
                if external_subject(item.value, "use") is not None:
                    return Nature("durable")
        return None

    def _namespace(self, effect: Effect, module: Module, function: Function) -> Nature | None:
        """A `SimpleNamespace` of functions is what they are."""
        if effect.place != "types.SimpleNamespace" or not effect.keywords:
            return None
        kinds = {self.of_value(member, module, function).kind for _, member in effect.keywords}
        if kinds & {"volatile", "disk", "null", "none"}:
            return Nature("volatile" if "volatile" in kinds else "null", "a stub object")
        return Nature("refusing") if "refusing" in kinds else UNKNOWN

    def _address(self, effect: Effect, module: Module, function: Function) -> Nature | None:
        """A client that is opened on an address in memory: `create_engine("sqlite://")`."""
        if effect.kind != "call":
            return None
        for value in (*effect.args[:1], *(v for name, v in effect.keywords if name in _ADDRESS_KEYWORDS)):
            for text in self._constants.texts(value, module, function):
                found = volatile.of_url(text) if "://" in text or text == ":memory:" else None
                if found is not None:
                    return Nature(_volatile_kind(found), found.label)
        return None

    def box_in(self, value: Value | None, module: Module, function: Function) -> str | None:
        """The first container of a module or instance that an expression mentions."""
        for name in refs_in(value):
            if name.startswith(":") and ">" not in name:
                place = self._names.globalise(name, module.path)
                if self._is_state(place):
                    return place
        return None

    def of_thing(self, thing: Thing) -> Nature:
        """The nature of one thing."""
        if self._own.volatile and matches(thing.name, self._own.volatile):
            return Nature("volatile", f"`{thing.name.replace(':', '.').rpartition('.')[2]}`")
        if thing == NONE or thing.name == "False":
            return Nature("none", thing.name)
        if thing.kind == "box":
            return Nature("volatile", _BOX_LABEL.get(thing.name, "a process-local container"), True)
        if thing.kind in ("external", "made"):
            known = volatile.lookup(thing.name)
            if known is not None:
                return Nature(_volatile_kind(known), known.label)
            return Nature("durable") if any(map(is_durable, self._subjects.of_thing(thing))) else UNKNOWN
        if thing.kind in ("class", "instance"):
            return self._class(thing.name)
        if thing.kind == "function":
            return self.of_function(thing.name)
        return UNKNOWN

    def of_function(self, name: str) -> Nature:
        """The nature of a function that stands for another one, by what it answers."""
        if name not in self._functions:
            self._functions[name] = UNKNOWN  # a decorator that returns what it is given
            self._functions[name] = self._decide_function(name)
        return self._functions[name]

    def _decide_function(self, name: str) -> Nature:
        where = self._names.function(name)
        if where is None:
            return UNKNOWN
        _, function = where
        if function.kind == "lambda":
            return UNKNOWN
        if not function.exits & (NEXT | RETURN):
            return Nature("refusing")
        if any(map(is_durable, self._subjects.of_function(name))):
            return Nature("durable")
        results = [self.of_thing(t) for t in sorted(self._things.results(name)) if t.kind not in ("const", "box")]
        for nature in results:
            if nature.kind in ("volatile", "disk", "null"):
                return nature
        if _does_nothing(function):
            return Nature("null", f"`{function.key.rpartition('.')[2]}`")
        if self.boxes(name):
            return Nature("volatile", "process memory")
        return UNKNOWN

    def boxes(self, name: str) -> Boxes:
        """The containers of modules and instances that a function reads or writes, also through its callees."""
        return self._boxes(name)

    def on_disk(self, name: str) -> bool:
        """Whether a function that says to read or write works on local files, itself or one call down."""
        where = self._names.function(name)
        if where is None or not access_words(name):
            return False
        module, function = where
        if _touches_disk(function):
            return True
        called = [n for e in function.effects for n in self._things.called_functions(e, module, function)]
        return any((inner := self._names.function(n)) is not None and _touches_disk(inner[1]) for n in called)

    def box_of(self, effect: Effect, module: Module, function: Function) -> str | None:
        """The place of the container of a module or instance that an effect works on."""
        place = ""
        if effect.kind in ("write", "item", "delete", "augment"):
            place = effect.place
        elif effect.kind == "call" and isinstance(effect.value, Ref):
            head, _, method = effect.value.name.rpartition(".")
            place = head if method in _BOX_METHODS else ""
        if not place.startswith(":") or ">" in place:
            return None
        found = self._names.globalise(place, module.path)
        return found if self._is_state(found) else None

    def _is_state(self, place: str) -> bool:
        """Whether a place holds a container that the program changes."""
        if place not in self._states:
            is_box = any(t.kind == "box" for t in self._things.of_place(place))
            self._states[place] = is_box and self._is_changed(place)
        return self._states[place]

    def _is_changed(self, place: str) -> bool:
        path, _, rest = place.rpartition(":")
        module = self._names.modules.get(path)
        return module is not None and (f":{rest}" in module.changed or f":{rest}" in self._changed_elsewhere(place))

    def _changed_elsewhere(self, place: str) -> frozenset[str]:
        """Attributes are changed by subclasses, too; names of modules by their importers."""
        last = place.replace(":", ".").rpartition(".")[2]
        if last not in self._elsewhere:
            self._elsewhere[last] = any(
                name.endswith((f".{last}", f":{last}")) for m in self._names.modules.values() for name in m.changed
            )
        return frozenset({":" + place.rpartition(":")[2]}) if self._elsewhere[last] else frozenset()

    def _box_equation(self, name: str, ask: Callable[[str], Boxes]) -> Boxes:
        where = self._names.function(name)
        if where is None or name.endswith(".__init__"):
            return frozenset()
        module, function = where
        found: set[str] = set()
        for effect in function.effects:
            box = self.box_of(effect, module, function)
            if box is not None:
                found.add(box)
            if effect.kind == "call":
                for callee in self._things.called_functions(effect, module, function):
                    if callee.rpartition(":")[0] == module.path:  # what other modules keep is their business
                        found |= ask(callee)
        for inner in module.children.get(function.key, ()) if function.key else ():
            found |= ask(f"{module.path}:{inner.key}")
        return frozenset(sorted(found)[:8])

    def _class(self, name: str) -> Nature:
        if name not in self._classes:
            self._classes[name] = UNKNOWN  # a class that contains itself
            self._classes[name] = self._decide(name)
        return self._classes[name]

    def _goes_out(self, name: str) -> bool:
        """Whether a function calls into a library that is no part of the standard library's own bookkeeping."""
        where = self._names.function(name)
        if where is None:
            return True
        module, function = where
        for effect in function.effects:
            if effect.kind != "call" or is_quiet(effect):
                continue
            for thing in self._things.callees(effect, module, function):
                if thing.kind in ("external", "made") and not f"{thing.name}.".startswith(_BOOKKEEPING):
                    return True
        return False

    def _is_protocol(self, name: str) -> bool:
        where = self._names.function(name)
        bases = where[1].bases if where is not None else ()
        return any(isinstance(b, Ref) and b.name.endswith(".Protocol") for b in bases)

    def _decide(self, name: str) -> Nature:
        label = f"`{name.rpartition(':')[2].partition('#')[0].rpartition('.')[2]}`"
        methods = [(n, w) for n in self._subjects.methods(name) if (w := self._names.function(n)) is not None]
        active = [(n, w[1]) for n, w in methods if _is_active(w[1])]
        if any(is_durable(s) for n, _ in methods for s in self._subjects.of_function(n)):
            return Nature("durable", label)
        external = [t.name for t in self._things.bases(name) if t.kind == "external"]
        if self._is_protocol(name):
            return UNKNOWN
        if any(volatile.lookup(base.removeprefix("builtins.")) for base in external):
            return Nature("volatile", label)
        if not active or any(_is_abstract(f) for _, f in active) or any(not _plain_base(b) for b in external):
            return UNKNOWN
        if all(not f.exits & (NEXT | RETURN) for _, f in active):
            return Nature("refusing", label)
        keeping = sum(bool(self.boxes(n)) for n, _ in active)
        other = sum(not self.boxes(n) and len(f.effects) > TRIVIAL and not _does_nothing(f) for n, f in active)
        if keeping > other and not any(self._goes_out(n) for n, _ in methods):
            return Nature("volatile", label)
        if any(_touches_disk(f) for _, f in active):
            return Nature("disk", label)
        if all(_does_nothing(f) or not f.exits & (NEXT | RETURN) for _, f in active):
            return Nature("null", label)
        return UNKNOWN


def refs_in(value: Value | None) -> list[str]:
    """The names that an expression mentions, calls in it left out (they are effects of their own)."""
    match value:
        case Ref(name):
            return [name]
        case Display(_, items, keys):
            return [n for v in (*keys, *items) for n in refs_in(v)]
        case Arms(_, values, test):
            return [*(refs_in_cond(test) if test is not None else ()), *(n for v in values for n in refs_in(v))]
        case Test(cond):
            return refs_in_cond(cond)
        case Text(parts) | Opaque(_, parts):
            return [n for v in parts for n in refs_in(v)]
        case Attr(base, _) | Each(base):
            return refs_in(base)
        case _:
            return []


def refs_in_cond(cond: Cond) -> list[str]:
    """The names that a condition mentions."""
    match cond:
        case Every(conds) | Some(conds):
            return [n for c in conds for n in refs_in_cond(c)]
        case Atom(_, value, arg, _):
            return [*refs_in(value), *refs_in(arg)]
        case _:
            return []


def is_durable(subject: Subject) -> bool:
    """Whether a subject is a service that keeps or carries something, known by the catalogue."""
    return subject.confidence == "high" and subject.role not in CRYPTO_ROLES


def _volatile_kind(found: volatile.Volatile) -> Kind:
    if found.kind == "local disk":
        return "disk"
    return "null" if found.kind == "no-op" else "volatile"


def access_words(name: str) -> bool:
    """Whether a function's name says that it reads, writes or keeps something, or stands in for what does."""
    parts = tokens.words(name.rpartition(".")[2])
    return any(
        operations.lookup(w) in ("read", "write") or w in _STANDING_IN or w in tokens.STAND_IN_WORDS for w in parts
    )


def _is_active(function: Function) -> bool:
    name = function.key.rpartition(".")[2]
    return name in ("__call__", "__getattr__") or not (name.startswith("__") or name in _IGNORED_METHODS)


def _is_abstract(function: Function) -> bool:
    return any(
        isinstance(d, Ref) and d.name in ("abc.abstractmethod", "abc.abstractproperty") for d in function.decorators
    )


def _plain_base(name: str) -> bool:
    return name.startswith(("builtins.", "typing.", "abc.", "collections.abc.", "typing_extensions."))


def _touches_disk(function: Function) -> bool:
    return any(e.kind == "call" and e.place.endswith(_DISK_CALLS) for e in function.effects)


def _does_nothing(function: Function) -> bool:
    """Whether a function only logs and answers with a constant, an empty container or what it was given."""
    for effect in function.effects:
        if effect.kind in ("write", "augment", "raise", "yield"):
            return False
        if effect.kind == "delete" and (">" not in effect.place or effect.args):
            return False
        if effect.kind == "call" and not is_quiet(effect) and not _is_literal_call(effect, function):
            return False
        if effect.kind == "return" and not _is_constant(effect.value, function):
            return False
    return True


def is_quiet(effect: Effect) -> bool:
    """Whether a call only reports, or is a builtin."""
    name = effect.place.rpartition(".")[2]
    return name in _QUIET_CALLS or effect.place.startswith(("builtins.", "logging."))


def _is_literal_call(effect: Effect, function: Function) -> bool:
    """A value type made from literals: `Decimal("0")`."""
    given = (*effect.args, *(v for _, v in effect.keywords))
    return effect.place.startswith(_VALUE_TYPES) and all(_is_constant(v, function) for v in given)


def _is_constant(value: Value | None, function: Function) -> bool:
    match value:
        case Const():
            return True
        case Display(_, items, _):
            return all(_is_constant(i, function) for i in items)
        case Ref(name):
            return name.startswith(f":{function.key}>")
        case Result(index):
            effect = function.effects[index]
            return is_quiet(effect) or _is_literal_call(effect, function)
        case _:
            return False
