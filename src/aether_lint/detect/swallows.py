"""Swallowed errors of start-up: a handler, or a `suppress`, that lets the program serve without what the `try` does."""

from typing import Literal

from msgspec import Struct

from aether_lint.catalog import startup_work
from aether_lint.detect import failure
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.causes import weakest
from aether_lint.detect.startup_work import Work, work_of, works_in
from aether_lint.facts import Attempt, Caught, Each, Effect, Failed, Function, Handler, Range, Ref
from aether_lint.link import Module, Program
from aether_lint.link.absence import IMPORT_ERRORS, Step
from aether_lint.link.gates import guard_chain
from aether_lint.link.names import last_name
from aether_lint.link.startup import Reach
from aether_lint.model import Confidence, Span

Answer = Literal["goes on", "returns", "ends"]


class Swallow(Struct, frozen=True):
    """One handler at which a failure of start-up ends.

    `direct` says that it stands in the hook itself, `around` that it stands around the `yield` of a lifespan.
    `answer` is what the handler does: it goes on, returns (a value that says nothing), or ends the function.
    `chain` leads from the hook to the function. `span` is the `except` line or the `with suppress(...)`.
    """

    anchor: Anchor
    path: str
    scope: str
    span: Span
    work: Work
    direct: bool
    around: bool
    suppress: bool
    answer: Answer
    reach: Reach
    chain: tuple[Step, ...]
    confidence: Confidence


def observe(program: Program, module: Module) -> list[Swallow]:
    """The swallowed start-up errors of one module, in order of position."""
    found: list[Swallow] = []
    for function in module.facts.functions:
        for index, attempt in enumerate(function.attempts):
            if attempt.handlers and (swallow := _attempt(program, module, function, index)) is not None:
                found.append(swallow)
    return sorted(found, key=lambda s: s.span)


def _attempt(program: Program, module: Module, function: Function, index: int) -> Swallow | None:
    attempt = function.attempts[index]
    if attempt.body.start == attempt.body.end:
        return None
    reach = program.startup.of_effect(module, function, attempt.body.start)
    if reach is None or _is_aftermath(function, index):
        return None
    for number, handler in enumerate(attempt.handlers):
        level = broadness(program, module, function, attempt, number)
        if level is not None and _only_imports_fail(handler) and reach.start.kind in ("import", "main"):
            level = level if _routes(function, attempt) else None  # an optional import
        if level is not None:
            seen = _handler(program, module, function, index, number, reach, level)
            if seen is not None:
                return seen
        if not handler.types or "builtins.Exception" in handler.types:
            break
    return None


def _handler(
    program: Program, module: Module, function: Function, index: int, number: int, reach: Reach, level: Confidence
) -> Swallow | None:
    attempt = function.attempts[index]
    handler = attempt.handlers[number]
    around = function.generator and any(function.effects[i].kind == "yield" for i in failure.inside(attempt.body))
    body = _before_yield(function, attempt) if around else attempt.body
    work = work_of(program, module, function, body)
    if work is None and around and reach.depth == 0:
        work = Work("step", "yield", attempt.body.start, "medium")
    if work is None or not _matters(program, module, function, work, reach):
        return None
    if program.gates.of_guard(attempt.when, module, function).level in ("closed", "test"):
        return None
    if _settled(program, module, function, index, number, work, reach):
        return None
    direct = reach.depth == 0 and reach.start.kind in ("lifespan", "hook")
    return Swallow(
        anchor=Anchor(module.path, function.key, "attempt", index),
        path=module.path,
        scope=function.key,
        span=handler.span,
        work=work,
        direct=direct,
        around=around,
        suppress=attempt.suppress,
        answer=_answer(function, handler),
        reach=reach,
        chain=reach.chain,
        confidence=weakest(_weight(work), level, _certainty(reach)),
    )


def _matters(program: Program, module: Module, function: Function, work: Work, reach: Reach) -> bool:
    """Whether the work is a step of start-up.

    In a hook any is. Deeper down it must reach a service or have a telling verb, unless the function exists for
    start-up alone; a function that requests call too must be one that sets something up.
    """
    if reach.depth == 0 and reach.start.kind in ("lifespan", "hook"):
        return True
    if work.role == "routing":
        return True
    if work.role == "import" or _is_record(function, work):
        return False
    name = f"{module.path}:{function.key}"
    if program.startup.is_recurring(name):
        return False  # the next round does what this one did not
    exclusive = program.startup.is_exclusive(name) and reach.start.kind != "import"
    if exclusive and reach.start.kind in ("lifespan", "hook"):
        return True
    if work.role != "service" and reach.start.kind == "main":
        effect = function.effects[work.index]
        telling = bool(startup_work.words(last_name(effect)) & startup_work.START_VERBS)
        return telling and not program.things.called_functions(effect, module, function)
    if work.role != "service" and (work.confidence == "low" or reach.start.kind == "import"):
        return reach.depth == 0 and _initialises(function.effects[work.index])
    return exclusive or reach.depth == 0 or _sets_up(function)


