"""# overbroad-mypy-exclude

## What it does
Measures, with mypy's own source finder, what each `exclude` pattern keeps out, and reports patterns that drop
first-party modules which no other run checks. `exclude` is a regular expression that is *searched* in each path: an
unanchored `data/` also drops `market_data/`. Modules that are dropped that way are named.

Excluding tests, migrations, generated or vendored code is fine, and so is one module with a comment that says why.

## Why is this bad?
What is excluded is not checked, and nothing in the output says so. A pattern that was meant for one folder silently
takes others with it, also those that are created later.

## Example
```toml
[tool.mypy]
files = ["app"]
exclude = ["models/"]     # also app/data_models/
```

## Fix
The fix (unsafe) anchors a pattern that matches by accident: `^app/models/`.
"""

from aether_lint.model import Finding, Fix
from aether_lint.rules.gates._wording import config_fix, counted, gate_finding, named, share
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Dropped

SHOWN = 3


def select(_: Dropped) -> bool:
    """Every such pattern."""
    return True


def finding(dropped: Dropped) -> Finding:
    """The words about one pattern."""
    if dropped.accidental:
        which = named(dropped.accidental[:SHOWN], len(dropped.accidental))
        message = f"`{dropped.pattern}` is searched anywhere in a path: it also drops {which}"
        advice = f"anchor it: `{dropped.anchored}`"
    else:
        which = named(dropped.dropped[:SHOWN], len(dropped.dropped))
        message = f"`{dropped.pattern}` keeps {share(len(dropped.dropped), dropped.total)} from mypy: {which}"
        advice = "check them, and silence the errors of single modules in overrides, where they are seen"
    if dropped.accidental and len(dropped.dropped) > len(dropped.accidental):
        message += f" ({counted(len(dropped.dropped), 'module')} in all)"
    return gate_finding(RULE.code, RULE.name, RULE.severity, dropped.place, message, advice, fix=_fix(dropped))


def _fix(dropped: Dropped) -> Fix | None:
    if not dropped.anchored:
        return None
    return config_fix(
        "replace", dropped.place, "anchor the pattern", key="exclude", old=dropped.pattern, value=dropped.anchored
    )


FILES = {
    "app/__init__.py": "",
    "app/models/__init__.py": "",
    "app/data_models/__init__.py": "",
    "app/data_models/orders.py": "TOTAL = 1\n",
    "app/data_models/prices.py": "PRICE = 1\n",
    "app/main.py": "DEBUG = False\n",
}

RULE = Rule(
    code="AET502",
    name="overbroad-mypy-exclude",
    summary="An exclude pattern keeps first-party modules from the type checker.",
    severity="warning",
    observes=Dropped,
    select=select,
    finding=finding,
    references=("https://mypy.readthedocs.io/en/stable/config_file.html#confval-exclude",),
    examples=(
        Example(
            bad={"pyproject.toml": '[tool.mypy]\nfiles = ["app"]\nexclude = ["models/"]\n', **FILES},
            good={"pyproject.toml": '[tool.mypy]\nfiles = ["app"]\nexclude = ["^app/models/"]\n', **FILES},
        ),
    ),
)
