"""# gate-missing-in-ci

## What it does
Looks at what the project configures (mypy, pyright, ty, ruff, flake8, pylint, pytest) and at what its CI runs on pull
requests: GitHub workflows with reusable workflows, local actions and matrices, GitLab, and what they start through
make, tox, nox, task runners, scripts and pre-commit. It reports a configured check that no pull request runs.

It is silent without CI, and unsure (low confidence) where a part of CI cannot be followed.

## Why is this bad?
A configuration that nothing runs looks like a gate and is none: the errors it would find get merged.

## Example
A `[tool.mypy]` table with `strict = true`, and a workflow that only runs `pytest`.

## Fix
Run it in a job that starts on `pull_request`, or remove the configuration.
"""

from aether_lint.model import Finding
from aether_lint.rules.gates._wording import gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import MissingGate


def select(_: MissingGate) -> bool:
    """Every such check."""
    return True


def finding(missing: MissingGate) -> Finding:
    """The words about one check."""
    message = f"{missing.tool} is configured, but no job that runs on pull requests executes it"
    if missing.instead:
        message += f"; it runs only in {missing.instead}"
    return gate_finding(
        RULE.code,
        RULE.name,
        RULE.severity,
        missing.place,
        message,
        f"run {missing.tool} in a job that starts on `pull_request`",
        confidence="low" if missing.uncertain else "medium" if missing.instead else "high",
        related=missing.related,
    )


WORKFLOW = """name: checks
on: [push, pull_request]
jobs:
  checks:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pytest
"""
FILES = {
    "pyproject.toml": '[dependency-groups]\ndev = ["mypy", "pytest"]\n\n[tool.mypy]\nstrict = true\n',
    "app/__init__.py": "",
}

RULE = Rule(
    code="AET521",
    name="gate-missing-in-ci",
    summary="A configured check runs on no pull request.",
    severity="warning",
    observes=MissingGate,
    select=select,
    finding=finding,
    references=("https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows",),
    examples=(
        Example(
            bad={".github/workflows/checks.yml": WORKFLOW, **FILES},
            good={".github/workflows/checks.yml": WORKFLOW + "      - run: mypy app\n", **FILES},
        ),
    ),
)
