"""The words that findings about start-up share: what fails, what the program does instead, and the way there."""

from aether_lint.detect.swallows import Swallow
from aether_lint.link.absence import Step
from aether_lint.model import Finding, Fix, Related, Severity

CALLS_SHOWN = 8  # steps of a chain in `related`


def swallow_finding(code: str, name: str, ceiling: Severity, seen: Swallow) -> Finding:
    """A finding about a swallowed error; its fix lets the error out where the host stops on it."""
    return Finding(
        code=code,
        name=name,
        family="lifespan",
        severity=severity(ceiling, seen),
        confidence=seen.confidence,
        message=f"{what_happens(seen)}; {consequence(seen)}",
        help=advice(seen),
        path=seen.path,
        span=seen.span,
        related=related(seen.chain),
        fix=_fix(seen),
        scope=seen.scope,
    )


def severity(ceiling: Severity, seen: Swallow) -> Severity:
    """The ceiling where a service is lost; one lower where only names tell what the step is for."""
    return ceiling if ceiling != "error" or seen.work.role == "service" else "warning"


def what_happens(seen: Swallow) -> str:
    """The failure, and what is made of it."""
    if seen.work.text == "yield":
        return "an error of start-up or of the application while it serves ends here"
    if seen.work.role == "import":
        return f"a failed import of `{seen.work.text}` {_does(seen)}"
    return f"a failure of `{seen.work.text}` {_does(seen)}"


def _does(seen: Swallow) -> str:
    if seen.suppress:
        return "at start-up is suppressed"
    if seen.answer == "returns":
        return "at start-up ends in a plain return"
    return "at start-up is caught and start-up goes on"


def consequence(seen: Swallow) -> str:
    """What that means to those who use the service."""
    if seen.work.text == "yield":
        return f"{seen.reach.start.host} takes it for a normal end"
    if seen.work.role == "routing":
        return "the application then serves without these routes"
    if seen.work.subject is not None and seen.work.subject.confidence == "high":
        return f"the service then reports ready without {seen.work.subject.label}"
    return "the service then reports ready without it"


def advice(seen: Swallow) -> str:
    """What to do, also where the host would swallow a raise."""
    if seen.reach.start.logs:
        cure = seen.reach.start.cure
        return f"{seen.reach.start.host} only logs other errors: end the worker with `raise {cure}`"
    if seen.suppress:
        return "take the `suppress` away, so that start-up fails"
    return "end the handler with `raise`, or report the failure through the readiness check"


def related(chain: tuple[Step, ...]) -> tuple[Related, ...]:
    """The chain from the hook to the function, as places."""
    steps = chain if len(chain) <= CALLS_SHOWN else (*chain[: CALLS_SHOWN - 1], chain[-1])
    return tuple(Related(step.path, step.span, step.text) for step in steps)


def _fix(seen: Swallow) -> Fix | None:
    if seen.reach.start.logs:
        return None
    words = "take the `suppress` away" if seen.suppress else "raise at the end of the handler"
    return Fix("append_raise", "unsafe", words, seen.span)
