"""# truthy-string-flag

## What it does
Reports switches whose text is taken for a boolean: `if os.getenv("X", "false"):`, `bool(os.getenv("X", "0"))`, and
untyped reads with a boolean default, `os.getenv("X", False)` or `config("X", default=True)` without a cast. Clean:
texts that are compared or parsed, readers that cast to the type of the default, presence tests of addresses and keys.

## Why is this bad?
Every text that is not empty is true. Whoever switches the thing off with `X=false` or `X=0` switches it on.

## Example
```python
VERIFY = bool(os.environ.get("MAIL_VERIFY", "true"))
```

## Fix
The fix (safe) compares the text with the usual spellings of yes.
"""

from aether_lint.detect.truthy_texts import TruthyText
from aether_lint.model import Finding, Fix
from aether_lint.rules.env._wording import REFERENCES
from aether_lint.rules.rule import Example, Rule

_MESSAGES = {
    "tested": '`{name}` defaults to the text "{default}", and every text that is not empty is true: it is always on',
    "bool": '`bool()` of the text of `{name}` is true for every text that is not empty, "false" and "0" too',
    "default": "`{name}` is `{default}` when it is not set and a text when it is: `{name}=false` is true",
}


def select(seen: TruthyText) -> bool:
    """All of them."""
    return bool(seen.form)


def finding(seen: TruthyText) -> Finding:
    """The words about one read."""
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="env",
        severity=RULE.severity,
        confidence=seen.confidence,
        message=_MESSAGES[seen.form].format(name=seen.name, default=seen.default),
        help="add a cast to the read"
        if seen.is_setting
        else 'compare the text: `.strip().lower() in {"1", "true", "yes", "on"}`',
        path=seen.path,
        span=seen.span,
        fix=Fix("parse_boolean_env", "safe", f"parse `{seen.name}` as a boolean", seen.span),
        scope=seen.scope,
    )


_BAD = 'import os\n\nif os.getenv("MAIL_VERIFY", "false"):\n    print("verifying")\n'
_GOOD = 'import os\n\nif os.getenv("MAIL_VERIFY", "false").lower() == "true":\n    print("verifying")\n'

RULE = Rule(
    code="AET206",
    name="truthy-string-flag",
    summary="The text of a switch is taken for a boolean.",
    severity="error",
    observes=TruthyText,
    select=select,
    finding=finding,
    references=("https://docs.python.org/3/library/stdtypes.html#truth-value-testing", *REFERENCES),
    examples=(Example(bad={"mail.py": _BAD}, good={"mail.py": _GOOD}),),
)
