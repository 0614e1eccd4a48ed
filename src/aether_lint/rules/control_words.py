"""The words that the rules about controls share: what lets through, under which condition, what it costs."""

from aether_lint.detect.controls import Opening
from aether_lint.model import SEVERITIES, Finding, Fix, Related, Severity
from aether_lint.rules.degradation_words import missing
from aether_lint.rules.rule import FAMILY_OF_HUNDRED


def what_happens(seen: Opening) -> str:
    """Subject, replacement, condition and consequence in one sentence."""
    name, when = name_of(seen), missing(seen.root)
    match seen.what:
        case "answers":
            return f"`{name}` answers {seen.by} {when}: {seen.control} lets everything through"
        case "goes on":
            return f"`{name}` goes on {when}: {seen.control} is passed without a check"
        case "unchecked":
            return f"`{name}` leaves {seen.control} out {when}: everybody passes"
        case "principal":
            return f"`{name}` answers with {seen.by} {when}: every caller is logged in"
        case "stub":
            return f"{seen.by} stands for {seen.control} {when}, and refuses nobody"
        case "lost write":
            return f"`{name}` goes on {when}: {seen.control} does not hold, and the caller is told that it does"
        case "unverified":
            return f"`{name}` reads the token without its signature {when}: anybody can write one"


def advice(seen: Opening) -> str:
    """What to do instead."""
    if seen.what == "lost write":
        return "let the error out, so that the caller can try again"
    if seen.root.kind == "unset":
        return f"refuse to start without `{seen.root.name}`, or answer 503"
    if seen.root.kind == "import":
        return "let the import fail: without its module the check must refuse"
    return "refuse when the check cannot be made: raise, or answer 503"


def name_of(seen: Opening) -> str:
    """The function as its callers name it."""
    key = seen.scope.partition("#")[0]
    return f"{key.rpartition('.')[2]}()" if key else "the module"


def finding(code: str, name: str, ceiling: Severity, seen: Opening) -> Finding:
    """A finding about a control."""
    weak = seen.confidence != "high"
    return Finding(
        code=code,
        name=name,
        family=FAMILY_OF_HUNDRED[code[3]],
        severity=SEVERITIES[max(SEVERITIES.index(ceiling) - weak, 0)],
        confidence=seen.confidence,
        message=what_happens(seen),
        help=advice(seen),
        path=seen.path,
        span=seen.span,
        related=tuple(Related(step.path, step.span, step.text) for step in seen.related),
        fix=_fix(seen),
        scope=seen.scope,
    )


def _fix(seen: Opening) -> Fix | None:
    if seen.root.kind != "call" or seen.handler is None or seen.what not in ("answers", "goes on", "lost write"):
        return None
    target = seen.span if seen.what == "answers" else seen.handler
    arguments = {"kind": "runtime", "subject": seen.control}
    return Fix("raise_in_handler", "unsafe", "raise from the handler", target, arguments)
