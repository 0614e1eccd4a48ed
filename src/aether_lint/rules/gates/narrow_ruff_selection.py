"""# narrow-ruff-selection

## What it does
Asks ruff (`--show-settings`) which rules are in force where the project's modules are, and reports an explicit
selection, in the configuration or on a command line, that lacks pyflakes: `F821` (undefined name) above all, also when
`ignore` takes it away, or most of the other `F` rules. ruff's own default set is fine.

Where several commands lint the same modules, the strongest one counts.

## Why is this bad?
`F821` finds names that do not exist: code that fails with a NameError when it is reached. A lint job that selects
unused imports and line lengths passes on it.

## Example
```toml
[tool.ruff.lint]
select = ["E402", "F401", "F841"]
```

## Fix
The fix (unsafe) adds `F` and `E9` to `select`, or takes `F821` out of `ignore`.
"""

from aether_lint.model import Finding, Fix
from aether_lint.rules.gates._wording import config_fix, counted, gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Selection


def select(_: Selection) -> bool:
    """Every such selection."""
    return True


def finding(selection: Selection) -> Finding:
    """The words about one selection."""
    message = "; ".join(filter(None, (_message(selection), selection.note)))
    return gate_finding(
        RULE.code,
        RULE.name,
        RULE.severity,
        selection.place,
        message,
        _advice(selection),
        related=selection.related,
        fix=_fix(selection),
    )


def _message(selection: Selection) -> str:
    where = counted(selection.files, "module")
    if selection.reason == "ignored":
        return f"F821 (undefined name) is ignored in {where}: code with a name that does not exist passes the linter"
    rules = counted(selection.enabled, "rule")
    if not selection.undefined_names:
        return f"{rules} selected for {where}, without F821 (undefined name): names that do not exist pass the linter"
    return f"{rules} selected for {where}, {len(selection.missing)} pyflakes rules left out"


def _advice(selection: Selection) -> str:
    if selection.reason == "ignored":
        return "stop ignoring F821; for names in string annotations import them under `TYPE_CHECKING`"
    return "select at least `E9` and `F`"


def _fix(selection: Selection) -> Fix | None:
    if selection.key == "arguments":
        return None
    if selection.reason == "ignored":
        return config_fix("remove-item", selection.place, "stop ignoring F821", key=selection.key)
    return config_fix("extend", selection.place, "select `E9` and `F` too", key="select", add="E9\nF")


FILES = {"app/__init__.py": "", "app/orders.py": "TOTAL = 1\n"}

RULE = Rule(
    code="AET512",
    name="narrow-ruff-selection",
    summary="The linter's rules leave out what finds real errors.",
    severity="warning",
    observes=Selection,
    select=select,
    finding=finding,
    references=(
        "https://docs.astral.sh/ruff/rules/undefined-name/",
        "https://docs.astral.sh/ruff/linter/#rule-selection",
    ),
    examples=(
        Example(
            bad={"ruff.toml": '[lint]\nselect = ["E402", "F401"]\n', **FILES},
            good={"ruff.toml": '[lint]\nselect = ["E", "F"]\n', **FILES},
        ),
    ),
)
