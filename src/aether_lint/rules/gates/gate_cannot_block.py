"""# gate-cannot-block

## What it does
Finds checks (type checkers, linters, tests, security scanners) in CI and hooks whose failure stops nothing:
`|| true`, `--exit-zero`, `continue-on-error: true`, `allow_failure: true`, `set +e`, a pipe without `pipefail`, a
command left of `&&`, `if: false`, a line that make, tox or just ignores, `stages: [manual]`, a formatter that is not
told to compare, and a script that ends with success when what it needs is absent.

The step's command decides: on caches, uploads and clean-up all of that is fine. So is a soft failure that a later
step tells apart, and a second run of a check that also runs for real.

## Why is this bad?
The job is green whatever the check finds, so what it finds gets merged.

## Example
```yaml
- run: mypy app || true
```

## Fix
The fix (unsafe) removes what loses the failure.
"""

from aether_lint.model import Finding, Fix
from aether_lint.rules.gates._wording import at_most, config_fix, gate_finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import SoftGate


def select(_: SoftGate) -> bool:
    """Every such check."""
    return True


def finding(gate: SoftGate) -> Finding:
    """The words about one check."""
    severity = at_most(RULE.severity, gate.ceiling)
    if gate.construct == "exit 0":
        message = f"`{gate.command}` can be skipped with success: {gate.cause}"
        advice = "fail when what the check needs is absent"
    else:
        message = f"`{gate.command}` stops nothing: {gate.cause}"
        advice = _advice(gate)
    return gate_finding(
        RULE.code, RULE.name, severity, gate.place, message, advice, related=gate.related, fix=_fix(gate)
    )


def _advice(gate: SoftGate) -> str:
    if gate.construct.startswith("|"):
        if gate.construct.startswith("||"):
            return f"remove `{gate.construct}`, or tell exit codes apart"
        return "use `shell: bash` or `set -o pipefail`"
    if gate.construct == "no set -e":
        return "start the script with `set -euo pipefail`"
    if gate.tool == gate.construct:
        return f"run `{gate.tool} --check`"
    return f"remove `{gate.construct}`" if gate.removable else "let its failure fail the job"


def _fix(gate: SoftGate) -> Fix | None:
    if not gate.removable:
        return None
    return config_fix("unmute", gate.place, f"remove `{gate.construct}`", construct=gate.construct)


WORKFLOW = """name: checks
on: [push, pull_request]
jobs:
  checks:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: {}
"""
FILES = {"app/__init__.py": ""}

RULE = Rule(
    code="AET522",
    name="gate-cannot-block",
    summary="A check's failure stops nothing.",
    severity="error",
    observes=SoftGate,
    select=select,
    finding=finding,
    references=(
        "https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepscontinue-on-error",
        "https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html",
        "https://cwe.mitre.org/data/definitions/636.html",
    ),
    examples=(
        Example(
            bad={".github/workflows/checks.yml": WORKFLOW.format("mypy app || true"), **FILES},
            good={".github/workflows/checks.yml": WORKFLOW.format("mypy app"), **FILES},
        ),
        Example(
            bad={".github/workflows/checks.yml": WORKFLOW.format("mypy app | tee mypy.log"), **FILES},
            good={".github/workflows/checks.yml": WORKFLOW.format("set -o pipefail; mypy app | tee mypy.log"), **FILES},
        ),
    ),
)
