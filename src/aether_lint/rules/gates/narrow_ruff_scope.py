"""# narrow-ruff-scope

## What it does
Asks ruff itself (`ruff check --show-files`) which files it lints, for the configuration and for the command lines of
hooks and CI, and reports the `include`, `exclude` or command that leaves most of the project's modules unlinted.
flake8 and pylint command lines are judged likewise, as a warning.

A configuration that the installed ruff refuses (another `required-version`, a selector of another version) is read
again from a copy without it, and the message says so.

## Why is this bad?
`include` is meant for file types. With file names in it, every other module is skipped, silently, and the lint job
stays green whatever is in them.

## Example
```toml
[tool.ruff]
include = ["app/main.py", "tests/**/*.py"]
```

## Fix
The fix (unsafe) removes `include`: ruff then lints every Python file that git does not ignore.

## Options
`gate-coverage`: the percentage of modules below which a scope is narrow, 80 unless set.
"""

from aether_lint.model import Finding, Fix
from aether_lint.rules.gates._wording import at_most, config_fix, gate_finding, named, share
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Scope

LINTERS = ("ruff", "flake8", "pylint")


def select(scope: Scope) -> bool:
    """The scopes of linters."""
    return scope.tool in LINTERS


def finding(scope: Scope) -> Finding:
    """The words about one narrow scope."""
    severity = at_most(RULE.severity, scope.ceiling)
    return gate_finding(
        RULE.code,
        RULE.name,
        severity,
        scope.place,
        _message(scope),
        _advice(scope),
        confidence="low" if scope.uncertain else "high",
        related=scope.related,
        fix=_fix(scope),
    )


def _message(scope: Scope) -> str:
    by = f"`{scope.value}`" if scope.key == "arguments" else f"`{scope.key} = {scope.value}`"
    missing = named(scope.missing, scope.total - scope.covered)
    message = f"{scope.tool} lints {share(scope.covered, scope.total)}: {by} leaves out {missing}"
    return "; ".join(filter(None, (message, scope.context, scope.note)))


def _advice(scope: Scope) -> str:
    if scope.key == "include":
        return "remove `include`: ruff finds Python files by itself"
    if scope.key == "arguments":
        return f"run {scope.tool} on the package roots, or on `.`"
    return f"narrow `{scope.key}` to generated and vendored files"


def _fix(scope: Scope) -> Fix | None:
    if scope.key != "include":
        return None
    return config_fix("remove", scope.place, "remove `include`", key="include")


RULE = Rule(
    code="AET511",
    name="narrow-ruff-scope",
    summary="The linter leaves most first-party modules unlinted.",
    severity="error",
    observes=Scope,
    select=select,
    finding=finding,
    references=(
        "https://docs.astral.sh/ruff/configuration/#python-file-discovery",
        "https://docs.astral.sh/ruff/settings/#include",
    ),
    examples=(
        Example(
            bad={
                "ruff.toml": 'include = ["app/settings.py"]\n',
                "app/__init__.py": "",
                "app/settings.py": "DEBUG = False\n",
                "app/orders.py": "from app import settings\n",
                "app/payments.py": "from app import orders\n",
            },
            good={
                "ruff.toml": "line-length = 100\n",
                "app/__init__.py": "",
                "app/settings.py": "DEBUG = False\n",
                "app/orders.py": "from app import settings\n",
                "app/payments.py": "from app import orders\n",
            },
        ),
    ),
)
