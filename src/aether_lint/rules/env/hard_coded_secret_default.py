"""# hard-coded-secret-default

## What it does
Reports a password, token, signing or encryption key that is read from the environment with a literal default: as the
default argument, as the tail of an `or`, in the handler of a `KeyError`, in a settings field, or through a helper of
the project. Clean: a placeholder that start-up refuses in every environment, a literal behind an explicit choice of a
non-production environment, names that only look like secrets (`TOKEN_URL`, `MAX_TOKENS`), templates, the keys that
local emulators expect.

## Why is this bad?
A deployment that forgets the variable starts, works, and trusts a value that stands in the repository. Nothing says
so.

## Example
```python
SECRET = os.getenv("JWT_SECRET", "development-only")
```

## Fix
The fix (unsafe: the program stops where it went on) reads the variable without a default and refuses an empty one, or
drops the default of the settings field.

## Options
`production-guards`: functions that refuse to go on in production.
"""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Finding
from aether_lint.rules.env._wording import REFERENCES, require_fix, required, setting_finding, when
from aether_lint.rules.rule import Example, Rule


def select(weak: WeakSetting) -> bool:
    """Secrets with a literal."""
    return weak.kind == "literal"


def finding(weak: WeakSetting) -> Finding:
    """The words about one literal secret."""
    secret = weak.setting.secret
    label = secret.label if secret is not None else "secret"
    message = (
        f"the {label} `{weak.setting.name}` has a default written in the code: {when(weak)}, "
        "the program runs with one that everyone with the source knows"
    )
    return setting_finding(RULE.code, RULE.name, weak, message, required(weak), fix=require_fix(weak))


RULE = Rule(
    code="AET201",
    name="hard-coded-secret-default",
    summary="A secret is read with a literal default.",
    severity="error",
    observes=WeakSetting,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/798.html", *REFERENCES),
    examples=(
        Example(
            bad={"tokens.py": 'import os\n\nSECRET = os.getenv("JWT_SECRET", "development-only")\n'},
            good={"tokens.py": 'import os\n\nSECRET = os.environ["JWT_SECRET"]\n'},
        ),
    ),
)
