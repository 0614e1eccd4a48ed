"""Work that start-up hands to tasks and threads: who sees it fail."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import startup_work
from aether_lint.detect import failure
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.startup_work import about_nothing, call_text, is_quiet, work_of
from aether_lint.detect.swallows import broadness, is_repeated
from aether_lint.facts import NEXT, RETURN, Attempt, Attr, Const, Effect, Function, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.mentions import parts_of
from aether_lint.link.names import last_name
from aether_lint.link.startup import Reach
from aether_lint.model import Confidence, Span

TASKS = frozenset({"create_task", "ensure_future"})
LOOP_GETTERS = frozenset({"get_event_loop", "get_running_loop"})
ON_RESULT = frozenset({
    "refresh", "refresher", "reload", "load", "reconcile", "reconciliation", "rotate", "rotation", "evaluate",
    "evaluation", "evaluations", "sync", "resync", "reschedule",
})  # fmt: skip
"""Loops on whose result later answers depend, by a word of their name."""


class UnwatchedTask(Struct, frozen=True):
    """Something started whose failure nobody sees.

    lost: nothing keeps the task. dies: its handler stands around its loop, and ends it. unread: `gather` or `wait`
    returns errors that nobody reads. `what` is what runs.
    """

    anchor: Anchor
    path: str
    scope: str
    span: Span
    kind: Literal["lost", "dies", "unread"]
    what: str
    chain: tuple[Step, ...]
    confidence: Confidence


class SilentLoop(Struct, frozen=True):
    """A loop of start-up that logs every failure and goes on for ever."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    what: str
    chain: tuple[Step, ...]
    confidence: Confidence


def observe(program: Program, module: Module) -> list["UnwatchedTask | SilentLoop"]:
    """The unwatched tasks and silent loops of one module, in order of position."""
    found: list[UnwatchedTask | SilentLoop] = []
    for name in sorted(TASKS | {"gather", "wait"}):
        for function, index in module.calls.get(name, ()):
            found += _started(program, module, function, index)
    for function in module.facts.functions:
        found += _loops(program, module, function)
    return sorted(found, key=lambda seen: seen.span)


def _started(program: Program, module: Module, function: Function, index: int) -> Iterator[UnwatchedTask]:
    effect = function.effects[index]
    reach = program.startup.of_effect(module, function, index)
    if reach is None or reach.start.kind == "import" or about_nothing(function.key):
        return
    if not program.startup.is_exclusive(f"{module.path}:{function.key}"):
        return  # requests begin such tasks as well: that they may fail is theirs
    last = last_name(effect)
    if last in TASKS and effect.args and _by_loop(effect, function) and not _is_kept(function, index):
        coroutine = effect.args[0]
        if not _watches_itself(program, module, function, coroutine):
            yield _unwatched("lost", _coroutine_text(coroutine, module, function), index, reach, module, function)
    elif _drops_errors(effect, function, index):
        yield _unwatched("unread", f"asyncio.{last}()", index, reach, module, function)


def _by_loop(effect: Effect, function: Function) -> bool:
    """Whether the event loop is asked for the task, not a group that waits for it."""
    asked = effect.value.base if isinstance(effect.value, Attr) else None
    if isinstance(asked, Result) and last_name(function.effects[asked.effect]) in LOOP_GETTERS:
        return True
    head = effect.place.rpartition(".")[0]
    return head == "asyncio" or startup_work.words(head.rpartition(">")[2] or head) >= {"loop"}


def _unwatched(
    kind: Literal["lost", "unread"], what: str, index: int, reach: Reach, module: Module, function: Function
) -> UnwatchedTask:
    anchor = Anchor(module.path, function.key, "effect", index)
    span = function.effects[index].span
    return UnwatchedTask(anchor, module.path, function.key, span, kind, what, reach.chain, "high")


def _drops_errors(effect: Effect, function: Function, index: int) -> bool:
    """Whether a call returns errors as values, and nobody reads them."""
    if last_name(effect) == "gather":
        returns = any(k == "return_exceptions" and v == Const(True) for k, v in effect.keywords)
        return returns and effect.place.startswith("asyncio.") and not _is_used(function, index)
    if effect.place != "asyncio.wait" or any(_awaits_event(a, function) for a in effect.args):
        return False
    return not _is_used(function, index)


def _awaits_event(value: Value, function: Function) -> bool:
    """`asyncio.wait([create_task(stopping.wait())], timeout=5)`: a pause that can be cut short."""
    for inner in _nested(value):
        if isinstance(inner, Result):
            effect = function.effects[inner.effect]
            if last_name(effect) == "wait" or any(_awaits_event(a, function) for a in effect.args):
                return True
    return False


def _is_kept(function: Function, index: int) -> bool:
    """Whether something holds the task when the function has returned, or the function itself waits for it."""
    places = {e.place for e in function.effects if e.kind == "bind" and e.value == Result(index)}
    if not places:
        return _is_used(function, index)
    if function.generator or any(not _is_local(place, function) for place in places):
        return True
    return any(
        any(places & set(_refs(v)) for v in (e.value, *e.args, *(v for _, v in e.keywords)) if v is not None)
        for e in function.effects
    )


def _is_local(place: str, function: Function) -> bool:
    return place.startswith(f":{function.key}>") and "." not in place.rpartition(">")[2]


def _is_used(function: Function, index: int) -> bool:
    """Whether the result of a call goes anywhere, a binding that something reads included."""
    places = set()
    for effect in function.effects:
        values = [effect.value, *effect.args, *(v for _, v in effect.keywords)]
        if any(Result(index) in list(_nested(v)) for v in values if v is not None):
            if effect.kind != "bind" or not _is_local(effect.place, function):
                return True
            places.add(effect.place)
    return bool(places) and any(
        places & set(_refs(v))
        for e in function.effects
        for v in (e.value, *e.args, *(v for _, v in e.keywords))
        if v is not None
    )


