"""# environment-defaults-to-development

## What it does
Reports, once for a project, that the name of the environment defaults to development, local or test, or that its
absence counts as not production, while checks compare it. Clean: a default of production, a required name, a name on
which only labels, log formats or sizes depend.

## Why is this bad?
Every check that says "in production, refuse" is off on the host where somebody forgot one variable: exactly there.

## Example
```python
ENVIRONMENT = os.getenv("APP_ENV", "development")

if ENVIRONMENT == "production" and SECRET == "changeme":
    raise RuntimeError("set JWT_SECRET")
```

## Fix
The fix (unsafe) makes the variable required. Defaulting to production is as good.

## Options
`production-guards`: functions that refuse to go on in production.
"""

from aether_lint.detect.environment_defaults import EnvironmentDefault
from aether_lint.model import Finding, Fix, Related
from aether_lint.rules.env._wording import REFERENCES
from aether_lint.rules.rule import Example, Rule


def select(seen: EnvironmentDefault) -> bool:
    """All of them."""
    return bool(seen.checks)


def finding(seen: EnvironmentDefault) -> Finding:
    """The words about the project's environment."""
    setting = seen.setting
    count = len(seen.checks)
    hanging = "a check hangs" if count == 1 else f"{count} checks hang"
    if seen.value:
        said = f"`{setting.name}` is `{seen.value}` when it is not set"
    else:
        said = f"`{setting.name}` has no default, and not set means not production"
    arguments = {"variable": setting.variables[0]} if setting.variables and not setting.is_field else {}
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="env",
        severity=RULE.severity,
        confidence=seen.confidence,
        message=f"{said}, and {hanging} on it: on a host where it was forgotten they are off",
        help=f"require `{setting.name}`, or let it default to production",
        path=setting.path,
        span=setting.span,
        related=(
            *(Related(c.path, c.span, "compared here") for c in seen.checks),
            *(Related(o.path, o.span, "has such a default too") for o in seen.others),
        ),
        fix=Fix("require_env", "unsafe", f"require {setting.name}", setting.span, arguments),
        scope=setting.function,
    )


_CHECK = """

def check(secret: str) -> None:
    if ENVIRONMENT == "production" and secret == "changeme":
        raise RuntimeError("set JWT_SECRET")
"""

RULE = Rule(
    code="AET205",
    name="environment-defaults-to-development",
    summary="The name of the environment defaults to development, and checks hang on it.",
    severity="warning",
    observes=EnvironmentDefault,
    select=select,
    finding=finding,
    references=REFERENCES,
    examples=(
        Example(
            bad={"conf.py": f'import os\n\nENVIRONMENT = os.getenv("APP_ENV", "development"){_CHECK}'},
            good={"conf.py": f'import os\n\nENVIRONMENT = os.getenv("APP_ENV", "production"){_CHECK}'},
        ),
    ),
)
