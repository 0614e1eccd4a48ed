"""# coverage-without-threshold

## What it does
Reports test runs in CI that measure coverage (`pytest --cov`) where no value of it fails: no `fail_under`, no
`--cov-fail-under`, no service with a threshold of its own; and an `omit` that takes most modules out. Preview.

## Why is this bad?
A number that nobody has to look at falls, release by release.

## Example
```yaml
- run: pytest --cov=app --cov-report=xml
```

## Fix
Set `fail_under` in `[tool.coverage.report]` to what is reached today.
"""

from aether_lint.model import Finding
from aether_lint.rules.gates._wording import gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import CoverageFloor


def select(_: CoverageFloor) -> bool:
    """Every such place."""
    return True


def finding(floor: CoverageFloor) -> Finding:
    """The words about one place."""
    advice = "set `fail_under` to what is reached today, and measure the whole package"
    return gate_finding(RULE.code, RULE.name, RULE.severity, floor.place, floor.reason, advice, confidence="medium")


WORKFLOW = """name: checks
on: [push, pull_request]
jobs:
  tests:
    runs-on: ubuntu-latest
    steps:
      - run: pytest --cov=app{}
"""
FILES = {"app/__init__.py": ""}

RULE = Rule(
    code="AET524",
    name="coverage-without-threshold",
    summary="Coverage is measured, and no value of it fails.",
    severity="warning",
    observes=CoverageFloor,
    select=select,
    finding=finding,
    references=("https://coverage.readthedocs.io/en/latest/config.html#report-fail-under",),
    preview=True,
    examples=(
        Example(
            bad={".github/workflows/checks.yml": WORKFLOW.format(""), **FILES},
            good={".github/workflows/checks.yml": WORKFLOW.format(" --cov-fail-under=90"), **FILES},
        ),
    ),
)
