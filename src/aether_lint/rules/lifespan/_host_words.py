"""The finding that the rules about hosts of start-up code make."""

from aether_lint.detect.startup_hosts import HostTrap
from aether_lint.model import Finding
from aether_lint.rules.startup_words import related


def host_finding(code: str, name: str, seen: HostTrap, message: str, advice: str) -> Finding:
    """A warning at the place of a trap."""
    return Finding(
        code=code,
        name=name,
        family="lifespan",
        severity="warning",
        confidence=seen.confidence,
        message=message,
        help=advice,
        path=seen.path,
        span=seen.span,
        related=related(seen.related),
        scope=seen.scope,
    )
