"""# lifespan-disabled

## What it does
Reports `lifespan="off"` in calls of uvicorn and Mangum, and the interface of granian without lifespan, where the
served application has a lifespan or start-up handlers.

## Why is this bad?
Nothing of the start-up code runs: no pool, no schema check, no consumer; and no refusal to start when one of them
is missing.

## Example
```python
uvicorn.run(app, lifespan="off")
```

## Fix
Use `lifespan="on"`: then an error of start-up also ends the server.
"""

from aether_lint.detect.startup_hosts import HostTrap
from aether_lint.model import Finding
from aether_lint.rules.lifespan._host_words import host_finding
from aether_lint.rules.rule import Example, Rule


def select(seen: HostTrap) -> bool:
    """The traps of this kind."""
    return seen.kind == "disabled"


def finding(seen: HostTrap) -> Finding:
    """The words about one of them."""
    message = (
        f"{seen.host} is told to ignore the lifespan of the application (`{seen.what}`): its start-up code never runs"
    )
    advice = 'use `lifespan="on"`, with which a failing start-up also ends the server'
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
"""
_APP = """import uvicorn

from app.main import app

if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", lifespan="off")
"""
_OTHER = """import uvicorn

from app.main import app

if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", lifespan="on")
"""

RULE = Rule(
    code="AET415",
    name="lifespan-disabled",
    summary="A server is told to ignore the lifespan of an application that has one.",
    severity="warning",
    observes=HostTrap,
    select=select,
    finding=finding,
    references=(
        "https://uvicorn.dev/settings/#implementation",
        "https://asgi.readthedocs.io/en/latest/specs/lifespan.html",
    ),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _HOOK, "run.py": _APP},
            good={"app/__init__.py": "", "app/main.py": _HOOK, "run.py": _OTHER},
        ),
    ),
)
