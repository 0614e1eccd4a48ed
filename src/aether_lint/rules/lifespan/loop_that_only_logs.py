"""# loop-that-only-logs

## What it does
Reports endless loops that start-up begins, on whose result answers depend (they refresh, reload, reconcile, rotate
or evaluate), and whose broad handler logs and goes to the next round, with no counter, state, metric or raise that
a health check could see. Housekeeping (purge, heartbeat, metrics) is left alone, and loops whose first round was
awaited.

## Why is this bad?
When every round fails, keys are never rotated and rules never reloaded; the service answers with what it had when
it came up and reports itself healthy.

## Example
```python
async def refresh_rules():
    while True:
        try:
            rules.update(await fetch_rules())
        except Exception:
            logger.exception("rules were not refreshed")
        await asyncio.sleep(60)
```

## Fix
Keep the time of the last round that went well, and let readiness look at it.
"""

from aether_lint.detect.tasks import SilentLoop
from aether_lint.model import Finding
from aether_lint.rules.lifespan._task_words import task_finding
from aether_lint.rules.rule import Example, Rule


def select(seen: SilentLoop) -> bool:
    """Every one of them."""
    return True


def finding(seen: SilentLoop) -> Finding:
    """The words about one of them."""
    message = f"`{seen.what}` logs each failure and goes on for ever; if every round fails, nothing shows it"
    advice = "keep the time of the last good round in a state that the readiness check reads, or count failures"
    return task_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice)


_MAIN = """import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.rules import refresh_rules


@asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(refresh_rules(app))
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)
"""
_RULES = """import asyncio
import logging
import os

import asyncpg

logger = logging.getLogger(__name__)


async def refresh_rules(app):
    while True:
        try:
            connection = await asyncpg.connect(os.environ["DATABASE_URL"])
            app.state.rules = await connection.fetch("SELECT name, pattern FROM rules")
        except Exception:
            logger.exception("rules were not refreshed")
{noted}        await asyncio.sleep(60)
"""

RULE = Rule(
    code="AET408",
    name="loop-that-only-logs",
    summary="A loop on whose result answers depend logs every failure and goes on.",
    severity="info",
    observes=SilentLoop,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/778.html", "https://cwe.mitre.org/data/definitions/390.html"),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _MAIN, "app/rules.py": _RULES.format(noted="")},
            good={
                "app/__init__.py": "",
                "app/main.py": _MAIN,
                "app/rules.py": _RULES.format(noted="            app.state.failed_rounds += 1\n"),
            },
        ),
    ),
)
