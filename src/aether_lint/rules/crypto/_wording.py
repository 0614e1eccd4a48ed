"""Words and findings that the rules about weak uses of secrets share."""

from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import SEVERITIES, Finding, Fix, Related, Severity

OWASP_PASSWORDS = "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html"
OWASP_STORAGE = "https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html"


def use_finding(
    code: str, name: str, ceiling: Severity, seen: SecretUse, message: str, advice: str, fix: Fix | None = None
) -> Finding:
    """A finding about a weak use; its severity is the observation's, up to the ceiling of the rule."""
    weak = seen.weakness
    return Finding(
        code=code,
        name=name,
        family="crypto",
        severity=SEVERITIES[min(SEVERITIES.index(weak.severity), SEVERITIES.index(ceiling))],
        confidence=weak.confidence,
        message=message,
        help=advice,
        path=seen.path,
        span=weak.span,
        related=tuple(Related(step.path, step.span, step.text) for step in weak.related),
        fix=fix,
        scope=seen.scope,
    )
