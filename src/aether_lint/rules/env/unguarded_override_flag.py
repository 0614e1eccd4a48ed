"""# unguarded-override-flag

## What it does
Reports a variable that removes authentication, secrets, durability or a guard when somebody sets it
(`ALLOW_INSECURE_X`, `DISABLE_AUTH`, `SKIP_VERIFY`, `…_FOR_TESTS`) and that nothing refuses in production; also
`PYTEST_CURRENT_TEST` and `TESTING`, read from the environment, which anybody can set on a host. Once for a flag and
module. Clean: a guard that refuses the flag in production, by name or by its ending, a flag that counts only together
with a test runner, an operator's switch for TLS, anonymous access or a debugger.

## Why is this bad?
A flag that was made for tests or for a laptop works in production as well, silently, and stays set.

## Example
```python
if os.getenv("ORDERS_DISABLE_AUTH") == "1":
    return ANONYMOUS
```

## Fix
Refuse the flag in production, where the program starts.

## Options
`production-guards`: functions that refuse to go on in production. `test-gates`: what says that a test runs.
"""

from aether_lint.detect.override_flags import OverrideFlag
from aether_lint.model import Finding, Related
from aether_lint.rules.env._wording import REFERENCES
from aether_lint.rules.rule import Example, Rule


def select(flag: OverrideFlag) -> bool:
    """All of them."""
    return bool(flag.name)


def finding(flag: OverrideFlag) -> Finding:
    """The words about one flag."""
    if flag.is_test:
        message = (
            f"`{flag.name}` in the environment changes what the service does, and anybody can set it in production"
        )
    else:
        message = f"`{flag.name}` removes {flag.effect} when it is set, and nothing refuses it in production"
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="env",
        severity=RULE.severity,
        confidence=flag.confidence,
        message=message,
        help=f"refuse to start in production when `{flag.name}` is set",
        path=flag.path,
        span=flag.span,
        related=tuple(Related(flag.path, span, "depends on it") for span in flag.effects),
        scope=flag.scope,
    )


_BAD = """import os


def principal(token: str) -> str:
    if os.getenv("ORDERS_DISABLE_AUTH") == "1":
        return "anonymous"
    raise PermissionError(token)
"""
_GOOD = """import os

ENVIRONMENT = os.environ["APP_ENV"]


def principal(token: str) -> str:
    if os.getenv("ORDERS_DISABLE_AUTH") == "1" and ENVIRONMENT != "production":
        return "anonymous"
    raise PermissionError(token)
"""

RULE = Rule(
    code="AET207",
    name="unguarded-override-flag",
    summary="A flag that removes a protection is honored in production.",
    severity="warning",
    observes=OverrideFlag,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/489.html", *REFERENCES),
    examples=(Example(bad={"auth.py": _BAD}, good={"auth.py": _GOOD}),),
)
