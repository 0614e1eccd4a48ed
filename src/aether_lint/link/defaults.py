"""What a setting is when its variable is not set: the default argument, or what comes later.

Later defaults: `or "x"`, `v if v else "x"`, `if not v: v = "x"`, `except KeyError: v = "x"`.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import ciphers, env_apis
from aether_lint.facts import (
    Arms,
    Atom,
    Attr,
    Cond,
    Const,
    Definition,
    Display,
    Effect,
    Every,
    Failed,
    Function,
    Opaque,
    Ref,
    Result,
    Some,
    Text,
    Value,
)
from aether_lint.link.absence import receiver
from aether_lint.link.constants import Constants
from aether_lint.link.environment import Environment, EnvRead
from aether_lint.link.mentions import folded
from aether_lint.link.names import Module, Names
from aether_lint.link.things import ThingTable
from aether_lint.model import Span

MOST_BINDINGS = 8  # of a name that is a default
DEPTH = 5  # names, calls and arms followed to a default

Kind = Literal["required", "none", "text", "number", "flag", "list", "random", "read", "unknown"]
"""required: the read raises. read: another variable or setting. random: made anew by each process."""

_SAME = frozenset({"strip", "rstrip", "lstrip", "lower", "upper", "encode", "casefold", "split", "get_secret_value"})
_SAME_CALLS = frozenset({"builtins.str", "typing.cast", "builtins.bool", "builtins.int"})


class Default(Struct, frozen=True):
    """The value without the variable. `texts` are its possible texts (of a list: its elements).

    `other` names the other variable of a `read`, `later` where the default stands when it is no argument of the read.
    """

    kind: Kind
    texts: tuple[str, ...] = ()
    value: bool | int | float | None = None
    other: str = ""
    label: str = ""
    later: Span | None = None
    later_index: int = -1  # the effect of the later default


REQUIRED = Default("required")
NONE = Default("none")
UNKNOWN = Default("unknown")


class DefaultReader:
    """Reads defaults off the facts of a project."""

    def __init__(self, names: Names, things: ThingTable, constants: Constants, environment: Environment) -> None:
        self._names = names
        self._things = things
        self._constants = constants
        self._environment = environment

    def of_read(self, read: EnvRead, module: Module, function: Function, index: int, depth: int = DEPTH) -> Default:
        """The effective default of the read that the effect `index` is."""
        own = self._own(read, depth)
        if own.kind in ("none", "required") or own.texts == ("",):
            later = self._later(module, function, index, depth, raises=read.required)
            if later is not None:
                return later
        return own

    def _own(self, read: EnvRead, depth: int) -> Default:
        if read.default is None:
            return REQUIRED if read.required else NONE
        home = self._names.modules[read.module]
        return self.of_value(read.default, home, home.functions[read.function], depth)

    def of_value(self, value: Value | None, module: Module, function: Function, depth: int = DEPTH) -> Default:
        """The default that a value is."""
        match value:
            case None | Const(None):
                return NONE
            case Const(bool() as flag):
                return Default("flag", value=flag)
            case Const(int() | float() as number):
                return Default("number", value=number)
            case Const(str()) | Text() | Opaque("Add"):
                return Default("text", self._constants.texts(value, module, function))
            case Display("list" | "tuple" | "set", items, _):
                return Default("list", tuple(t for i in items for t in self._constants.texts(i, module, function)))
            case Arms("or", values, _) if depth:
                return self.of_value(values[-1], module, function, depth - 1)
            case Result(index) if depth:
                return self._of_result(index, module, function, depth - 1)
            case Definition(key) if depth:
                return self._of_factory(module.functions.get(key), module, depth - 1)
            case Ref(name) if depth:
                return self._of_name(name, module, function, depth - 1)
            case _:
                return UNKNOWN

    def _of_result(self, index: int, module: Module, function: Function, depth: int) -> Default:
        effect = function.effects[index]
        read = self._environment.read(effect, module, function)
        if read is not None:
            inner = self.of_read(read, module, function, index, depth)
            return Default("read", inner.texts, inner.value, other=read.names[0])
        primitive = ciphers.lookup(effect.place)
        if primitive is not None and primitive.kind in ("random", "unique id"):
            return Default("random", label=effect.place)
        if effect.place in env_apis.SECRET_TYPES and effect.args:
            return self.of_value(effect.args[0], module, function, depth)
        base = receiver(effect)
        if base is not None and last(effect) in _SAME:
            return self.of_value(base, module, function, depth)
        if (effect.place in _SAME_CALLS or effect.place.startswith("pydantic.")) and effect.args:
            return self.of_value(effect.args[0], module, function, depth)
        if effect.kind == "item":
            texts = self._constants.texts(Result(index), module, function)
            return Default("text", texts) if texts else UNKNOWN
        called = self._things.called_functions(effect, module, function) if effect.kind == "call" else []
        if len(called) == 1 and (where := self._names.function(called[0])) is not None:
            return self._of_factory(where[1], where[0], depth)
        return UNKNOWN

    def _of_factory(self, function: Function | None, module: Module, depth: int) -> Default:
        """What a function without conditions returns; a random value only where nothing is written with it."""
        returns = [] if function is None else [e for e in function.effects if e.kind == "return"]
        if function is None or len(returns) != 1 or returns[0].when >= 0:
            return UNKNOWN
        found = self.of_value(returns[0].value, module, function, depth)
        return UNKNOWN if found.kind == "random" and persists(function) else found

    def _of_name(self, name: str, module: Module, function: Function, depth: int) -> Default:
        primitive = ciphers.lookup(name)
        if primitive is not None and primitive.kind in ("random", "unique id"):
            return Default("random", label=name)
        bound = self._names.bindings(self._names.globalise(name, module.path))
        if len(bound) == 1:
            home, owner, index = bound[0]
            effect = owner.effects[index]
            if effect.kind == "bind":
                found = self.of_value(effect.value, home, owner, depth)
                return found if found.kind != "unknown" else UNKNOWN
        if len(bound) > 1:
            several = [self.of_value(o.effects[i].value, h, o, depth) for h, o, i in bound[:MOST_BINDINGS]]
            together = tuple(t for one in several for t in one.texts)
            return Default("text", together) if all(one.kind == "text" for one in several) else UNKNOWN
        texts = self._constants.texts(Ref(name), module, function)
        return Default("text", texts) if texts else UNKNOWN

    def _later(self, module: Module, function: Function, index: int, depth: int, *, raises: bool) -> Default | None:
        places: list[str] = []
        for number, effect in enumerate(function.effects[index + 1 :], index + 1):
            for value in values_of(effect):
                tail = self._tail(value, index, places, function)
                if tail is not None:
                    return self._marked(tail, number, module, function, depth)
            if effect.kind == "bind" and comes_from(effect.value, index, places, function):
                places.append(effect.place)
            elif (
                effect.kind == "bind" and effect.place in places and self._when_missing(effect, places, index, function)
            ):
                return self._marked(effect.value, number, module, function, depth)
        return self._returned(module, function, index, places, depth) if raises or places else None

    def _marked(self, value: Value | None, index: int, module: Module, function: Function, depth: int) -> Default:
        found = self.of_value(value, module, function, depth)
        if found.kind == "random" and function.key and persists(function):
            return UNKNOWN
        span = function.effects[index].span
        return Default(found.kind, found.texts, found.value, found.other, found.label, span, index)

    def _tail(self, value: Value | None, index: int, places: list[str], function: Function) -> Value | None:
        """The other arm of a choice whose first arm is the read."""
        match value:
            case Arms("or", values, _):
                for position, part in enumerate(values[:-1]):
                    if comes_from(part, index, places, function):
                        return values[-1] if position == 0 else None
            case Arms("if", (chosen, other), test) if test is not None:
                if comes_from(chosen, index, places, function) and tests_presence(test, index, places, function):
                    return other
                if comes_from(other, index, places, function) and tests_presence(test, index, places, function):
                    return chosen
            case _:
                pass
        return None

    def _when_missing(self, effect: Effect, places: list[str], index: int, function: Function) -> bool:
        """Whether a re-binding runs because the variable is not set."""
        guard = effect.when
        while guard >= 0:
            cond = function.guards[guard].cond
            match cond:
                case Failed(attempt, _, True) if attempt >= 0:
                    body = function.attempts[attempt].body
                    return body.start <= index < body.end
                case Atom("truthy", value, _, False) | Atom("none", value, _, True):
                    if comes_from(value, index, places, function):
                        return True
                case Atom("in", value, Ref("os.environ"), False):
                    if value == first_argument(function.effects[index]):
                        return True
                case _:
                    pass
            guard = function.guards[guard].parent
        return False

    def _returned(
        self, module: Module, function: Function, index: int, places: list[str], depth: int
    ) -> Default | None:
        """`if not v: return "x"`: the function answers with a default."""
        for number, effect in enumerate(function.effects[index + 1 :], index + 1):
            if effect.kind == "return" and effect.when >= 0 and self._when_missing(effect, places, index, function):
                found = self._marked(effect.value, number, module, function, depth)
                if found.kind in ("text", "random", "list"):
                    return found
        return None


def comes_from(value: Value | None, index: int, places: list[str], function: Function) -> bool:
    """Whether a value is the read, or a variable bound to it, with nothing but the text's form changed."""
    match value:
        case Result(number):
            if number == index:
                return True
            effect = function.effects[number]
            if effect.kind != "call":
                return False
            base = receiver(effect)
            if base is not None and last(effect) in _SAME:
                return comes_from(base, index, places, function)
            return effect.place in _SAME_CALLS and any(comes_from(a, index, places, function) for a in effect.args)
        case Ref(name):
            return name in places
        case Arms("or", values, _):
            return comes_from(values[0], index, places, function)
        case Arms("and", values, _):
            return any(comes_from(v, index, places, function) for v in values)
        case _:
            return False


