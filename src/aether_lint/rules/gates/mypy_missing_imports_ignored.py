"""# mypy-missing-imports-ignored

## What it does
Reports `ignore_missing_imports = true` for everything.

## Why is this bad?
A misspelled import, a package that is not installed and a library without types all look the same: each becomes
`Any`, and nothing that touches it is checked.

## Example
```ini
[mypy]
ignore_missing_imports = True
```

## Fix
Set it in overrides for the libraries that have no types: `module = ["celery.*", "boto3.*"]`. The fix (unsafe) moves it
into an override for all third-party packages that the project imports; take out those that have types.
"""

from aether_lint.model import Finding
from aether_lint.rules.gates._wording import config_fix, gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Imports


def select(imports: Imports) -> bool:
    """The blanket pardon for imports that are not found."""
    return imports.key == "ignore_missing_imports"


def finding(imports: Imports) -> Finding:
    """The words about one setting."""
    message = "every import that mypy cannot find becomes `Any` without a word, a misspelled one too"
    advice = "set `ignore_missing_imports` in overrides for the libraries without types"
    fix = None
    if imports.libraries:
        description = "name the libraries without types in an override"
        modules = "\n".join(f"{name}.*" for name in imports.libraries)
        fix = config_fix("override", imports.place, description, key="ignore_missing_imports", modules=modules)
    return gate_finding(RULE.code, RULE.name, RULE.severity, imports.place, message, advice, fix=fix)


FILES = {"app/__init__.py": "", "app/orders.py": "TOTAL = 1\n"}

RULE = Rule(
    code="AET505",
    name="mypy-missing-imports-ignored",
    summary="Imports that mypy cannot find are ignored everywhere.",
    severity="info",
    observes=Imports,
    select=select,
    finding=finding,
    references=("https://mypy.readthedocs.io/en/stable/running_mypy.html#missing-imports",),
    examples=(
        Example(
            bad={"mypy.ini": "[mypy]\nfiles = app\nignore_missing_imports = True\n", **FILES},
            good={"mypy.ini": "[mypy]\nfiles = app\n\n[mypy-celery.*]\nignore_missing_imports = True\n", **FILES},
        ),
    ),
)
