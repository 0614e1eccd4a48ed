"""# mypy-imports-not-followed

## What it does
Reports `follow_imports = "skip"` for everything, and `"silent"` where some first-party modules are not named to mypy.

## Why is this bad?
With `skip`, whatever is imported and not named becomes `Any`: calls into it are not checked at all. With `silent`,
mypy reads the imported modules and drops the errors it finds there.

## Example
```toml
[tool.mypy]
files = ["app/api"]
follow_imports = "skip"
```

## Fix
The fix (unsafe) sets `normal`. For a library whose types are in the way, set it in an override for that library.
"""

from aether_lint.model import Finding
from aether_lint.rules.gates._wording import config_fix, counted, gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Imports


def select(imports: Imports) -> bool:
    """The ways of following imports."""
    return imports.key == "follow_imports"


def finding(imports: Imports) -> Finding:
    """The words about one setting."""
    unseen = counted(imports.unseen, "module")
    if imports.value == "skip":
        message = "`follow_imports = skip` turns everything that is imported and not named into `Any`"
        if imports.unseen:
            message += f", {unseen} of the project among it"
    else:
        message = f"`follow_imports = silent` drops the errors of {unseen} of {imports.total} that are only imported"
    fix = config_fix("set", imports.place, "follow imports", key="follow_imports", value="normal")
    advice = "follow imports (`normal`), and set it for single libraries in overrides"
    return gate_finding(RULE.code, RULE.name, RULE.severity, imports.place, message, advice, fix=fix)


FILES = {"app/__init__.py": "", "app/orders.py": "TOTAL = 1\n"}

RULE = Rule(
    code="AET504",
    name="mypy-imports-not-followed",
    summary="mypy treats what is imported as Any, or drops its errors.",
    severity="warning",
    observes=Imports,
    select=select,
    finding=finding,
    references=("https://mypy.readthedocs.io/en/stable/running_mypy.html#following-imports",),
    examples=(
        Example(
            bad={"mypy.ini": "[mypy]\nfiles = app\nfollow_imports = skip\n", **FILES},
            good={"mypy.ini": "[mypy]\nfiles = app\n\n[mypy-celery.*]\nfollow_imports = skip\n", **FILES},
        ),
    ),
)
