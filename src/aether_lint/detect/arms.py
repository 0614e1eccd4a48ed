"""The two sides of a decision: the effects that run when something is missing, and those that run when it is there."""

from msgspec import Struct

from aether_lint.facts import (
    EXIT,
    RAISE,
    Cond,
    Const,
    Effect,
    Failed,
    Function,
    Guard,
    Position,
    Result,
    Value,
    failures_in,
    negate,
)
from aether_lint.link import Module, Program
from aether_lint.link.gates import guard_chain


class Arm(Struct, frozen=True):
    """Effects of one side, by index, in program order; `guards` are the guards that open it."""

    effects: tuple[int, ...]
    guards: tuple[int, ...]


class Decision(Struct, frozen=True):
    """A test or `except` clause with its two sides. `taken` runs when `guard.cond` holds, `other` when it does not."""

    guard: Guard
    taken: Arm
    other: Arm


def decisions(program: Program, function: Function) -> list[Decision]:
    """Every condition of a function that something depends on, once for each side, in order of position."""
    kept: dict[int, list[Decision]] = program.kept.setdefault(decisions, {})
    key = id(function)  # functions live as long as their program
    if key not in kept:
        kept[key] = _decisions(function) if function.guards else []
    return kept[key]


def _decisions(function: Function) -> list[Decision]:
    under = _effects_under(function)
    tests: dict[Position, list[tuple[Cond, list[int]]]] = {}  # each a condition with its guards
    for index, guard in enumerate(function.guards):
        sides = tests.setdefault(guard.at, [])
        guards = next((found for cond, found in sides if cond == guard.cond), None)
        if guards is None:
            sides.append((guard.cond, [index]))
        else:
            guards.append(index)
    succeeded = _successes(function)
    found = [
        Decision(
            function.guards[guards[0]],
            _arm(guards, under),
            _body_arm(function, cond, succeeded, under) or _opposite(cond, sides, under),
        )
        for sides in tests.values()
        for cond, guards in sides
    ]
    return sorted(found, key=lambda d: (d.guard.span, type(d.guard.cond).__name__))


def _effects_under(function: Function) -> list[list[int]]:
    """The effects that each guard dominates, by the guard's index."""
    under: list[list[int]] = [[] for _ in function.guards]
    chains = [guard_chain(function, index) for index in range(len(function.guards))]
    for index, effect in enumerate(function.effects):
        if effect.when >= 0:
            for guard in chains[effect.when]:
                under[guard].append(index)
    return under


def _arm(guards: list[int], under: list[list[int]]) -> Arm:
    if len(guards) == 1:
        return Arm(tuple(under[guards[0]]), tuple(guards))
    return Arm(tuple(sorted({index for guard in guards for index in under[guard]})), tuple(guards))


def _opposite(cond: Cond, sides: list[tuple[Cond, list[int]]], under: list[list[int]]) -> Arm:
    """What runs where a condition does not hold."""
    if len(sides) > 1:
        negated = negate(cond)
        for other, guards in sides:
            if other == negated:
                return _arm(guards, under)
    return Arm((), ())


def _successes(function: Function) -> dict[int, list[int]]:
    """The guards that a `try` without a failure opens, by the index of the `try`."""
    found: dict[int, list[int]] = {}
    for index, guard in enumerate(function.guards):
        if isinstance(guard.cond, Failed) and not guard.cond.positive:
            found.setdefault(guard.cond.attempt, []).append(index)
    return found


def _body_arm(function: Function, cond: Cond, succeeded: dict[int, list[int]], under: list[list[int]]) -> Arm | None:
    """The normal side of a failure: the body and the `else` of the `try`, and what runs only after its success."""
    failed = {failure.attempt for failure in failures_in(cond)}
    if not failed:
        return None
    found: set[int] = set()
    for number in failed:
        attempt = function.attempts[number]
        found.update(range(attempt.body.start, attempt.body.end), range(attempt.orelse.start, attempt.orelse.end))
        for guard in succeeded.get(number, ()):
            found.update(under[guard])
    return Arm(tuple(sorted(found)), ())


def refuses(arm: Arm, program: Program, module: Module, function: Function) -> bool:
    """Whether every path of an arm raises, exits or answers with an error."""
    for index in arm.effects:
        effect = function.effects[index]
        if effect.when not in arm.guards:
            continue
        if (
            effect.kind == "raise"
            or is_error_answer(effect, function)
            or never_returns(effect, program, module, function)
        ):
            return True
    return False


def never_returns(effect: Effect, program: Program, module: Module, function: Function) -> bool:
    """Whether a call ends the process or always raises."""
    if effect.kind != "call":
        return False
    if effect.place in ("sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"):
        return True
    if effect.place.rpartition(".")[2] == "abort" and effect.args:
        return True
    for name in program.things.called_functions(effect, module, function):
        where = program.names.function(name)
        if where is not None and where[1].exits and not where[1].exits & ~(RAISE | EXIT):
            return not (where[1].is_async and where[1].generator)
    return False


def is_error_answer(effect: Effect, function: Function) -> bool:
    """Whether a return answers with an HTTP status of 400 or above."""
    if effect.kind != "return":
        return False
    return any(_has_error_status(function.effects[i]) for i in _results(effect.value)) or _is_error_pair(effect.value)


def _results(value: Value | None) -> list[int]:
    if isinstance(value, Result):
        return [value.effect]
    return [i for item in getattr(value, "items", ()) for i in _results(item)]


def _is_error_pair(value: Value | None) -> bool:
    items = getattr(value, "items", ())
    return any(isinstance(i, Const) and type(i.value) is int and 400 <= i.value < 600 for i in items[1:])


def _has_error_status(effect: Effect) -> bool:
    if effect.kind != "call":
        return False
    for name, value in effect.keywords:
        if name in ("status_code", "status", "code") and isinstance(value, Const) and type(value.value) is int:
            return value.value >= 400
        if name in ("status_code", "status") and "50" in getattr(value, "name", ""):
            return True
    last = effect.place.rpartition(".")[2]
    if "Unavailable" in last or last in ("HttpResponseServerError", "HTTPException", "HttpResponseForbidden"):
        return True
    return last == "abort"
