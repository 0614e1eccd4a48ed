"""Writes on which a control depends, that are lost while the caller is told that they were made.

A revocation that is only logged leaves the token valid; a counter that was not counted up never reaches its limit.
"""

from collections.abc import Iterator

from aether_lint.catalog import polarity
from aether_lint.detect import failure
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.gaps import Gap
from aether_lint.detect.swallows import broadness
from aether_lint.facts import NEXT, RETURN, Attempt, Const, Effect, Function, Handler, Result, is_none
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.absence import root as make_root
from aether_lint.link.mentions import results_in
from aether_lint.link.names import dotted, last_name
from aether_lint.link.nature import is_quiet
from aether_lint.model import Confidence


def lost(program: Program, module: Module, function: Function) -> Iterator[Gap]:
    """The handlers of a function that let it end as if the write of a control had been made."""
    name = function.key.partition("#")[0].rpartition(".")[2]
    own = polarity.control_write(name)
    if own is None and not polarity.ends_session(name):
        return
    for index, attempt in enumerate(function.attempts):
        written = _written(program, module, function, attempt, own)
        if written is None or _is_aftermath(function, attempt) or _is_kept(program, module, function, attempt):
            continue
        subject, call = written
        for number, handler in enumerate(attempt.handlers):
            level = broadness(program, module, function, attempt, number)
            if level is None or not _goes_on(program, module, function, index, number):
                continue
            if not _tells_success(program, module, function, handler):
                continue
            first = handler.effects.start
            if first < len(function.effects) and program.gates.of_site(module, function, first).level != "open":
                continue
            root = make_root("call", dotted(call.place), module.path, function.key, index)
            anchor = Anchor(module.path, function.key, "attempt", index)
            confidence: Confidence = "medium"
            chain = (Step(module.path, call.span, "this write may be lost"),)
            yield Gap(
                anchor, function.key, handler.span, "lost write", subject, root, "", chain, confidence, handler.span
            )
            break


def _written(
    program: Program, module: Module, function: Function, attempt: Attempt, own: str | None
) -> tuple[str, Effect] | None:
    """(the control, the call) for the write in a `try`: by the function's own name, or that of what it calls."""
    calls = [function.effects[i] for i in failure.inside(attempt.body) if function.effects[i].kind == "call"]
    calls = [c for c in calls if not is_quiet(c)]
    if own is not None:
        for call in calls:
            if any(s.access == "write" for s in program.subjects.of_call(call, module, function)):
                return own, call
    for call in calls:
        called = polarity.control_write(last_name(call))
        if called is not None and "." in call.place:
            return called, call
    return None


def _is_kept(program: Program, module: Module, function: Function, attempt: Attempt) -> bool:
    """Whether the function has written before, or goes on to a copy in memory: then the `try` is no last word."""
    end = max((h.effects.end for h in attempt.handlers), default=attempt.body.end)
    for index, effect in enumerate(function.effects):
        if index >= end and program.natures.box_of(effect, module, function) is not None:
            return True
        before = index < attempt.body.start and effect.kind == "call"
        if before and any(s.access == "write" for s in program.subjects.of_call(effect, module, function)):
            return True
    return False


def _goes_on(program: Program, module: Module, function: Function, attempt: int, number: int) -> bool:
    handler = function.attempts[attempt].handlers[number]
    if not handler.exits & (NEXT | RETURN) or failure.refuses(program, module, function, attempt, number):
        return False
    if any(loop.effects.start <= function.attempts[attempt].body.start < loop.effects.end for loop in function.loops):
        return False
    if any(not _only_reports(function.effects[i]) for i in failure.inside(handler.effects)):
        return False
    return not (handler.exits & NEXT and failure.raised_later(program, module, function, attempt, number))


def _only_reports(effect: Effect) -> bool:
    return effect.kind in ("bind", "return", "item") or (effect.kind == "call" and is_quiet(effect))


def _tells_success(program: Program, module: Module, function: Function, handler: Handler) -> bool:
    """Whether the caller cannot tell the failure from success: the same answer, or one that nobody looks at."""
    failing = [
        function.effects[i].value for i in failure.inside(handler.effects) if function.effects[i].kind == "return"
    ]
    others = [
        e.value for i, e in enumerate(function.effects)
        if e.kind == "return" and i not in failure.inside(handler.effects)
    ]  # fmt: skip
    if not failing:
        return True  # the function goes on and answers as ever
    if all(is_none(v) for v in failing):
        return all(is_none(v) for v in others)
    if all(v == Const(True) for v in failing):
        return True
    return all(v == Const(False) for v in failing) and _is_never_asked(program, f"{module.path}:{function.key}")


def _is_never_asked(program: Program, name: str) -> bool:
    """Whether all callers, and there are some, drop the answer."""
    sites = program.calls.sites(name)
    return bool(sites) and all(not _uses(owner, index) for _, owner, index in sites)


def _uses(function: Function, index: int) -> bool:
    if any(index in results_in(guard.cond, function, 0) for guard in function.guards):
        return True
    wanted = Result(index)
    for effect in function.effects:
        given = (effect.value, *effect.args, *(v for _, v in effect.keywords))
        if any(v == wanted or wanted in getattr(v, "parts", ()) or wanted in getattr(v, "items", ()) for v in given):
            return True
    return False


def _is_aftermath(function: Function, attempt: Attempt) -> bool:
    """Whether a `try` stands in a handler or a `finally`: what failed before is judged itself."""
    for other in function.attempts:
        ranges = [h.effects for h in other.handlers] + [other.final]
        if other is not attempt and any(r.start <= attempt.body.start and attempt.body.end <= r.end for r in ranges):
            return True
    return False
