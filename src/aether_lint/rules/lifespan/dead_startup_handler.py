"""# dead-startup-handler

## What it does
Reports `on_event(...)` and `add_event_handler(...)` on an application that is built with `lifespan=`, also through
a parameter or in another module, and `on_startup=` beside `lifespan=`.

## Why is this bad?
FastAPI and Starlette run either the lifespan or the handlers. With a `lifespan=` the handlers are stored and never
called, without a word: what they were to check or connect is missing when requests come.

## Example
```python
app = FastAPI(lifespan=lifespan)


@app.on_event("startup")
async def load_keys():
    ...
```

## Fix
Call the handler from the lifespan, before its `yield`.
"""

from aether_lint.detect.startup_hosts import HostTrap
from aether_lint.model import Finding
from aether_lint.rules.lifespan._host_words import host_finding
from aether_lint.rules.rule import Example, Rule


def select(seen: HostTrap) -> bool:
    """The traps of this kind."""
    return seen.kind == "dead handler"


def finding(seen: HostTrap) -> Finding:
    """The words about one of them."""
    message = f"{seen.what} never runs: the application is built with `lifespan=`, which takes its place"
    advice = "call it from the lifespan: before `yield` for start-up, behind it for shutdown"
    return host_finding(RULE.code, RULE.name, seen, message, advice)


_HOOK = """import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.on_event("startup")
async def check():
    await app.state.pool.fetchval("SELECT 1")
"""
_APP = """import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    await app.state.pool.fetchval("SELECT 1")
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)
"""

RULE = Rule(
    code="AET411",
    name="dead-startup-handler",
    summary="A start-up handler never runs because the application has a lifespan.",
    severity="warning",
    observes=HostTrap,
    select=select,
    finding=finding,
    references=("https://fastapi.tiangolo.com/advanced/events/", "https://starlette.dev/lifespan/"),
    examples=(Example(bad={"app/main.py": _HOOK}, good={"app/main.py": _APP}),),
)
