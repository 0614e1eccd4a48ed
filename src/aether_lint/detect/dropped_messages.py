"""Messages and audit records that are not sent when something is missing, while the caller goes on as if they were.

A queue, stream or task queue carries what another program works on; an audit log is read when it is too late to ask
again. What is kept for another try is not dropped.
"""

from collections.abc import Iterator

from aether_lint.catalog import startup_work, tokens
from aether_lint.detect import failure
from aether_lint.detect.arms import Decision
from aether_lint.detect.causes import handler_span
from aether_lint.detect.installs import Install
from aether_lint.detect.swallows import broadness
from aether_lint.facts import NEXT, RETURN, Const, Effect, Failed, Function, Handler
from aether_lint.link import Module, Program
from aether_lint.link.absence import Root, Step
from aether_lint.link.mentions import results_in
from aether_lint.link.names import last_name
from aether_lint.link.nature import is_durable, is_quiet
from aether_lint.link.subjects import Subject, access_of, external_subject
from aether_lint.model import Confidence

CARRIERS = frozenset({"queue", "stream", "jobs"})
"""Roles of what carries a message to another program."""

AUDIT_ROLE = "audit"
_AUDIT_VERBS = frozenset({"log", "record", "write", "emit", "append", "send", "store", "save", "publish"})
_AUDIT_NOUNS = frozenset({"event", "action", "entry", "record", "log"})
_TENTATIVE = frozenset({"close", "stop", "shutdown", "health", "ping", "flush", "heartbeat", "progress", "test"})


def dropped(
    program: Program, module: Module, function: Function, decision: Decision, root: Root
) -> tuple[Install, Subject] | None:
    """(what leaves it out, what it was to reach) where a side of a decision drops a message and only reports it."""
    if root.kind not in ("import", "call") or function.kind != "function" or _is_tentative(function):
        return None
    sent = next(_sent(program, module, function, decision), None)
    if sent is None or not _drops(program, module, function, decision):
        return None
    index, subject = sent
    step = Step(module.path, function.effects[index].span, "this is not sent")
    handler = handler_span(function, decision)
    first = min(decision.taken.effects, default=index)
    if handler is not None:
        return Install(first, handler, "skipped", "nothing", "high", None, (step,)), subject
    left = [i for i in decision.taken.effects if function.effects[i].kind == "return"]
    span = function.effects[left[0]].span if left else decision.guard.span
    return Install(left[0] if left else first, span, "skipped", "nothing", "high", None, (step,)), subject


def _is_tentative(function: Function) -> bool:
    """Whether a function only closes, probes or counts."""
    name = set(tokens.words(function.key.rpartition(".")[2]))
    return function.generator or bool(name & (_TENTATIVE | startup_work.TELEMETRY))


def _sent(program: Program, module: Module, function: Function, decision: Decision) -> Iterator[tuple[int, Subject]]:
    """The messages that the normal side of a decision sends itself."""
    direct = isinstance(decision.guard.cond, Failed)
    for index in decision.other.effects:
        effect = function.effects[index]
        if effect.kind != "call":
            continue
        subject = _carrier(program, module, function, effect)
        if subject is None and names_audit(effect) and not (direct and _does_more(function, decision)):
            level = _audit_level(program, module, function, effect)
            # that an audit record must not stop the work is what many decide: the audit log's own code is another case
            own = not direct or names_audit_code(function)
            subject = Subject("the audit log", AUDIT_ROLE, "write", level if own else "low")
        if subject is not None:
            yield index, subject


def _carrier(program: Program, module: Module, function: Function, effect: Effect) -> Subject | None:
    for thing in program.things.callees(effect, module, function):
        if thing.kind == "made":
            known = external_subject(thing.name, access_of(last_name(effect)))
            if known is not None and known.role in CARRIERS and known.access == "write":
                return known
    return None


def _audit_level(program: Program, module: Module, function: Function, effect: Effect) -> Confidence:
    return "high" if any(map(is_durable, program.subjects.of_call(effect, module, function))) else "medium"


def _does_more(function: Function, decision: Decision) -> bool:
    """Whether a `try` is about more than the audit record."""
    calls = [function.effects[i] for i in decision.other.effects if function.effects[i].kind == "call"]
    return sum(not is_quiet(c) and not names_audit(c) and not last_name(c)[:1].isupper() for c in calls) > 1


def names_audit(effect: Effect) -> bool:
    """Whether a call writes to an audit log, by its name and that of its receiver."""
    parts = effect.place.replace(">", ".").replace(":", ".").split(".")[-2:]
    last = tokens.words(parts[-1])
    if not last or parts[-1][:1].isupper() or not any("audit" in tokens.words(part) for part in parts):
        return False
    return last[0] in _AUDIT_VERBS or last == ("audit",) or (last[0] == "audit" and last[1] in _AUDIT_NOUNS)


def names_audit_code(function: Function) -> bool:
    """Whether a function is part of the audit log itself, by its name or that of its class."""
    return any("audit" in tokens.words(part) for part in function.key.partition("#")[0].split(".")[-2:])


def _drops(program: Program, module: Module, function: Function, decision: Decision) -> bool:
    """Whether a side does no more than report, and the function ends or goes on as after a success."""
    effects = [function.effects[i] for i in decision.taken.effects]
    cond = decision.guard.cond
    if isinstance(cond, Failed):
        if cond.handler < 0 or not _ends_there(program, module, function, cond):
            return False
        handler = function.attempts[cond.attempt].handlers[cond.handler]
        effects = [function.effects[i] for i in failure.inside(handler.effects)]
    elif not effects:
        return False
    if not all(_only_reports(effect) for effect in effects):
        return False
    told = any(e.kind == "return" and e.value not in (None, Const(None)) for e in effects)
    return not told or not _is_asked(program, f"{module.path}:{function.key}")


def _ends_there(program: Program, module: Module, function: Function, failed: Failed) -> bool:
    """Whether a failure as such is caught, and is neither raised later nor one of many in a loop."""
    attempt = function.attempts[failed.attempt]
    handler: Handler = attempt.handlers[failed.handler]
    if not handler.exits & (NEXT | RETURN) or broadness(program, module, function, attempt, failed.handler) is None:
        return False
    if failure.refuses(program, module, function, failed.attempt, failed.handler):
        return False
    if handler.exits & NEXT and failure.raised_later(program, module, function, failed.attempt, failed.handler):
        return False
    return not any(loop.effects.start <= handler.effects.start < loop.effects.end for loop in function.loops)


def _only_reports(effect: Effect) -> bool:
    if effect.kind == "return":
        return effect.value is None or isinstance(effect.value, Const)
    return effect.kind in ("bind", "item") or (effect.kind == "call" and is_quiet(effect))


def _is_asked(program: Program, name: str) -> bool:
    """Whether some caller looks at the answer."""
    return any(is_used(owner, index) for _, owner, index in program.calls.sites(name))


def is_used(function: Function, index: int) -> bool:
    """Whether a function looks at the result of one of its calls."""
    if any(index in results_in(guard.cond, function, 0) for guard in function.guards):
        return True
    for effect in function.effects:
        given = (effect.value, *effect.args, *(v for _, v in effect.keywords))
        if any(_is_made_of(value, index) for value in given):
            return True
    return False


def _is_made_of(value: object, index: int) -> bool:
    parts = (*getattr(value, "parts", ()), *getattr(value, "items", ()), *getattr(value, "values", ()))
    return getattr(value, "effect", -1) == index or any(getattr(part, "effect", -1) == index for part in parts)
