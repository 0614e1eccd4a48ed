"""# narrow-mypy-scope

## What it does
Measures how many of the project's own modules the type checker looks at: mypy with its own option parser and
source finder, for its configuration and for the command lines of pre-commit hooks and CI. It reports the key or
the command that leaves most modules out. Modules that mypy reaches by following imports count as checked;
tests, migrations, generated and vendored files are not expected to be.

Where CI passes paths of its own, these decide; a narrower configuration is then only a note. pyright, ty and
pylint are told by their `include` lists and arguments, as a warning.

## Why is this bad?
A green type check is read as "the code base is typed". If it looks at two files, it says nothing about the others,
and nobody sees the difference in CI.

## Example
```toml
[tool.mypy]
files = ["app/main.py"]     # app/ has 120 modules
```

## Fix
The fix (unsafe) sets the key to the package roots, and prints how many modules are checked before and after.
New errors that this brings to light are the point of it; silence them module by module, where it is seen.

## Options
`gate-coverage`: the percentage of modules below which a scope is narrow, 80 unless set.
"""

from aether_lint.model import Finding, Fix
from aether_lint.rules.gates._wording import at_most, config_fix, gate_finding, named, share
from aether_lint.rules.rule import Example, Rule
from aether_lint.scopes.observations import Scope

TYPE_CHECKERS = ("mypy", "pyright", "basedpyright", "ty", "pyre", "pytype")


def select(scope: Scope) -> bool:
    """The scopes of type checkers."""
    return scope.tool in TYPE_CHECKERS


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
    imports = scope.covered - scope.named
    reach = f", {imports} of them through imports" if imports > 0 else ""
    by = f"`{scope.value}`" if scope.key == "arguments" else f"`{scope.key} = {scope.value}`"
    missing = named(scope.missing, scope.total - scope.covered)
    message = f"{scope.tool} checks {share(scope.covered, scope.total)}{reach}: {by} leaves out {missing}"
    return "; ".join(filter(None, (message, scope.context, scope.note)))


def _advice(scope: Scope) -> str:
    if scope.widen_to and scope.key == "files":
        targets = ", ".join(f'"{target}"' for target in scope.widen_to)
        return f"set `files` to the package roots ({targets}) and silence single modules where they need it"
    return "name the package roots instead of single files or packages"


def _fix(scope: Scope) -> Fix | None:
    if scope.tool != "mypy" or scope.key != "files" or not scope.widen_to:
        return None
    return config_fix("set", scope.place, "check the package roots", key="files", value="\n".join(scope.widen_to))


RULE = Rule(
    code="AET501",
    name="narrow-mypy-scope",
    summary="The type checker leaves most first-party modules unchecked.",
    severity="error",
    observes=Scope,
    select=select,
    finding=finding,
    references=(
        "https://mypy.readthedocs.io/en/stable/config_file.html#import-discovery",
        "https://mypy.readthedocs.io/en/stable/running_mypy.html",
    ),
    examples=(
        Example(
            bad={
                "pyproject.toml": '[tool.mypy]\nfiles = ["app/settings.py"]\n',
                "app/__init__.py": "",
                "app/settings.py": "DEBUG = False\n",
                "app/orders.py": "from app import settings\n",
                "app/payments.py": "from app import orders\n",
            },
            good={
                "pyproject.toml": '[tool.mypy]\nfiles = ["app"]\n',
                "app/__init__.py": "",
                "app/settings.py": "DEBUG = False\n",
                "app/orders.py": "from app import settings\n",
                "app/payments.py": "from app import orders\n",
            },
        ),
    ),
)
