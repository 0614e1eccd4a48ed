"""# middleware-connects-early

## What it does
Reports constructors of ASGI middleware that connect to a service. Clients that connect at their first use are left
alone, and so are constructors that handle the failure.

## Why is this bad?
The middleware is built when the first scope comes in, which is the lifespan scope. An error there is taken by the
server for "lifespan is not supported": it serves, start-up never ran, and every request fails.

## Example
```python
class Quota:
    def __init__(self, app):
        self.app = app
        self.connection = psycopg.connect(os.environ["QUOTA_DSN"])
```

## Fix
Connect in the lifespan and let the middleware read `scope["app"].state`.
"""

from aether_lint.detect.startup_hosts import HostTrap
from aether_lint.model import Finding
from aether_lint.rules.lifespan._host_words import host_finding
from aether_lint.rules.rule import Example, Rule


def select(seen: HostTrap) -> bool:
    """The traps of this kind."""
    return seen.kind == "connects early"


def finding(seen: HostTrap) -> Finding:
    """The words about one of them."""
    message = (
        f"`{seen.what}` connects to {seen.host} while the middleware is built: its failure is taken for 'no lifespan'"
    )
    advice = 'connect in the lifespan, and let the middleware use what is in `scope["app"].state`'
    return host_finding(RULE.code, RULE.name, seen, message, advice)


_HOOK = """import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from app.quota import Quota


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)
app.add_middleware(Quota)
"""
_APP = """import os

import psycopg


class Quota:
    def __init__(self, app):
        self.app = app
        self.connection = psycopg.connect(os.environ["QUOTA_DSN"])

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.connection.execute("UPDATE quota SET used = used + 1")
        await self.app(scope, receive, send)
"""
_OTHER = """import os

import psycopg


class Quota:
    def __init__(self, app):
        self.app = app
        self.connection = None

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            await scope["app"].state.pool.execute("UPDATE quota SET used = used + 1")
        await self.app(scope, receive, send)
"""

RULE = Rule(
    code="AET414",
    name="middleware-connects-early",
    summary="A middleware connects in its constructor; a failure there disables start-up.",
    severity="warning",
    observes=HostTrap,
    select=select,
    finding=finding,
    references=("https://asgi.readthedocs.io/en/latest/specs/lifespan.html", "https://uvicorn.dev/concepts/lifespan/"),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _HOOK, "app/quota.py": _APP},
            good={"app/__init__.py": "", "app/main.py": _HOOK, "app/quota.py": _OTHER},
        ),
    ),
)
