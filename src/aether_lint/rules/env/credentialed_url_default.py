"""# credentialed-url-default

## What it does
Reports a URL or DSN whose default holds a user and a password (`postgresql://app:app@db/app`), in any API and in any
form of a default. Clean: URLs without a password, templates, URLs built from other settings.

## Why is this bad?
The password is in the repository, and a deployment that forgets the variable connects with it: to the wrong database,
or to the right one with credentials that everyone knows.

## Example
```python
engine = create_engine(os.getenv("DATABASE_URL", "postgresql://app:app@localhost/app"))
```

## Fix
The fix (unsafe) makes the variable required.
"""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Finding
from aether_lint.rules.env._wording import REFERENCES, require_fix, required, setting_finding, when
from aether_lint.rules.rule import Example, Rule


def select(weak: WeakSetting) -> bool:
    """Defaults with credentials."""
    return weak.kind == "credentials"


def finding(weak: WeakSetting) -> Finding:
    """The words about one URL."""
    scheme = weak.value.partition("://")[0]
    message = (
        f"the default of `{weak.setting.name}` is a {scheme} URL with user and password: "
        f"{when(weak)}, the program connects with credentials from the source"
    )
    return setting_finding(RULE.code, RULE.name, weak, message, required(weak), fix=require_fix(weak))


RULE = Rule(
    code="AET203",
    name="credentialed-url-default",
    summary="A URL with user and password is the default of a setting.",
    severity="error",
    observes=WeakSetting,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/798.html", *REFERENCES),
    examples=(
        Example(
            bad={"db.py": 'import os\n\nURL = os.getenv("DATABASE_URL", "postgresql://app:app@localhost/app")\n'},
            good={"db.py": 'import os\n\nURL = os.getenv("DATABASE_URL", "postgresql://localhost/app")\n'},
        ),
    ),
)
