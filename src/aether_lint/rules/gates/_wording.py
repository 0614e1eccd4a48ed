"""Words and findings that the rules of this family share."""

from collections.abc import Iterable

from aether_lint.model import SEVERITIES, Confidence, Finding, Fix, Related, Severity
from aether_lint.scopes.edit_names import PREFIX, format_of
from aether_lint.scopes.observations import Place


def gate_finding(
    code: str,
    name: str,
    severity: Severity,
    place: Place,
    message: str,
    advice: str,
    *,
    confidence: Confidence = "high",
    related: Iterable[Related] = (),
    fix: Fix | None = None,
) -> Finding:
    """A finding of the gates family at a place of a configuration file."""
    return Finding(
        code=code,
        name=name,
        family="gates",
        severity=severity,
        confidence=confidence,
        message=message,
        help=advice,
        path=place.path,
        span=place.span,
        related=tuple(related),
        fix=fix,
    )


def config_fix(operation: str, place: Place, description: str, **arguments: str) -> Fix:
    """An unsafe edit of a configuration file: it brings findings of other tools to light, which is its point."""
    return Fix(
        codemod=PREFIX + operation,
        applicability="unsafe",
        description=description,
        target=place.span,
        arguments={**arguments, "format": format_of(place.path)},
    )


def at_most(ceiling: Severity, severity: Severity) -> Severity:
    """The milder of two severities."""
    return min(ceiling, severity, key=SEVERITIES.index)


def share(part: int, whole: int) -> str:
    """`3 of 120 modules (2.5 %)`."""
    percent = f"{100 * part / whole:.1f}".removesuffix(".0") if whole else "0"
    return f"{part} of {whole} modules ({percent} %)"


def counted(number: int, noun: str) -> str:
    """`1 module`, `2 modules`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def named(paths: Iterable[str], total: int) -> str:
    """A few paths and how many more there are."""
    shown = list(paths)
    more = total - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
