"""The words that the rules about degradations share: condition, consequence, related places."""

from aether_lint.catalog import distributions
from aether_lint.detect.degradations import Degradation
from aether_lint.link.absence import Root
from aether_lint.model import SEVERITIES, Finding, Fix, Related, Severity
from aether_lint.rules.rule import FAMILY_OF_HUNDRED


def condition(seen: Degradation) -> str:
    """When it happens: "when `redis` cannot be imported"."""
    name = seen.root.name
    if seen.trigger == "flag":
        flags = " or ".join(f"`{flag}`" for flag in seen.gate.names) or f"`{name}`"
        return f"when {flags} is set"
    return missing(seen.root)


def missing(root: Root) -> str:
    """When a root applies: "when `redis.get` fails"."""
    name = root.name
    match root.kind:
        case "import":
            return f"when the module `{name.lstrip('.').partition('.')[0]}` cannot be imported"
        case "call":
            return f"when `{_short(name)}` fails" if name else "when the call fails"
        case "unset":
            return f"when `{name}` is not set"
        case "flag":
            return f"when `{name}` is set"
        case _:
            return f"when no `{name}` is passed"


def _short(name: str) -> str:
    return ".".join(part for part in name.split(".")[-2:] if part)


def what_happens(seen: Degradation) -> str:
    """Subject, replacement and condition in one sentence."""
    subject = seen.subject.label
    if seen.loss == "sentinel":
        return f"{subject} is switched off {condition(seen)}, and the code goes on without it"
    if seen.loss == "weakened":
        return f"{_weakened(seen)} {condition(seen)}"
    if seen.loss == "skipped":
        return f"the write to {subject} is given up {condition(seen)}, and the caller is told nothing"
    return f"{seen.by} takes the place of {subject} {condition(seen)}"


def _weakened(seen: Degradation) -> str:
    """What takes the place of a hasher, cipher or generator."""
    subject = seen.subject.label
    if seen.subject.role == "hasher":
        return f"passwords are protected by {seen.by} instead of {subject}"
    if seen.subject.role == "random":
        return f"values that must not be guessed come from {seen.by} instead of {subject}"
    return f"values are kept as {seen.by} instead of going through {subject}"


def consequence(seen: Degradation) -> str:
    """What it costs."""
    if seen.loss == "skipped":
        return "what was to be kept is lost"
    if seen.loss == "replaced" and "local" in seen.by and "file" in seen.by:
        return "what is stored stays on one machine"
    return "each process then has its own state, and a restart loses it"


def distribution(seen: Degradation) -> str:
    """What to install, for a failed import."""
    module = seen.root.name.lstrip(".")
    return distributions.lookup(module) or module.partition(".")[0]


def severity(seen: Degradation, ceiling: Severity) -> Severity:
    """The ceiling, one step lower for a subject known by its name alone, a cache, or a write that is given up."""
    weak = seen.confidence != "high" or seen.subject.role == "cache" or (seen.loss == "skipped" and seen.direct)
    return SEVERITIES[max(SEVERITIES.index(ceiling) - weak, 0)]


def finding(
    code: str, name: str, ceiling: Severity, seen: Degradation, message: str, advice: str, fix: Fix | None
) -> Finding:
    """A finding about a degradation."""
    return Finding(
        code=code,
        name=name,
        family=FAMILY_OF_HUNDRED[code[3]],
        severity=severity(seen, ceiling),
        confidence=seen.confidence,
        message=message,
        help=advice,
        path=seen.path,
        span=seen.span,
        related=tuple(Related(step.path, step.span, step.text) for step in seen.related),
        fix=fix,
        scope=seen.scope,
    )
