"""# mypy-errors-ignored

## What it does
Reports settings by which mypy reads modules and keeps its errors to itself: `ignore_errors = true` for everything or
in an override over first-party modules, core error codes in a global `disable_error_code`, and `# mypy: ignore-errors`
at the top of a file. Which modules an override means is asked of mypy itself (`module = "*"` means none).

An override over third-party modules is fine, and so is one module with a comment that says why.

## Why is this bad?
The modules count as checked, in the log and in the reviewer's head. Without `name-defined` and `attr-defined` mypy
does not even report a name that does not exist.

## Example
```toml
[[tool.mypy.overrides]]
module = "app.services.*"
ignore_errors = true
```

## Fix
The fix (unsafe) removes the setting. Where that is too much at once, name the modules that still have errors, one by
one, with a comment, and let the list shrink.
"""

from aether_lint.model import Finding, Fix, Severity
from aether_lint.rules.gates._wording import config_fix, counted, gate_finding, named
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Silenced

SHOWN = 3


def select(silenced: Silenced) -> bool:
    """All but a single module whose exemption is explained."""
    return not (silenced.documented and silenced.kind in ("override", "file") and len(silenced.modules) == 1)


def finding(silenced: Silenced) -> Finding:
    """The words about one setting."""
    return gate_finding(
        RULE.code,
        RULE.name,
        _severity(silenced),
        silenced.place,
        _message(silenced),
        _advice(silenced),
        fix=_fix(silenced),
    )


def _severity(silenced: Silenced) -> Severity:
    return "info" if silenced.kind == "override" and len(silenced.modules) == 1 else RULE.severity


def _message(silenced: Silenced) -> str:
    modules = named(silenced.modules[:SHOWN], len(silenced.modules))
    match silenced.kind:
        case "everywhere":
            return (
                f"mypy reports no error in any of {counted(silenced.total, 'module')}: `ignore_errors` is set globally"
            )
        case "override":
            return f"mypy reports no error in {counted(len(silenced.modules), 'module')} of {silenced.what}: {modules}"
        case "codes":
            return f"mypy reports no {silenced.what} error anywhere: `disable_error_code` is set globally"
        case "file":
            return f"`{silenced.what}` keeps every error of {modules} from mypy's report"


def _advice(silenced: Silenced) -> str:
    if silenced.kind == "codes":
        return "enable the codes, and disable them in overrides for the modules that need it"
    return "remove it, or name the few modules that still have errors, each with a reason"


def _fix(silenced: Silenced) -> Fix | None:
    keys = {"everywhere": "ignore_errors", "override": "ignore_errors", "codes": "disable_error_code"}
    if silenced.kind not in keys:
        return None
    key = keys[silenced.kind]
    return config_fix("remove", silenced.place, f"remove `{key}`", key=key)


FILES = {"app/__init__.py": "", "app/orders.py": "TOTAL = 1\n", "app/prices.py": "PRICE = 1\n"}

RULE = Rule(
    code="AET503",
    name="mypy-errors-ignored",
    summary="mypy looks at first-party modules and reports nothing.",
    severity="warning",
    observes=Silenced,
    select=select,
    finding=finding,
    references=(
        "https://mypy.readthedocs.io/en/stable/config_file.html#confval-ignore_errors",
        "https://mypy.readthedocs.io/en/stable/config_file.html#confval-disable_error_code",
    ),
    examples=(
        Example(
            bad={"mypy.ini": "[mypy]\nfiles = app\n\n[mypy-app.*]\nignore_errors = True\n", **FILES},
            good={"mypy.ini": "[mypy]\nfiles = app\n\n[mypy-celery.*]\nignore_errors = True\n", **FILES},
        ),
    ),
)
