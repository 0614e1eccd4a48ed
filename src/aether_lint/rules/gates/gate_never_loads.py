"""# gate-never-loads

## What it does
Reports workflow files that GitHub rejects (no valid YAML, a step without `run` and `uses`, a job without `runs-on`) and
workflows with checks that no event starts and nothing calls.

## Why is this bad?
GitHub shows a rejected workflow only in its list of runs; on the pull request there is simply no check, which looks
like a check that passed.

## Example
A here-document in a `run: |` block whose lines start at column 1: the block ends there, and the file is no YAML.

## Fix
Mend the file; `actionlint` finds such errors before they are pushed.
"""

from aether_lint.model import Finding
from aether_lint.rules.gates._wording import gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import DeadWorkflow


def select(_: DeadWorkflow) -> bool:
    """Every such workflow."""
    return True


def finding(dead: DeadWorkflow) -> Finding:
    """The words about one workflow."""
    checks = f"; its checks ({', '.join(dead.checks)}) never run" if dead.checks else "; nothing in it ever runs"
    message = f"the workflow never runs: {dead.reason}{checks}"
    advice = "mend the file, and let actionlint check the workflows"
    return gate_finding(RULE.code, RULE.name, RULE.severity, dead.place, message, advice)


WORKFLOW = """name: checks
on: [push, pull_request]
jobs:
  checks:
    runs-on: ubuntu-latest
    steps:
      - run: |
          python - <<'PY'
{}print("ok")
          PY
"""

RULE = Rule(
    code="AET523",
    name="gate-never-loads",
    summary="A workflow never runs: the file is not valid, or nothing starts it.",
    severity="error",
    observes=DeadWorkflow,
    select=select,
    finding=finding,
    references=(
        "https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax",
        "https://github.com/rhysd/actionlint",
    ),
    examples=(
        Example(
            bad={".github/workflows/checks.yml": WORKFLOW.format(""), "app/__init__.py": ""},
            good={".github/workflows/checks.yml": WORKFLOW.format(" " * 10), "app/__init__.py": ""},
        ),
    ),
)
