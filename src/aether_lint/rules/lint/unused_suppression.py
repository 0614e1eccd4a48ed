"""# unused-suppression

## What it does
Reports comments that ask for silence and do not give it: no finding of the rule starts there (any more), the comment
is not understood, or its `until=` has passed. Such a comment suppresses nothing.

## Why is this bad?
A comment that nothing needs is believed by its readers, and it hides the next finding that comes to the line.

## Example
```python
POOL_SIZE = 10  # aether: ignore[AET201] -- rotated by the platform team
```

## Fix
Delete the comment, or what it names too much. Move it to the line where the finding starts, or alone on the line
above. If its time is over, mend the place it was for.

## Options
Whether a comment is unused is said only when the rule that it names ran on the whole project. A bare `# noqa` is
flake8's, and never unused.
"""

from aether_lint.detect.suppressions import IdleSuppression
from aether_lint.model import Finding
from aether_lint.rules.rule import Example, Rule


def select(idle: IdleSuppression) -> bool:
    """All of them."""
    return True


def finding(idle: IdleSuppression) -> Finding:
    """The words about one comment."""
    codes = ", ".join(idle.codes)
    match idle.reason:
        case "unused":
            scope = "in this file" if idle.suppression.kind in ("file", "noqa-file") else "on the line it is for"
            message = f"this comment suppresses {codes}, which finds nothing {scope}"
            advice = "delete the comment" if codes == ", ".join(idle.suppression.codes) else f"delete {codes} from it"
        case "malformed":
            message = f"this comment suppresses nothing: {idle.detail}"
            advice = "correct the comment, or delete it"
        case "expired":
            message = f"this comment suppressed {codes} until {idle.detail}, which has passed"
            advice = "mend the place it was for; a later day needs a reason"
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="lint",
        severity=RULE.severity,
        confidence="high",
        message=message,
        help=advice,
        path=idle.path,
        span=idle.suppression.span,
    )


RULE = Rule(
    code="AET001",
    name="unused-suppression",
    summary="A comment that asks for silence suppresses nothing.",
    severity="warning",
    observes=IdleSuppression,
    select=select,
    finding=finding,
    references=("https://flake8.pycqa.org/en/latest/user/violations.html#in-line-ignoring-errors",),
    examples=(
        Example(
            bad={"app/pool.py": "POOL_SIZE = 10  # aether: ignore[AET201] -- rotated by the platform team\n"},
            good={"app/pool.py": "POOL_SIZE = 10\n"},
        ),
    ),
)