def tests_presence(cond: Cond, index: int, places: list[str], function: Function) -> bool:
    """Whether a condition asks if the variable is set."""
    match cond:
        case Atom("truthy" | "none", value, _, _):
            return comes_from(value, index, places, function) or same_variable(value, index, function)
        case Atom("in", value, Ref("os.environ"), _):
            return value == first_argument(function.effects[index])
        case Every(conds) | Some(conds):
            return any(tests_presence(c, index, places, function) for c in conds)
        case _:
            return False


def same_variable(value: Value, index: int, function: Function) -> bool:
    """`os.getenv("X") if os.getenv("X") else …`: another read of the same variable."""
    if not isinstance(value, Result):
        return False
    name = first_argument(function.effects[index])
    return name is not None and first_argument(function.effects[value.effect]) == name


def first_argument(effect: Effect) -> Value | None:
    """The first positional argument of a call or subscript."""
    return effect.args[0] if effect.args else None


def values_of(effect: Effect) -> Iterator[Value | None]:
    """The values of an effect, with the parts of displays."""
    for value in (effect.value, *effect.args, *(v for _, v in effect.keywords)):
        yield value
        if isinstance(value, Display):
            yield from value.items


def last(effect: Effect) -> str:
    """The name of the method or function that a call effect calls."""
    if isinstance(effect.value, Attr):
        return effect.value.name
    return effect.value.name.rpartition(".")[2] if isinstance(effect.value, Ref) else ""


_WRITES = frozenset(
    {"write", "write_text", "write_bytes", "dump", "save", "commit", "set", "store", "put", "create", "persist"}
)


def persists(function: Function) -> bool:
    """Whether a function writes something that outlives the process."""
    return any(
        e.kind == "call"
        and (folded(last(e)) in _WRITES or "save" in last(e) or "persist" in last(e) or "store" in last(e))
        for e in function.effects
    )
