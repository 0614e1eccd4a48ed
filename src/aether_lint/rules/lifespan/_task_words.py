"""The finding that both rules about tasks make."""

from aether_lint.detect.tasks import SilentLoop, UnwatchedTask
from aether_lint.model import Finding, Severity
from aether_lint.rules.startup_words import related


def task_finding(
    code: str, name: str, severity: Severity, seen: UnwatchedTask | SilentLoop, message: str, advice: str
) -> Finding:
    """A finding at the place of an observation, with the way from the hook."""
    return Finding(
        code=code,
        name=name,
        family="lifespan",
        severity=severity,
        confidence=seen.confidence,
        message=message,
        help=advice,
        path=seen.path,
        span=seen.span,
        related=related(seen.chain),
        scope=seen.scope,
    )
