"""# insecure-value-only-warned

## What it does
Reports a check of start-up, or a validator, that finds a secret missing or a placeholder in its place and only writes
to the log. Reports a secret with a literal default that start-up refuses in production only, while the name of the
environment defaults to development: where that name was forgotten, nothing refuses. Clean: a check that refuses in
every environment, a name of the environment that is required or defaults to production, and credentials for other
services, without which a feature is off.

## Why is this bad?
The check looks like protection, and depends on a second variable that is forgotten as easily as the secret.

## Example
```python
ENVIRONMENT = os.getenv("APP_ENV", "development")
SECRET = os.getenv("JWT_SECRET", "changeme")

if ENVIRONMENT == "production" and SECRET == "changeme":
    raise RuntimeError("set JWT_SECRET")
```

## Fix
The fix (unsafe) makes the secret required.

## Options
`production-guards`: functions that refuse to go on in production.
"""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Finding, Related
from aether_lint.rules.env._wording import REFERENCES, require_fix, required, setting_finding
from aether_lint.rules.rule import Example, Rule


def select(weak: WeakSetting) -> bool:
    """Literals that only production refuses, and values that are only logged."""
    return weak.kind in ("lenient", "warned")


def finding(weak: WeakSetting) -> Finding:
    """The words about one value."""
    return _lenient(weak) if weak.kind == "lenient" else _warned(weak)


def _warned(seen: WeakSetting) -> Finding:
    assert seen.use is not None
    name = seen.setting.name
    state = f"`{seen.value}`" if seen.value else "missing"
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="env",
        severity=RULE.severity,
        confidence=seen.confidence,
        message=f"`{name}` is found {state} here and only a log line says so: the service serves with it",
        help=f"raise, and refuse to start, when `{name}` is {state}",
        path=seen.use.path,
        span=seen.use.span,
        related=(Related(seen.setting.path, seen.setting.span, "read here"),),
        scope=seen.scope,
    )


def _lenient(weak: WeakSetting) -> Finding:
    message = (
        f"the literal default of `{weak.setting.name}` is refused only in production, and the environment is not "
        "production unless somebody says so: where both were forgotten, the literal is in use"
    )
    related = () if weak.use is None else (Related(weak.use.path, weak.use.span, "refused here, in production"),)
    return setting_finding(RULE.code, RULE.name, weak, message, required(weak), fix=require_fix(weak), related=related)


_CHECK = """SECRET = os.getenv("JWT_SECRET", "changeme")

if ENVIRONMENT == "production" and SECRET == "changeme":
    raise RuntimeError("set JWT_SECRET")
"""

RULE = Rule(
    code="AET212",
    name="insecure-value-only-warned",
    summary="An insecure or missing secret is only logged, or refused in production only while the default is another.",
    severity="warning",
    observes=WeakSetting,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/1188.html", *REFERENCES[1:]),
    examples=(
        Example(
            bad={"conf.py": f'import os\n\nENVIRONMENT = os.getenv("APP_ENV", "development")\n{_CHECK}'},
            good={"conf.py": f'import os\n\nENVIRONMENT = os.environ["APP_ENV"]\n{_CHECK}'},
        ),
    ),
)