def _initialises(effect: Effect) -> bool:
    return bool(startup_work.words(last_name(effect)) & _INITIALISING)


def _sets_up(function: Function) -> bool:
    words = startup_work.words(function.key.partition("#")[0].rpartition(".")[2])
    return bool(words & _SETTING_UP)


_INITIALISING = frozenset({"init", "initialize", "initialise", "connect", "start", "register", "setup", "migrate"})
_SETTING_UP = _INITIALISING | {
    "bootstrap", "startup", "ensure", "subscribe", "open", "load", "sync", "restore", "client", "connection", "pool",
    "engine", "schema", "tables", "seed", "hydrate",
}  # fmt: skip


def _is_record(function: Function, work: Work) -> bool:
    """Whether the work is done for one record among many: a bad one is left out."""
    if work.role not in ("other", "step") or not any(
        failure.is_for(function, loop) and work.index in failure.inside(loop.effects) for loop in function.loops
    ):
        return False
    last = last_name(function.effects[work.index])
    in_while = any(
        not failure.is_for(function, loop) and work.index in failure.inside(loop.effects) for loop in function.loops
    )
    words = startup_work.words(last)
    if last[:1].isupper() or words & startup_work.RECORD_VERBS:
        return True
    return in_while and work.role == "other" and len(words) == 1


def _settled(
    program: Program, module: Module, function: Function, index: int, number: int, work: Work, reach: Reach
) -> bool:
    """Whether the failure is dealt with."""
    handler = function.attempts[index].handlers[number]
    return (
        failure.refuses(program, module, function, index, number)
        or failure.retried(program, module, function, index, number)
        or failure.raised_later(program, module, function, index, number)
        or failure.repaired(program, module, function, index, number)
        or (work.role != "service" and failure.refines(function, index))
        or program.readiness.reports(module, function, handler.effects)
        or _is_check_message(function, handler, reach)
        or _marks_the_record(function, handler)
        or failure.told_to_callers(program, module, function, handler)
        or failure.put_into_the_answer(program, module, function, handler)
        or _is_the_end(function, index, reach)
        or is_repeated(program, module, function, index, work)
    )


def _is_the_end(function: Function, index: int, reach: Reach) -> bool:
    """Whether nothing comes after the `try` of a program: it has ended, and serves nothing."""
    attempt = function.attempts[index]
    last = max(attempt.final.end, *(h.effects.end for h in attempt.handlers))
    return reach.start.kind == "main" and not function.key and last >= len(function.effects)


def _is_check_message(function: Function, handler: Handler, reach: Reach) -> bool:
    """Whether a system check of Django puts the failure among the messages that it returns: Django acts on them."""
    if reach.start.host != "Django" or reach.depth or function.owner:
        return False
    returned = {e.value.name for e in function.effects if e.kind == "return" and isinstance(e.value, Ref)}
    effects = [function.effects[i] for i in failure.inside(handler.effects)]
    return any(
        e.kind in ("return", "yield") or (e.kind == "call" and e.place.rpartition(".")[0] in returned) for e in effects
    )


def _marks_the_record(function: Function, handler: Handler) -> bool:
    """Whether the handler writes into the one record of a loop that failed: `item.name = "(invalid link)"`."""
    records = {e.place for e in function.effects if e.kind == "bind" and isinstance(e.value, Each)}
    bound = [
        e.place.rpartition(".")[0]
        for e in (function.effects[i] for i in failure.inside(handler.effects))
        if e.kind in ("bind", "write") and not isinstance(e.value, Caught)
    ]
    return bool(bound) and records.issuperset(bound)


