"""# startup-step-skipped

## What it does
Reports steps of start-up that are left out with no more than a log line: the function returns because a driver
could not be imported or because a setting that it complains about is missing, or a check's negative answer is only
logged. Functions that requests call as well are left alone, and so are features that nobody configured.

## Why is this bad?
Nothing failed, so nothing is retried: the service starts on an unmigrated schema, without its replay or its tables,
and reports ready.

## Example
```python
def run_migrations():
    if alembic is None:
        return
    command.upgrade(Config("alembic.ini"), "head")
```

## Fix
Raise where the step is left out. What a required dependency provides is no option.
"""

from aether_lint.detect.skips import Skip
from aether_lint.model import Finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.rules.startup_words import related


def select(seen: Skip) -> bool:
    """Every one of them."""
    return True


def finding(seen: Skip) -> Finding:
    """The words about one of them."""
    match seen.why:
        case "import":
            package = seen.missing.partition(".")[0]
            message = f"`{seen.work}` is left out of start-up when `{package}` cannot be imported"
            advice = f"let the import of `{package}` fail, or raise here"
        case "unset":
            message = f"`{seen.work}` is left out of start-up when `{seen.missing}` is not set"
            advice = f"refuse to start without `{seen.missing}`"
        case _:
            message = f"start-up only logs that `{seen.missing}` said no"
            advice = "raise on a negative answer"
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="lifespan",
        severity=RULE.severity,
        confidence=seen.confidence,
        message=f"{message}; the service starts all the same",
        help=advice,
        path=seen.path,
        span=seen.span,
        related=related(seen.chain),
        scope=seen.scope,
    )


_MAIN = """from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.schema import migrate


@asynccontextmanager
async def lifespan(app):
    migrate()
    yield


app = FastAPI(lifespan=lifespan)
"""
_SCHEMA = """try:
    import psycopg
except ImportError:
    psycopg = None


def migrate():
    if psycopg is None:
        {instead}
    with psycopg.connect("dbname=rooms") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS rooms (id uuid PRIMARY KEY)")
"""

RULE = Rule(
    code="AET407",
    name="startup-step-skipped",
    summary="A step of start-up is left out when what it needs is missing.",
    severity="warning",
    observes=Skip,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://cwe.mitre.org/data/definitions/393.html",
    ),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _MAIN, "app/schema.py": _SCHEMA.format(instead="return")},
            good={
                "app/__init__.py": "",
                "app/main.py": _MAIN,
                "app/schema.py": _SCHEMA.format(instead='raise RuntimeError("psycopg is required")'),
            },
        ),
    ),
)