def _nested(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, Attr):
        yield from _nested(value.base)
    for part in parts_of(value):
        yield from _nested(part)


def _refs(value: Value) -> Iterator[str]:
    for inner in _nested(value):
        if isinstance(inner, Ref):
            head, _, tail = inner.name.rpartition(">")
            yield f"{head}>{tail.partition('.')[0]}"


def _coroutine_text(value: Value, module: Module, function: Function) -> str:
    if isinstance(value, Result):
        return call_text(function.effects[value.effect], module, function)
    return "the task"


def _watches_itself(program: Program, module: Module, function: Function, coroutine: Value) -> bool:
    """Whether the started function handles its errors round by round, or nothing depends on it."""
    if not isinstance(coroutine, Result):
        return False
    effect = function.effects[coroutine.effect]
    text = call_text(effect, module, function)
    if is_quiet(effect) or startup_work.words(text) & startup_work.LOG_SETUP:
        return True
    if startup_work.words(last_name(effect)) & (startup_work.HOUSEKEEPING | startup_work.CLEAN_UP):
        return True
    for name in program.things.called_functions(effect, module, function):
        where = program.names.function(name)
        if where is not None and any(_in_loop(where[1], a) and a.handlers for a in where[1].attempts):
            return True
    return False


def _in_loop(function: Function, attempt: Attempt) -> bool:
    return any(not failure.is_for(function, loop) and failure.is_round_of(loop, attempt) for loop in function.loops)


def _is_round(function: Function, index: int) -> bool:
    """Whether a `try` is a whole round of an endless loop: not one message of many, not a step inside another `try`."""
    attempt = function.attempts[index]
    around = [loop for loop in function.loops if failure.is_round_of(loop, attempt)]
    if len(around) != 1 or failure.is_for(function, around[0]):
        return False
    return not any(
        number != index and a.body.start <= attempt.body.start and attempt.body.end <= a.body.end and a.handlers
        for number, a in enumerate(function.attempts)
    )


def _holds_loop(function: Function, attempt: Attempt) -> bool:
    """Whether the work of a task lies in a `try`: a loop that ends only with the program, and so answers nothing."""
    if any(e.kind == "return" and e.value not in (None, Const(None)) for e in function.effects):
        return False
    return any(
        (loop.endless or _is_stream(function, loop.effects.start))
        and attempt.body.start <= loop.effects.start
        and loop.effects.end <= attempt.body.end
        for loop in function.loops
    )


def _is_stream(function: Function, index: int) -> bool:
    """Whether a loop runs over messages as they come: `async for message in pubsub.listen()`."""
    value = function.effects[index].value if index < len(function.effects) else None
    source = getattr(value, "source", None)
    if not isinstance(source, Result):
        return False
    return last_name(function.effects[source.effect]) in ("listen", "messages", "subscribe", "stream", "watch", "iter")


def _loops(program: Program, module: Module, function: Function) -> Iterator[UnwatchedTask | SilentLoop]:
    reach = program.startup.of_background(f"{module.path}:{function.key}")
    if reach is None or reach.start.kind == "import" or about_nothing(function.key):
        return
    if startup_work.words(function.key.rpartition(".")[2]) & startup_work.HOUSEKEEPING:
        return
    for index, attempt in enumerate(function.attempts):
        for number, handler in enumerate(attempt.handlers):
            if broadness(program, module, function, attempt, number) is None or not handler.exits & (
                NEXT | RETURN | 64
            ):
                continue
            if _is_seen(program, module, function, index, number):
                continue
            anchor = Anchor(module.path, function.key, "attempt", index)
            what = f"{function.key.rpartition('.')[2]}()"
            if _holds_loop(function, attempt) and not _in_loop(function, attempt):
                yield UnwatchedTask(
                    anchor, module.path, function.key, handler.span, "dies", what, reach.chain, "medium"
                )
            elif _is_round(function, index) and _decides_answers(program, module, function, index):
                yield SilentLoop(anchor, module.path, function.key, handler.span, what, reach.chain, "medium")
                return
            break


def _decides_answers(program: Program, module: Module, function: Function, index: int) -> bool:
    """Whether answers depend on what a round does, by its name and the names of what it calls."""
    work = work_of(program, module, function, function.attempts[index].body)
    if work is None or work.role in ("import", "other") or is_repeated(program, module, function, index, work):
        return False
    return bool(startup_work.words(f"{function.key.rpartition('.')[2]}.{work.text}") & ON_RESULT)


def _is_seen(program: Program, module: Module, function: Function, index: int, number: int) -> bool:
    """Whether a failure leaves a trace beyond the log: a counter, a state, a restart, a raise."""
    handler = function.attempts[index].handlers[number]
    if failure.refuses(program, module, function, index, number):
        return True
    if program.readiness.reports(module, function, handler.effects):
        return True
    for effect in (function.effects[i] for i in failure.inside(handler.effects)):
        if effect.kind in ("bind", "augment", "write") and not _is_local(effect.place, function):
            return True
        if effect.kind == "call" and _leaves_trace(effect, program, module, function):
            return True
    return False


def _leaves_trace(effect: Effect, program: Program, module: Module, function: Function) -> bool:
    last = last_name(effect)
    if last in (
        "inc",
        "observe",
        "labels",
        "record",
        "increment",
        "incr",
        "set_exception",
        "capture_exception",
        "count",
    ):
        return True
    if last in TASKS or last in ("append", "add"):
        return True
    return not is_quiet(effect) and bool(program.things.called_functions(effect, module, function))
