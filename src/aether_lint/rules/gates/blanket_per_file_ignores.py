"""# blanket-per-file-ignores

## What it does
Reports `per-file-ignores` that take `ALL` or a whole family of rules (`F`, `S`, `B`, …) away from first-party modules,
and comments that silence a tool for a whole file: `# ruff: noqa`, `# flake8: noqa`, `# pylint: skip-file`,
`# type: ignore` before the first statement, `# ruff: file-ignore[...]` with a family, `# pyright: basic`.

Families of style are fine, and so are tests, migrations and re-exports in `__init__.py`.

## Why is this bad?
The file counts as linted. Whatever is added to it later is not looked at either.

## Example
```toml
[tool.ruff.lint.per-file-ignores]
"app/legacy/**" = ["ALL"]
```

## Fix
Name the single rules that the file cannot meet.
"""

from aether_lint.model import Finding, Severity
from aether_lint.rules.gates._wording import counted, gate_finding, named
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Blanket

SHOWN = 3


def select(blanket: Blanket) -> bool:
    """All but one module whose exemption is explained, and single rules for a file."""
    if blanket.documented and len(blanket.modules) == 1:
        return False
    return not blanket.codes or any(code == "ALL" or code.isalpha() or code == "E9" for code in blanket.codes)


def finding(blanket: Blanket) -> Finding:
    """The words about one switch."""
    if blanket.whole_file:
        message = f"`{blanket.switch}` keeps {blanket.tool} from reporting anything in this file"
        advice = "name the rules on the lines that need it"
    else:
        codes = ", ".join(blanket.codes)
        modules = named(blanket.modules[:SHOWN], len(blanket.modules))
        message = f"{codes} {'is' if len(blanket.codes) == 1 else 'are'} ignored in {modules}"
        message += f" ({counted(len(blanket.modules), 'module')})" if len(blanket.modules) > SHOWN else ""
        advice = "ignore the single rules that these modules cannot meet"
    return gate_finding(RULE.code, RULE.name, _severity(blanket), blanket.place, message, advice)


def _severity(blanket: Blanket) -> Severity:
    one_module = len(blanket.modules) == 1 and not blanket.whole_file and "ALL" not in blanket.codes
    return "info" if one_module else RULE.severity


FILES = {"app/__init__.py": "", "app/orders.py": "TOTAL = 1\n", "app/prices.py": "PRICE = 1\n"}

RULE = Rule(
    code="AET513",
    name="blanket-per-file-ignores",
    summary="Whole files or families of rules are kept from the linter.",
    severity="warning",
    observes=Blanket,
    select=select,
    finding=finding,
    references=(
        "https://docs.astral.sh/ruff/settings/#lint_per-file-ignores",
        "https://docs.astral.sh/ruff/linter/#error-suppression",
    ),
    examples=(
        Example(
            bad={"ruff.toml": '[lint.per-file-ignores]\n"app/*.py" = ["ALL"]\n', **FILES},
            good={"ruff.toml": '[lint.per-file-ignores]\n"app/*.py" = ["E501"]\n', **FILES},
        ),
    ),
)
