"""# deploy-without-check

## What it does
Reports jobs that publish or deploy on a push or a release and neither check anything themselves nor wait, through
`needs` or `workflow_run`, for a job that does. Preview.

## Why is this bad?
What fails its tests is deployed all the same: the two workflows start at the same moment.

## Example
A `deploy.yml` with `on: push` whose only job runs `kubectl apply`, beside a `tests.yml`.

## Fix
Let the job need the jobs that check (`needs: [tests]`), or start it with `workflow_run` and test its conclusion.
"""

from aether_lint.model import Finding
from aether_lint.rules.gates._wording import gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import UncheckedDeploy


def select(_: UncheckedDeploy) -> bool:
    """Every such job."""
    return True


def finding(deploy: UncheckedDeploy) -> Finding:
    """The words about one job."""
    message = f"job `{deploy.job}` runs `{deploy.command}` without waiting for a check"
    if deploy.checks_elsewhere:
        message += f"; the checks are in {deploy.checks_elsewhere}"
    advice = "let it need the jobs that check, or start it with `workflow_run`"
    return gate_finding(RULE.code, RULE.name, RULE.severity, deploy.place, message, advice, confidence="medium")


WORKFLOW = """name: release
on:
  push:
    branches: [main]
jobs:
  tests:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
  deploy:
    runs-on: ubuntu-latest
{}    steps:
      - run: kubectl apply -f deploy
"""
FILES = {"app/__init__.py": ""}

RULE = Rule(
    code="AET525",
    name="deploy-without-check",
    summary="A job deploys on push without waiting for a check.",
    severity="warning",
    observes=UncheckedDeploy,
    select=select,
    finding=finding,
    references=("https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds",),
    preview=True,
    examples=(
        Example(
            bad={".github/workflows/release.yml": WORKFLOW.format(""), **FILES},
            good={".github/workflows/release.yml": WORKFLOW.format("    needs: tests\n"), **FILES},
        ),
    ),
)
