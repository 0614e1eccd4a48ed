"""# lifespan-scope-dropped

## What it does
Reports ASGI wrappers and middleware that return on a scope that is no request, or read `scope["path"]` or
`scope["headers"]` before they look at its type, in a project whose application has start-up code. A wrapper that
passes every other scope on, or speaks the lifespan protocol itself, is left alone.

## Why is this bad?
The server takes both for "this application has no lifespan", logs at most a line and serves. The start-up code of
the application, its checks included, never runs.

## Example
```python
class Timing:
    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        ...
```

## Fix
Pass what is no request on: `return await self.app(scope, receive, send)`.
"""

from aether_lint.detect.startup_hosts import HostTrap
from aether_lint.model import Finding
from aether_lint.rules.lifespan._host_words import host_finding
from aether_lint.rules.rule import Example, Rule


def select(seen: HostTrap) -> bool:
    """The traps of this kind."""
    return seen.kind == "scope dropped"


def finding(seen: HostTrap) -> Finding:
    """The words about one of them."""
    if seen.host == "fails":
        message = f"`{seen.what}` fails on the lifespan scope, which has none: the server then serves without start-up"
    else:
        message = f"`{seen.what}` returns on the lifespan scope: the start-up code of the application never runs"
    advice = 'pass other scopes on first: `if scope["type"] != "http": return await self.app(scope, receive, send)`'
    return host_finding(RULE.code, RULE.name, seen, message, advice)


_HOOK = """import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from app.timing import Timing


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    yield
    await app.state.pool.close()


app = Timing(FastAPI(lifespan=lifespan))
"""
_APP = """import time


class Timing:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        started = time.monotonic()
        await self.app(scope, receive, send)
        print(scope["path"], time.monotonic() - started)
"""
_OTHER = """import time


class Timing:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = time.monotonic()
        await self.app(scope, receive, send)
        print(scope["path"], time.monotonic() - started)
"""

RULE = Rule(
    code="AET413",
    name="lifespan-scope-dropped",
    summary="An ASGI wrapper keeps the lifespan scope from the application.",
    severity="warning",
    observes=HostTrap,
    select=select,
    finding=finding,
    references=(
        "https://asgi.readthedocs.io/en/latest/specs/lifespan.html",
        "https://starlette.dev/middleware/#pure-asgi-middleware",
    ),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _HOOK, "app/timing.py": _APP},
            good={"app/__init__.py": "", "app/main.py": _HOOK, "app/timing.py": _OTHER},
        ),
    ),
)
