"""Where a name is mentioned: in the conditions of what refuses, and among the arguments of calls.

The index is by the last part of a name in lower case (`settings.JWT_SECRET`, `self._jwt_secret` and `jwt_secret` meet
there); whoever asks compares the places.
"""

from collections.abc import Iterator
from typing import TypeAlias

from aether_lint.catalog import hooks
from aether_lint.facts import (
    Arms,
    Atom,
    Attr,
    Cond,
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
from aether_lint.link.constants import UNKNOWN
from aether_lint.link.environment import Environment
from aether_lint.link.names import Module, Names

Site: TypeAlias = tuple[Module, Function, int]  # the index of an effect in a function of a module

DEPTH = 6  # calls and bindings looked through inside one expression
COLLECTORS = frozenset({"append", "add", "extend"})
COLLECTING_WORDS = (
    "error",
    "problem",
    "issue",
    "missing",
    "invalid",
    "violation",
    "fail",
    "insecure",
    "fatal",
    "critical",
)


class MentionTable:
    """Answers who tests a name before refusing, and who passes it on."""

    def __init__(self, names: Names, environment: Environment) -> None:
        self._names = names
        self._environment = environment
        self._refusals: dict[str, list[Site]] | None = None
        self._arguments: dict[str, list[Site]] = {}
        self._compared: dict[str, list[Site]] = {}

    def refusals(self, name: str) -> list[Site]:
        """The raises, exits and collected errors whose conditions mention a name or a variable."""
        return self._index().get(folded(name), [])

    def arguments(self, name: str) -> list[Site]:
        """The calls that are given a name."""
        self._index()
        return self._arguments.get(folded(name), [])

    def tests(self, name: str) -> list[Site]:
        """The effects at which a name is tested (kind `test`), and those whose value is a comparison with it."""
        self._index()
        return self._compared.get(folded(name), [])

    def _index(self) -> dict[str, list[Site]]:
        if self._refusals is None:
            self._refusals = {}
            for module, function in self._names.functions():
                self._of_function(module, function, self._refusals)
        return self._refusals

    def _of_function(self, module: Module, function: Function, refusals: dict[str, list[Site]]) -> None:
        by_guard: dict[int, frozenset[str]] = {-1: frozenset()}
        for index, effect in enumerate(function.effects):
            if is_refusal(effect):
                for name in self._guarded(effect.when, module, function, by_guard):
                    refusals.setdefault(name, []).append((module, function, index))
            if effect.kind == "call":
                passed = [*effect.args, *(v for _, v in effect.keywords)]
                for name in {folded(n) for v in passed for n in names_in(v, function, 2)}:
                    self._arguments.setdefault(name, []).append((module, function, index))
            if effect.kind in ("test", "return", "bind", "assert") and effect.value is not None:
                for name in {folded(n) for n in names_in(effect.value, function, 2)}:
                    self._compared.setdefault(name, []).append((module, function, index))

    def _guarded(
        self, index: int, module: Module, function: Function, known: dict[int, frozenset[str]]
    ) -> frozenset[str]:
        if index not in known:
            guard = function.guards[index]
            own = {folded(n) for n in cond_names(guard.cond, function, DEPTH)}
            own |= self._variables(guard.cond, module, function)
            known[index] = self._guarded(guard.parent, module, function, known) | own
        return known[index]

    def _variables(self, cond: Cond, module: Module, function: Function) -> set[str]:
        """The environment variables that a condition reads by name."""
        found: set[str] = set()
        for index in results_in(cond, function, DEPTH):
            read = self._environment.read(function.effects[index], module, function)
            if read is not None:
                found.update(folded(n) for n in read.names if UNKNOWN not in n)
        return found


def folded(name: str) -> str:
    """The last part of a name as the index has it."""
    return name.replace(">", ".").replace(":", ".").rpartition(".")[2].rstrip("~").strip("_").lower()


def is_refusal(effect: Effect) -> bool:
    """Whether an effect ends the start-up or the request, or notes an error that does."""
    if effect.kind in ("raise", "assert"):
        return True
    if effect.kind != "call":
        return False
    if effect.place in hooks.FAIL_FAST:
        return True
    head, _, last = effect.place.rpartition(".")
    if last in COLLECTORS:
        return any(word in folded(head) for word in COLLECTING_WORDS)
    return last in ("fail", "abort", "error") and folded(head) in ("parser", "ctx", "pytest", "ap", "argparser")


def names_in(value: Value | None, function: Function, depth: int) -> Iterator[str]:
    """The names that occur in a value, through calls and local bindings."""
    match value:
        case Ref(name):
            yield name
            if depth:
                yield from _bound_names(name, function, depth - 1)
        case Attr(base, name):
            yield name
            yield from names_in(base, function, depth)
        case Result(index) if depth:
            effect = function.effects[index]
            if isinstance(effect.value, Attr):
                yield from names_in(effect.value.base, function, depth - 1)
            elif isinstance(effect.value, Ref):
                yield effect.value.name
                if effect.kind == "call" and ":" in effect.value.name:
                    yield from names_in(Ref(effect.value.name.rpartition(".")[0]), function, depth - 1)
            for passed in (*effect.args, *(v for _, v in effect.keywords)):
                yield from names_in(passed, function, depth - 1)
        case Test(cond):
            yield from cond_names(cond, function, depth)
        case _:
            for part in parts_of(value):
                yield from names_in(part, function, depth)


def _bound_names(name: str, function: Function, depth: int) -> Iterator[str]:
    """What a local variable was made of, where that is an expression over other names (`missing = [… if not …]`)."""
    if f":{function.key}>" not in name and not (function.key == "" and name.startswith(":")):
        return
    for effect in function.effects:
        if (
            effect.kind == "bind"
            and effect.place == name
            and isinstance(effect.value, Opaque | Display | Test | Arms | Result | Ref)
        ):
            yield from names_in(effect.value, function, depth)


def cond_names(cond: Cond, function: Function, depth: int) -> Iterator[str]:
    """The names that occur in a condition."""
    match cond:
        case Atom(_, value, arg, _):
            yield from names_in(value, function, depth)
            yield from names_in(arg, function, depth)
        case Every(conds) | Some(conds):
            for part in conds:
                yield from cond_names(part, function, depth)


def results_in(cond: Cond, function: Function, depth: int) -> Iterator[int]:
    """The indices of the effects whose results a condition depends on."""
    match cond:
        case Atom(_, value, arg, _):
            yield from value_results(value, function, depth)
            yield from value_results(arg, function, depth)
        case Every(conds) | Some(conds):
            for part in conds:
                yield from results_in(part, function, depth)


def value_results(value: Value | None, function: Function, depth: int) -> Iterator[int]:
    """The indices of the effects that a value depends on."""
    match value:
        case Result(index):
            yield index
            effect = function.effects[index]
            if depth:
                if isinstance(effect.value, Attr):
                    yield from value_results(effect.value.base, function, depth - 1)
                for passed in (*effect.args, *(v for _, v in effect.keywords)):
                    yield from value_results(passed, function, depth - 1)
        case Ref(name) if depth:
            for effect in function.effects:
                if effect.kind == "bind" and effect.place == name:
                    yield from value_results(effect.value, function, depth - 1)
        case Attr(base, _):
            yield from value_results(base, function, depth)
        case Test(cond):
            yield from results_in(cond, function, depth)
        case _:
            for part in parts_of(value):
                yield from value_results(part, function, depth)


def parts_of(value: Value | None) -> tuple[Value, ...]:
    """The values that a composite value is made of."""
    match value:
        case Arms(_, values, test):
            return (*values, Test(test)) if test is not None else values
        case Text(parts) | Opaque(_, parts):
            return parts
        case Display(_, items, keys):
            return (*items, *keys)
        case Each(source):
            return (source,)
        case _:
            return ()
