"""Where a name is mentioned: in the conditions of what refuses, and among the arguments of calls.

The index is by the last part of a name in lower case (`settings.JWT_SECRET`, `self._jwt_secret` and `jwt_secret` meet
there); whoever asks compares the places.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TypeAlias

from aether_lint.catalog import hooks
from aether_lint.catalog.tokens import NAMES_KEPT
from aether_lint.facts import (
    Arms,
    Atom,
    Attr,
    Cond,
    Const,
    Display,
    Each,
    Effect,
    Every,
    Failed,
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
from aether_lint.link.names import Module, Names, last_part

Uses: TypeAlias = tuple[dict[str, list[int]], dict[str, list[int]]]
"""The indices of the calls that are given a word, and of the tests of it."""

Site: TypeAlias = tuple[Module, Function, int]  # the index of an effect in a function of a module

DEPTH = 6  # calls and bindings looked through inside one expression
ARGUMENT_DEPTH = 2  # calls looked through inside an argument (`hmac.new(settings.key.encode())`)
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


class Walker:
    """Walks the values of one function: which names and results they are made of."""

    def __init__(self, function: Function) -> None:
        self._effects = function.effects
        self._local = f":{function.key}>" if function.key else ":"

    @cached_property
    def _bound(self) -> dict[str, list[Value]]:
        bound: dict[str, list[Value]] = {}
        for effect in self._effects:
            if effect.kind == "bind" and effect.value is not None:
                bound.setdefault(effect.place, []).append(effect.value)
        return bound

    def names(self, value: Value | None, depth: int) -> Iterator[str]:
        """The names that occur in a value, through calls and local bindings, each of which is looked into once."""
        return self._names(value, depth, set())

    def cond_names(self, cond: Cond, depth: int) -> Iterator[str]:
        """The names that occur in a condition."""
        return self._cond_names(cond, depth, set())

    def _names(self, value: Value | None, depth: int, seen: set[str | int]) -> Iterator[str]:
        match value:
            case None | Const():
                return
            case Ref(name):
                yield name
                if depth and name not in seen and name.startswith(self._local):
                    seen.add(name)
                    for bound in self._bound.get(name, ()):
                        yield from self._names(bound, depth - 1, seen)
            case Attr(base, name):
                yield name
                yield from self._names(base, depth, seen)
            case Result(index) if depth and index not in seen:
                seen.add(index)
                effect = self._effects[index]
                if isinstance(effect.value, Attr):
                    yield from self._names(effect.value.base, depth - 1, seen)
                elif isinstance(effect.value, Ref):
                    yield effect.value.name
                    if effect.kind == "call" and "." in effect.value.name:
                        yield from self._names(Ref(effect.value.name.rpartition(".")[0]), depth - 1, seen)
                for passed in (*effect.args, *(v for _, v in effect.keywords)):
                    yield from self._names(passed, depth - 1, seen)
            case Test(cond):
                yield from self._cond_names(cond, depth, seen)
            case _:
                for part in parts_of(value):
                    yield from self._names(part, depth, seen)

    def _cond_names(self, cond: Cond, depth: int, seen: set[str | int]) -> Iterator[str]:
        match cond:
            case Atom(_, value, arg, _):
                yield from self._names(value, depth, seen)
                yield from self._names(arg, depth, seen)
            case Every(conds) | Some(conds):
                for part in conds:
                    yield from self._cond_names(part, depth, seen)

    def cond_results(self, cond: Cond, depth: int) -> Iterator[int]:
        """The indices of the effects whose results a condition depends on, each looked into once."""
        return self._results(Test(cond), depth, set())

    def _results(self, value: Value | None, depth: int, seen: set[str | int]) -> Iterator[int]:
        match value:
            case None | Const():
                return
            case Result(index):
                yield index
                if depth and index not in seen:
                    seen.add(index)
                    effect = self._effects[index]
                    base = effect.value.base if isinstance(effect.value, Attr) else None
                    for passed in (base, *effect.args, *(v for _, v in effect.keywords)):
                        yield from self._results(passed, depth - 1, seen)
            case Ref(name) if depth and name not in seen:
                seen.add(name)
                for bound in self._bound.get(name, ()):
                    yield from self._results(bound, depth - 1, seen)
            case Attr(base, _):
                yield from self._results(base, depth, seen)
            case Test(Atom(_, operand, arg, _)):
                yield from self._results(operand, depth, seen)
                yield from self._results(arg, depth, seen)
            case Test(Every(conds) | Some(conds)):
                for cond in conds:
                    yield from self._results(Test(cond), depth, seen)
            case _:
                for part in parts_of(value):
                    yield from self._results(part, depth, seen)


def names_in(value: Value | None, function: Function, depth: int) -> Iterator[str]:
    """The names that occur in a value, through calls and local bindings."""
    return Walker(function).names(value, depth)


def cond_names(cond: Cond, function: Function, depth: int) -> Iterator[str]:
    """The names that occur in a condition."""
    return Walker(function).cond_names(cond, depth)


def results_in(cond: Cond, function: Function, depth: int) -> Iterator[int]:
    """The indices of the effects whose results a condition depends on."""
    return Walker(function).cond_results(cond, depth)


class MentionTable:
    """Answers who tests a name before refusing, and who passes it on."""

    def __init__(self, names: Names, environment: Environment) -> None:
        self._names = names
        self._environment = environment
        self._refusals: dict[str, list[Site]] | None = None
        self._spoken: list[tuple[Module, Function, set[str]]] | None = None
        self._spellings: dict[str, set[str]] = {}  # the names whose last part, or whose owner's, is a word
        self._used: dict[str, tuple[list[Site], list[Site]]] = {}
        self._uses: dict[int, Uses] = {}  # by the identity of functions, which live as long as their modules

    def refusals(self, name: str) -> list[Site]:
        """The raises, exits and collected errors whose conditions mention a name or a variable."""
        if self._refusals is None:
            self._refusals = {}
            for module, function in self._names.functions():
                self._refusals_of(module, function, self._refusals)
        return self._refusals.get(folded(name), [])

    def arguments(self, name: str) -> list[Site]:
        """The calls that are given a name."""
        return self._sites(folded(name))[0]

    def tests(self, name: str) -> list[Site]:
        """The effects at which a name is tested (kind `test`), and those whose value is a comparison with it."""
        return self._sites(folded(name))[1]

    def _sites(self, word: str) -> tuple[list[Site], list[Site]]:
        """The calls that are given a word, and the tests of it: few words are asked for, and few functions say them."""
        if word not in self._used:
            calls: list[Site] = []
            tests: list[Site] = []
            for module, function in self._speakers(word):
                given, tested = self._uses_in(function)
                calls += [(module, function, index) for index in given.get(word, ())]
                tests += [(module, function, index) for index in tested.get(word, ())]
            self._used[word] = calls, tests
        return self._used[word]

    def _speakers(self, word: str) -> list[tuple[Module, Function]]:
        """The functions in which a word occurs."""
        if self._spoken is None:
            self._spoken = [(module, function, spoken_in(function)) for module, function in self._names.functions()]
            for name in {name for _, _, names in self._spoken for name in names}:
                self._spellings.setdefault(folded(name), set()).add(name)
                self._spellings.setdefault(folded(name.rpartition(".")[0]), set()).add(name)  # of a method called on it
        spelled = self._spellings.get(word, ())
        return [(module, function) for module, function, names in self._spoken if not names.isdisjoint(spelled)]

    def _uses_in(self, function: Function) -> Uses:
        key = id(function)
        if key not in self._uses:
            self._uses[key] = _uses(function)
        return self._uses[key]

    def _refusals_of(self, module: Module, function: Function, refusals: dict[str, list[Site]]) -> None:
        sites = [
            (i, e) for i, e in enumerate(function.effects) if (e.when >= 0 or e.kind == "assert") and is_refusal(e)
        ]
        if not sites:
            return
        walker = Walker(function)
        by_guard: dict[int, frozenset[str]] = {-1: frozenset()}
        for index, effect in sites:
            site = (module, function, index)
            if effect.when >= 0:
                for name in self._guarded(effect.when, module, function, walker, by_guard):
                    refusals.setdefault(name, []).append(site)
            if effect.kind == "assert" and isinstance(effect.value, Test):
                for name in {folded(n) for n in walker.cond_names(effect.value.cond, DEPTH)}:
                    refusals.setdefault(name, []).append(site)

    def _guarded(
        self, index: int, module: Module, function: Function, walker: Walker, known: dict[int, frozenset[str]]
    ) -> frozenset[str]:
        if index not in known:
            guard = function.guards[index]
            own = {folded(n) for n in walker.cond_names(guard.cond, DEPTH)}
            own |= self._variables(guard.cond, module, function, walker)
            known[index] = self._guarded(guard.parent, module, function, walker, known) | own
        return known[index]

    def _variables(self, cond: Cond, module: Module, function: Function, walker: Walker) -> set[str]:
        """The environment variables that a condition reads by name."""
        found: set[str] = set()
        for index in set(walker.cond_results(cond, DEPTH)):
            read = self._environment.read(function.effects[index], module, function)
            if read is not None:
                found.update(folded(n) for n in read.names if UNKNOWN not in n)
        return found


def _uses(function: Function) -> Uses:
    """The calls of a function by the words that they are given, and its tests by the words in them."""
    walker = Walker(function)
    given: dict[str, list[int]] = {}
    tested: dict[str, list[int]] = {}
    for index, effect in enumerate(function.effects):
        if effect.kind == "call" and (effect.args or effect.keywords):
            passed = [*effect.args, *(v for _, v in effect.keywords)]
            for name in {folded(n) for v in passed for n in walker.names(v, ARGUMENT_DEPTH)}:
                given.setdefault(name, []).append(index)
        elif effect.kind in ("test", "return", "bind") and effect.value is not None:
            for name in {folded(n) for n in walker.names(effect.value, 1)}:
                tested.setdefault(name, []).append(index)
    return given, tested


def spoken_in(function: Function) -> set[str]:
    """The names that occur in the values of a function, its conditions left out."""
    found: set[str] = set()
    rest: list[Value | Cond | None] = []
    for effect in function.effects:
        value = effect.value
        if type(value) is Ref:  # three of four
            found.add(value.name)
        elif value is not None:
            rest.append(value)
        for value in effect.args:
            if type(value) is Ref:
                found.add(value.name)
            elif type(value) is not Result and type(value) is not Const:
                rest.append(value)
        for _, value in effect.keywords:
            rest.append(value)
    while rest:
        match rest.pop():
            case None | Const() | Result():
                pass
            case Ref(name):
                found.add(name)
            case Attr(base, name):
                found.add(name)
                rest.append(base)
            case Test(cond):
                rest.append(cond)
            case Atom(_, operand, arg, _):
                rest += (operand, arg)
            case Every(conds) | Some(conds):
                rest += conds
            case Failed():
                pass
            case other:
                rest += parts_of(other)
    return found


@lru_cache(NAMES_KEPT)
def folded(name: str) -> str:
    """The last part of a name as the index has it."""
    return last_part(name).strip("_").lower()


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


COMPOSITES: frozenset[type | None] = frozenset({Arms, Display, Each, Opaque, Test, Text})
"""The types of values that hold other values."""


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