def is_repeated(program: Program, module: Module, function: Function, index: int, work: Work) -> bool:
    """Whether start-up does the same again, unguarded."""
    effect = function.effects[work.index]
    if effect.kind != "call" or works_in(program, module, function, function.attempts[index].body) > 1:
        return False
    for name in program.things.called_functions(effect, module, function):
        if name.endswith(".__init__"):  # building one more is not trying again
            continue
        for caller, owner, site in program.calls.sites(name):
            same = caller.path == module.path and owner.key == function.key and site == work.index
            reach = None if same else program.startup.of_effect(caller, owner, site)
            if reach is not None and reach.start.kind in ("lifespan", "hook") and not _is_caught(owner, site):
                return True
    return False


def _is_caught(function: Function, index: int) -> bool:
    return any(
        a.body.start <= index < a.body.end and any(h.exits & failure.GOES_ON for h in a.handlers)
        for a in function.attempts
    )


def _is_aftermath(function: Function, index: int) -> bool:
    """Whether a `try` stands in a handler or a `finally`: it tidies up after a failure that is judged itself."""
    attempt = function.attempts[index]
    if any(
        isinstance(cond := function.guards[g].cond, Failed) and cond.positive and cond.handler >= 0
        for g in guard_chain(function, attempt.when)
    ):
        return True
    return any(
        a.final.start <= attempt.body.start and attempt.body.end <= a.final.end
        for number, a in enumerate(function.attempts)
        if number != index and a.final.start < a.final.end
    )


def broadness(
    program: Program, module: Module, function: Function, attempt: Attempt, handler: int
) -> Confidence | None:
    """How surely a handler catches failures of the work as such; None where it names an expected outcome."""
    types = attempt.handlers[handler].types
    if not types:
        return "high"
    levels = [_type_breadth(program, module, name, attempt, function) for name in types]
    known: list[Confidence] = [level for level in levels if level is not None]
    if not known:
        return None
    return "high" if "high" in known else "medium"


def _type_breadth(
    program: Program, module: Module, name: str, attempt: Attempt, function: Function
) -> Confidence | None:
    last = name.rpartition(".")[2].rpartition(":")[2].rpartition(">")[2]
    if name.startswith("builtins."):
        if last in ("Exception", "BaseException"):
            return "high"
        if last in ("ImportError", "ModuleNotFoundError"):
            return "high" if _imports(function, attempt.body) else None
        return "high" if last in startup_work.ENVIRONMENTAL_BUILTINS else None
    if not name or any(part in last for part in startup_work.EXPECTED):
        return None
    place = program.names.globalise(name, module.path)
    if ":" not in place:
        return "high" if not place.startswith("?") and place != "asyncio.CancelledError" else None
    return "medium" if _has_subclasses(program, place) else None


def _only_imports_fail(handler: Handler) -> bool:
    return bool(handler.types) and IMPORT_ERRORS.issuperset(handler.types)


def _routes(function: Function, attempt: Attempt) -> bool:
    effects = [function.effects[i] for i in failure.inside(attempt.body)]
    return any(e.kind == "call" and last_name(e) in startup_work.ROUTING for e in effects)


def _imports(function: Function, body: Range) -> bool:
    return any(function.effects[i].kind == "import" for i in failure.inside(body))


def _has_subclasses(program: Program, place: str) -> bool:
    """Whether a class of ours is a base of others: an error class that stands for many errors."""
    kept: dict[str, bool] = program.kept.setdefault(_has_subclasses, {})
    if place not in kept:
        kept[place] = _is_base(program, place)
    return kept[place]


def _is_base(program: Program, place: str) -> bool:
    classes = {t.name for t in program.things.of_place(place) if t.kind == "class"}
    last = place.rpartition(":")[2].rpartition(".")[2]
    for module, function in program.names.derived_classes():
        if any(getattr(base, "name", "").endswith(last) for base in function.bases):
            name = f"{module.path}:{function.key}"
            bases = {b.name for b in program.things.bases(name)}
            if classes & (bases - {name}):
                return True
    return False


def _before_yield(function: Function, attempt: Attempt) -> Range:
    first = next(i for i in failure.inside(attempt.body) if function.effects[i].kind == "yield")
    return Range(attempt.body.start, first)


def _answer(function: Function, handler: Handler) -> Answer:
    if any(
        function.effects[i].kind == "return" and not isinstance(function.effects[i].value, Caught)
        for i in failure.inside(handler.effects)
    ):
        return "returns"
    return "goes on"


def _weight(work: Work) -> Confidence:
    return "high" if work.role == "routing" or work.confidence == "high" else "medium"


def _certainty(reach: Reach) -> Confidence:
    return "medium" if reach.start.kind == "import" and reach.depth > 0 else "high"
