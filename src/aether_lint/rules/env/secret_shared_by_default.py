"""# secret-shared-by-default

## What it does
Reports a secret of one party or factor that falls back to the secret of another: a webhook secret to the API secret,
the token of the second factor to the first. Clean: another name of the same secret, two credentials for the same
vendor.

## Why is this bad?
Whoever learns one of the two has both, and the separation that the two names promise does not exist.

## Example
```python
WEBHOOK_SECRET = os.getenv("STRIPE_WEBHOOK_SECRET", os.getenv("APP_SECRET_KEY"))
```

## Fix
The fix (unsafe) makes the variable required.
"""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Finding
from aether_lint.rules.env._wording import REFERENCES, require_fix, required, setting_finding, when
from aether_lint.rules.rule import Example, Rule


def select(weak: WeakSetting) -> bool:
    """Secrets that are another one by default."""
    return weak.kind == "shared"


def finding(weak: WeakSetting) -> Finding:
    """The words about one shared secret."""
    message = (
        f"`{weak.setting.name}` is the same as `{weak.value}` {when(weak)}: who knows one of the two secrets knows both"
    )
    return setting_finding(RULE.code, RULE.name, weak, message, required(weak), fix=require_fix(weak))


_HEAD = "import os\n\n"

RULE = Rule(
    code="AET209",
    name="secret-shared-by-default",
    summary="A secret falls back to the secret of another party or factor.",
    severity="warning",
    observes=WeakSetting,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/1391.html", *REFERENCES),
    examples=(
        Example(
            bad={"pay.py": f'{_HEAD}HOOK = os.getenv("STRIPE_WEBHOOK_SECRET", os.getenv("APP_SECRET_KEY"))\n'},
            good={"pay.py": f'{_HEAD}HOOK = os.environ["STRIPE_WEBHOOK_SECRET"]\n'},
        ),
    ),
)
