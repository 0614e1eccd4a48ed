"""# mounted-lifespan-ignored

## What it does
Reports `mount(...)` and `Mount(...)` of an application that has a lifespan or start-up handlers of its own, or of
the HTTP application of an MCP server, unless somebody enters that lifespan (`sub.router.lifespan_context(sub)`,
`mcp_app.lifespan`).

## Why is this bad?
Only the outermost application gets the lifespan scope. What the mounted one sets up at start-up is never set up;
its first request fails, or is answered without it.

## Example
```python
reports = FastAPI(lifespan=connect_warehouse)
app = FastAPI()
app.mount("/reports", reports)
```

## Fix
Enter the lifespan of the mounted application in that of the outer one, with an `AsyncExitStack` where there are
several.
"""

from aether_lint.detect.startup_hosts import HostTrap
from aether_lint.model import Finding
from aether_lint.rules.lifespan._host_words import host_finding
from aether_lint.rules.rule import Example, Rule


def select(seen: HostTrap) -> bool:
    """The traps of this kind."""
    return seen.kind == "mounted"


def finding(seen: HostTrap) -> Finding:
    """The words about one of them."""
    message = f"the lifespan of `{seen.what}` never runs: only the outermost application gets it"
    advice = "enter it in the lifespan of the outer application: `async with sub.router.lifespan_context(sub):`"
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


reports = FastAPI(lifespan=lifespan)
app = FastAPI()
app.mount("/reports", reports)
"""
_APP = """import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    yield
    await app.state.pool.close()


reports = FastAPI(lifespan=lifespan)


@asynccontextmanager
async def outer(app):
    async with reports.router.lifespan_context(reports):
        yield


app = FastAPI(lifespan=outer)
app.mount("/reports", reports)
"""

RULE = Rule(
    code="AET412",
    name="mounted-lifespan-ignored",
    summary="The lifespan of a mounted application never runs.",
    severity="warning",
    observes=HostTrap,
    select=select,
    finding=finding,
    references=(
        "https://asgi.readthedocs.io/en/latest/specs/lifespan.html",
        "https://github.com/fastapi/fastapi/discussions/9397",
    ),
    examples=(Example(bad={"app/main.py": _HOOK}, good={"app/main.py": _APP}),),
)
