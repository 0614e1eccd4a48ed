"""# empty-secret-accepted

## What it does
Reports a secret that signs, verifies or authenticates callers, that may be the empty text, and that is used as a key
all the same. Clean: a check that refuses the empty value, a use that only happens when the secret is set, a secret
shown to another service (empty, it only omits a header).

## Why is this bad?
An HMAC or a token signed with an empty key verifies for everyone who tries the empty key first.

## Example
```python
SECRET = os.getenv("WEBHOOK_SECRET", "")


def verify(body: bytes, signature: str) -> bool:
    return hmac.compare_digest(hmac.new(SECRET.encode(), body, "sha256").hexdigest(), signature)
```

## Fix
The fix (unsafe) makes the variable required and refuses an empty one.
"""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Finding, Related
from aether_lint.rules.env._wording import REFERENCES, require_fix, required, setting_finding
from aether_lint.rules.rule import Example, Rule


def select(weak: WeakSetting) -> bool:
    """Secrets that may be empty where they are used."""
    return weak.kind == "empty"


def finding(weak: WeakSetting) -> Finding:
    """The words about one empty secret."""
    use = weak.use
    label = use.label if use is not None else "a key"
    message = f"`{weak.setting.name}` is empty when it is not set, and is used as the key of {label} all the same"
    related = () if use is None else (Related(use.path, use.span, "used here without a check"),)
    return setting_finding(RULE.code, RULE.name, weak, message, required(weak), fix=require_fix(weak), related=related)


_USE = """

def verify(body: bytes, signature: str) -> bool:
    return hmac.compare_digest(hmac.new(SECRET.encode(), body, "sha256").hexdigest(), signature)
"""
_HEAD = "import hmac\nimport os\n\n"

RULE = Rule(
    code="AET202",
    name="empty-secret-accepted",
    summary="A secret that may be empty is used as a key.",
    severity="warning",
    observes=WeakSetting,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/1391.html", *REFERENCES),
    examples=(
        Example(
            bad={"hooks.py": f'{_HEAD}SECRET = os.getenv("WEBHOOK_SECRET", ""){_USE}'},
            good={"hooks.py": f'{_HEAD}SECRET = os.environ["WEBHOOK_SECRET"]{_USE}'},
        ),
    ),
)
