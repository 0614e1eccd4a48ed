"""Steps of start-up that are left out: a dependency or setting is missing, or a check says no, and start-up goes on."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import startup_work
from aether_lint.detect import failure
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.arms import Decision, decisions, refuses
from aether_lint.detect.startup_work import Work, about_nothing, call_text, is_quiet, work_of
from aether_lint.detect.swallows import broadness
from aether_lint.facts import Atom, Attempt, Cond, Effect, Every, Failed, Function, Range, Result, Some
from aether_lint.link import Module, Program
from aether_lint.link.absence import LONGEST_CHAIN, Root, Step, attempt_imports
from aether_lint.link.gates import guard_chain
from aether_lint.link.mentions import results_in
from aether_lint.link.names import last_name
from aether_lint.link.startup import Reach
from aether_lint.model import Confidence, Span

Why = Literal["import", "unset", "answer"]

CHECKS = frozenset({"check", "verify", "validate", "ping", "test", "healthy", "health", "connected", "connect", "init",
    "initialize", "migrate", "ensure", "ready", "reachable"})  # fmt: skip
"""Words of calls that answer whether something is in order."""

_COMPLAINTS = frozenset({"warning", "warn", "error", "critical", "exception", "fatal", "awarning", "aerror"})


class Skip(Struct, frozen=True):
    """One step that is left out. `missing` is what is missing, or the check; `work` is what does not happen."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    why: Why
    missing: str
    work: str
    chain: tuple[Step, ...]
    confidence: Confidence


def observe(program: Program, module: Module) -> list[Skip]:
    """The skipped steps of one module, in order of position."""
    found: list[Skip] = []
    for function in module.facts.functions:
        name = f"{module.path}:{function.key}"
        reach = program.startup.of_function(name) if function.guards else None
        if reach is None or about_nothing(function.key) or (reach.start.kind == "import" and reach.depth == 0):
            continue
        found += _decided(program, module, function, reach)
        found += _imports(program, module, function, reach)
    return sorted(found, key=lambda skip: skip.span)


def _decided(program: Program, module: Module, function: Function, reach: Reach) -> Iterator[Skip]:
    for decision in decisions(program, function):
        guard = decision.taken.guards[0]
        if isinstance(decision.guard.cond, Failed) or not _only_speaks(function, decision):
            continue
        if refuses(decision.taken, program, module, function) or not _in_region(program, module, function, decision):
            continue
        skip = _missing(program, module, function, decision, reach) or _answered(
            program, module, function, decision, reach
        )
        if skip is not None:
            why, missing, work, confidence = skip
            yield Skip(
                Anchor(module.path, function.key, "guard", guard), module.path, function.key, decision.guard.span,
                why, missing, work, reach.chain, confidence,
            )  # fmt: skip


def _in_region(program: Program, module: Module, function: Function, decision: Decision) -> bool:
    first = min((*decision.taken.effects, *decision.other.effects), default=-1)
    return first >= 0 and program.startup.of_effect(module, function, first) is not None


def _only_speaks(function: Function, decision: Decision) -> bool:
    """Whether an arm does no more than log and leave."""
    effects = [function.effects[i] for i in decision.taken.effects]
    return bool(effects) and all(
        (e.kind == "call" and is_quiet(e)) or (e.kind == "return" and failure.is_empty(e.value, function))
        for e in effects
    )


def _leaves(function: Function, decision: Decision) -> bool:
    return any(function.effects[i].kind == "return" for i in decision.taken.effects)


def _complains(function: Function, decision: Decision) -> bool:
    return any(last_name(function.effects[i]) in _COMPLAINTS for i in decision.taken.effects)


def _missing(
    program: Program, module: Module, function: Function, decision: Decision, reach: Reach
) -> tuple[Why, str, str, Confidence] | None:
    if not any(True for _ in failure.missing(decision.guard.cond)):
        return None  # `if self._started: return` says that the step was made
    if any(True for _ in results_in(decision.guard.cond, function, 1)):
        return None  # what a call answers has more reasons than the one that is known
    roots = [root for root, _ in program.absences.of_cond(decision.guard.cond, module, function)]
    root = _root(roots)
    if root is None or not (_leaves(function, decision) or decision.other.effects):
        return None
    if root.kind == "unset" and not (isinstance(decision.guard.cond, Atom) and _complains(function, decision)):
        return None  # what is not configured is not wanted, unless somebody misses it
    work = _work(program, module, function, decision.other.effects)
    if work is None or work.role not in ("service", "step"):
        return None
    named = work.confidence != "low" and root.kind == "import" and reach.start.kind != "main"
    if not (work.role == "service" or named):
        return None
    if not program.startup.is_exclusive(f"{module.path}:{function.key}"):
        return None
    if program.gates.of_cond(decision.guard.cond, module, function).level in ("closed", "test"):
        return None
    why: Why = "import" if root.kind == "import" else "unset"
    return why, root.name.lstrip("."), work.text, "high" if why == "import" and work.role == "service" else "medium"


