"""Words and findings that the rules about settings share."""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Confidence, Finding, Fix, Related, Severity

REFERENCES = (
    "https://cwe.mitre.org/data/definitions/1188.html",
    "https://12factor.net/config",
)


def setting_finding(
    code: str,
    name: str,
    weak: WeakSetting,
    message: str,
    advice: str,
    *,
    fix: Fix | None = None,
    related: tuple[Related, ...] = (),
    severity: Severity | None = None,
    confidence: Confidence | None = None,
) -> Finding:
    """A finding at the read or the field of one setting."""
    setting = weak.setting
    later = setting.default.later
    where = (
        ()
        if later is None or later.line == setting.span.line
        else (Related(setting.path, later, "the default stands here"),)
    )
    return Finding(
        code=code,
        name=name,
        family="env",
        severity=severity or weak.severity,
        confidence=confidence or weak.confidence,
        message=message,
        help=advice,
        path=setting.path,
        span=setting.span,
        related=(*where, *related),
        fix=fix,
        scope=weak.scope,
    )


def require_fix(weak: WeakSetting) -> Fix:
    """The fix that makes the setting required."""
    setting = weak.setting
    arguments = {"variable": setting.variables[0]} if setting.variables and not setting.is_field else {}
    if setting.wrapped:
        arguments["api"] = "wrapper"
    return Fix("require_env", "unsafe", f"require {setting.name}: no default, no empty text", setting.span, arguments)


def required(weak: WeakSetting) -> str:
    """What to do instead of a default, in the words of the library."""
    if weak.setting.is_field:
        return "declare the field without a default, so that start-up fails when it is not set"
    return f"read `{weak.setting.name}` without a default and refuse to start when it is missing or empty"


def when(weak: WeakSetting) -> str:
    """The condition under which the default is met."""
    if weak.reach == "unset":
        return "when neither it nor the name of the environment is set"
    return "when it is not set"
