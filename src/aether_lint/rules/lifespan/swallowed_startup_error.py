"""# swallowed-startup-error

## What it does
Reports a handler in a start-up hook or a lifespan, before or around its `yield`, that catches errors as such and
lets the program go on: one that only logs, `contextlib.suppress(...)` around start-up work, `try: yield` with a
handler that does not raise. What follows `yield` is shutdown and left alone, as are errors that are raised again,
that end a retry loop in a raise, that mean "another worker was first", or that are written where a readiness
handler reads them; and logging, telemetry, update checks and the warming of caches.

## Why is this bad?
The orchestrator sees a process that came up, sends it requests and takes the old one away. Each request then fails,
or is answered without the database, the keys or the consumer that start-up was to provide; nobody restarts
anything.

## Example
```python
@asynccontextmanager
async def lifespan(app):
    try:
        app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    except Exception:
        logger.exception("no database")
    yield
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
    """The handlers that stand in the hook itself."""
    return seen.direct and seen.work.role != "routing"


def finding(seen: Swallow) -> Finding:
    """The words about one of them."""
    return swallow_finding(RULE.code, RULE.name, RULE.severity, seen)


_HEAD = """import logging
import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

logger = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app):
    try:
        app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    except Exception:
        logger.exception("no database")
"""
_TAIL = """    yield


app = FastAPI(lifespan=lifespan)
"""

RULE = Rule(
    code="AET401",
    name="swallowed-startup-error",
    summary="A start-up hook catches an error and lets the service start.",
    severity="error",
    observes=Swallow,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://asgi.readthedocs.io/en/latest/specs/lifespan.html",
        "https://fastapi.tiangolo.com/advanced/events/",
    ),
    examples=(
        Example(
            bad={"app/main.py": _HEAD + _TAIL},
            good={"app/main.py": _HEAD + "        raise\n" + _TAIL},
            fixed={"app/main.py": _HEAD + "        raise\n" + _TAIL},
        ),
    ),
)
