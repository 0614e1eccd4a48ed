"""# swallowed-startup-error-in-call

## What it does
Follows start-up from its hooks (lifespans, `on_startup`, `ready()`, worker signals, application factories, `main()`
of a server script, imports) through the functions and methods that it calls, across modules, and reports handlers
there that let a failure end: logged and gone on, turned into None, False or an empty list that start-up takes for
the answer, collected in a list that nobody reads. The chain from the hook is shown. Left alone is what AET401
leaves alone, and results that the callers test and raise on.

## Why is this bad?
Hooks are short and look right; the error disappears two or three calls below. The service reports ready and lacks
its schema, its consumers or its rules.

## Example
```python
@asynccontextmanager
async def lifespan(app):
    await migrate()
    yield


async def migrate():
    try:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        await connection.execute("CREATE TABLE IF NOT EXISTS rooms (id uuid PRIMARY KEY)")
    except Exception as exc:
        logger.error("migration failed: %s", exc)
```

## Fix
The fix (unsafe) ends the handler with `raise` and keeps what it logs, or takes the `suppress` away.

## Options
`startup-hooks`: dotted names of functions that run at start-up, for hosts that the linter does not know.
"""

from aether_lint.detect.swallows import Swallow
from aether_lint.model import Finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.rules.startup_words import swallow_finding


def select(seen: Swallow) -> bool:
    """The handlers below the hook, in factories, server scripts and module bodies."""
    return not seen.direct and seen.work.role != "routing"


def finding(seen: Swallow) -> Finding:
    """The words about one of them."""
    return swallow_finding(RULE.code, RULE.name, RULE.severity, seen)


_MAIN = """from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.schema import migrate


@asynccontextmanager
async def lifespan(app):
    await migrate()
    yield


app = FastAPI(lifespan=lifespan)
"""
_SCHEMA = """import logging
import os

import asyncpg

logger = logging.getLogger(__name__)


async def migrate():
    try:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        await connection.execute("CREATE TABLE IF NOT EXISTS rooms (id uuid PRIMARY KEY)")
    except Exception as exc:
        logger.error("migration failed: %s", exc)
"""

RULE = Rule(
    code="AET402",
    name="swallowed-startup-error-in-call",
    summary="A function that start-up calls catches an error and lets the service start.",
    severity="error",
    observes=Swallow,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://cwe.mitre.org/data/definitions/390.html",
        "https://asgi.readthedocs.io/en/latest/specs/lifespan.html",
    ),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _MAIN, "app/schema.py": _SCHEMA},
            good={"app/__init__.py": "", "app/main.py": _MAIN, "app/schema.py": _SCHEMA + "        raise\n"},
            fixed={"app/__init__.py": "", "app/main.py": _MAIN, "app/schema.py": _SCHEMA + "        raise\n"},
        ),
    ),
)
