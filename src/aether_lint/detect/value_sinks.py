"""Where a value goes inside its function: returned, stored, compared, cut, or handed to a call."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.detect.secret_flow import called_name, same_value
from aether_lint.facts import (
    Arms,
    Atom,
    Attr,
    Cond,
    Display,
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
    atoms_in,
)
from aether_lint.model import Span

MOST_ATOMS = 99
DIGESTS = frozenset({"hexdigest", "digest", "update", "copy", "finalize", "derive"})


class Comparison(Struct, frozen=True):
    """`left == right` or its opposite; `span` is the test or the statement around it, `when` the guard before it."""

    left: Value
    right: Value | None
    span: Span
    when: int


class Sink(Struct, frozen=True):
    """One use of a value: `name` is the place, keyword or function that gets it."""

    kind: Literal["return", "store", "compare", "call", "cut"]
    name: str
    index: int


def comparisons(function: Function) -> list[Comparison]:
    """The equality tests of a function, each once."""
    found: dict[tuple[Value, Value | None, int], Comparison] = {}
    least: dict[Span, int] = {}  # what follows a branch runs under more than the test of that branch
    for guard in function.guards:
        least[guard.span] = min(least.get(guard.span, MOST_ATOMS), atoms_in(guard.cond))
    for guard in function.guards:
        for atom in _equalities(guard.cond) if atoms_in(guard.cond) == least[guard.span] else ():
            seen = Comparison(atom.value, atom.arg, guard.span, guard.parent)
            found.setdefault((atom.value, atom.arg, guard.span.line), seen)
    for effect in function.effects:
        for value in (effect.value, *effect.args, *(v for _, v in effect.keywords)):
            for atom in _tests(value):
                seen = Comparison(atom.value, atom.arg, effect.span, effect.when)
                found.setdefault((atom.value, atom.arg, effect.span.line), seen)
    return list(found.values())


def _equalities(cond: Cond) -> Iterator[Atom]:
    if isinstance(cond, Atom):
        if cond.kind == "equals" and cond.arg is not None:
            yield cond
        elif cond.kind == "truthy":
            yield from _tests(cond.value)
    elif isinstance(cond, (Every, Some)):
        for part in cond.conds:
            yield from _equalities(part)


def _tests(value: Value | None) -> Iterator[Atom]:
    if isinstance(value, Test):
        yield from _equalities(value.cond)
    elif isinstance(value, Arms):
        if value.test is not None:
            yield from _equalities(value.test)
        for part in value.values:
            yield from _tests(part)
    elif isinstance(value, Display):
        for part in value.items:
            yield from _tests(part)


class Derived:
    """The results and local variables of a function that hold a value, made from one effect's result."""

    def __init__(self, function: Function, index: int) -> None:
        self._function = function
        self._results = {index}
        self._locals: set[str] = set()
        local = f":{function.key}>" if function.key else ":"
        for number in range(index + 1, len(function.effects)):
            effect = function.effects[number]
            if effect.kind in ("call", "item"):
                held = same_value(effect) or self._digest(effect)
                if any(self.holds(v) for v in held):
                    self._results.add(number)
            elif effect.kind == "bind" and _is_local(effect.place, local) and self.holds(effect.value):
                self._locals.add(effect.place)

    def _digest(self, effect: Effect) -> tuple[Value, ...]:
        if effect.kind != "call" or called_name(effect) not in DIGESTS:
            return ()
        if isinstance(effect.value, Attr):
            return (effect.value.base,)
        return (Ref(effect.value.name.rpartition(".")[0]),) if isinstance(effect.value, Ref) else ()

    def holds(self, value: Value | None) -> bool:
        """Whether a value is made of the result."""
        match value:
            case Result(index):
                return index in self._results
            case Ref(name):
                return name in self._locals
            case Attr(base, _):
                return self.holds(base)
            case Text(parts) | Opaque(_, parts):
                return any(map(self.holds, parts))
            case Arms(_, values, _):
                return any(map(self.holds, values))
            case Display(_, items, _):
                return any(map(self.holds, items))
            case _:
                return False

    def sinks(self) -> list[Sink]:
        """What happens to the value."""
        found = [
            Sink("compare", "", 0) for c in comparisons(self._function) if self.holds(c.left) or self.holds(c.right)
        ]
        for index, effect in enumerate(self._function.effects):
            found += self._sinks(index, effect)
        return found

    def _sinks(self, index: int, effect: Effect) -> Iterator[Sink]:
        match effect.kind:
            case "return" | "yield" if self.holds(effect.value):
                yield Sink("return", "", index)
            case "bind" if self.holds(effect.value) and effect.place not in self._locals:
                yield Sink("store", effect.place, index)
            case "write" if self.holds(effect.value):
                yield Sink("store", _key(effect) or effect.place, index)
            case "item" if index in self._results:
                yield Sink("cut", "", index)
            case "call" if index not in self._results:
                yield from self._given(index, effect)

    def _given(self, index: int, effect: Effect) -> Iterator[Sink]:
        name = called_name(effect)
        kind: Literal["compare", "call"] = "compare" if name in ("compare_digest", "constant_time_compare") else "call"
        if any(self.holds(a) for a in effect.args):
            yield Sink(kind, name, index)
        for keyword, value in effect.keywords:
            if self.holds(value):
                yield Sink("call", keyword, index)


def _is_local(place: str, local: str) -> bool:
    return place.startswith(local) and "." not in place[len(local) :]


def _key(effect: Effect) -> str:
    first = effect.args[0] if effect.args else None
    value = getattr(first, "value", None)
    return value if isinstance(value, str) else ""