def _root(roots: list[Root]) -> Root | None:
    if any(root.kind in ("flag", "test") for root in roots) or len(roots) > LONGEST_CHAIN:
        return None
    return next((r for kind in ("import", "unset") for r in roots if r.kind == kind and r.name), None)


def _work(program: Program, module: Module, function: Function, effects: tuple[int, ...]) -> Work | None:
    best: Work | None = None
    for index in effects:
        if program.startup.of_effect(module, function, index) is None:
            continue
        work = work_of(program, module, function, Range(index, index + 1))
        if work is not None and (best is None or (work.role == "service") > (best.role == "service")):
            best = work
    return best


def _answered(
    program: Program, module: Module, function: Function, decision: Decision, reach: Reach
) -> tuple[Why, str, str, Confidence] | None:
    """A check whose negative answer is logged, and nothing else."""
    effect = next(_denied(decision.guard.cond, function), None)
    if effect is None or reach.start.kind == "import" or not _complains(function, decision):
        return None
    if _leaves(function, decision) and reach.depth > 0:
        return None  # the caller may have been told
    if not startup_work.words(last_name(effect)) & CHECKS or startup_work.words(effect.place) & startup_work.TELEMETRY:
        return None
    if any(_is_judged(program, name) for name in program.things.called_functions(effect, module, function)):
        return None
    subjects = program.subjects.of_call(effect, module, function)
    if not subjects and (reach.depth > 0 or reach.start.kind not in ("lifespan", "hook")):
        return None
    text = call_text(effect, module, function)
    return "answer", text, text, "high" if any(s.confidence == "high" for s in subjects) else "medium"


def _denied(cond: Cond, function: Function) -> Iterator[Effect]:
    """The calls whose falsy result a condition is about."""
    match cond:
        case Atom("truthy", Result(index), _, False):
            if function.effects[index].kind == "call":
                yield function.effects[index]
        case Every(conds) | Some(conds):
            for part in conds:
                yield from _denied(part, function)


def _is_judged(program: Program, name: str) -> bool:
    """Whether the failure is swallowed in the function called, and reported there."""
    where = program.names.function(name)
    return where is not None and any(h.exits & failure.GOES_ON for a in where[1].attempts for h in a.handlers)


def _imports(program: Program, module: Module, function: Function, reach: Reach) -> Iterator[Skip]:
    """A failed import in a function of start-up, after which it returns."""
    if reach.depth == 0 or not program.startup.is_exclusive(f"{module.path}:{function.key}"):
        return
    for index, attempt in enumerate(function.attempts):
        names = attempt_imports(attempt, function)
        if not names or not _is_import_only(function, attempt):
            continue
        for number, handler in enumerate(attempt.handlers):
            speaks = all(_speaks(function.effects[i], function) for i in failure.inside(handler.effects))
            if not speaks or handler.exits & 1 or broadness(program, module, function, attempt, number) is None:
                continue
            if failure.refuses(program, module, function, index, number):
                continue
            after = tuple(
                i for i in range(handler.effects.end, len(function.effects)) if not _fails(function, i, index)
            )
            work = _work(program, module, function, after)
            if work is not None and work.role == "service":
                yield Skip(
                    Anchor(module.path, function.key, "attempt", index), module.path, function.key, handler.span,
                    "import", names[0].lstrip("."), work.text, reach.chain, "high",
                )  # fmt: skip
            break


def _is_import_only(function: Function, attempt: Attempt) -> bool:
    return all(function.effects[i].kind == "import" for i in failure.inside(attempt.body))


def _speaks(effect: Effect, function: Function) -> bool:
    if effect.kind == "return":
        return failure.is_empty(effect.value, function)
    return effect.kind == "bind" or (effect.kind == "call" and is_quiet(effect))


def _fails(function: Function, index: int, attempt: int) -> bool:
    conds = [function.guards[g].cond for g in guard_chain(function, function.effects[index].when)]
    return any(isinstance(c, Failed) and c.attempt == attempt and c.positive for c in conds)
