"""Which handlers of start-up swallow: what the `try` does, what is caught, and what becomes of the failure."""

import textwrap

import pytest

from aether_lint.detect import swallows
from aether_lint.link import link
from aether_lint.lower import lower

HOOK = """
import asyncio
import contextlib
import logging
import os
import asyncpg
import redis
import httpx
import sentry_sdk
from fastapi import FastAPI
log = logging.getLogger(__name__)
app = FastAPI()
failures = []
class AppError(Exception): ...
class SchemaError(AppError): ...
def report(error):
    log.error("failed: %s", error)
def give_up(error):
    raise SystemExit(1) from error
@app.on_event("startup")
async def hook():
{body}
{more}
"""


def swallowed(body: str, more: str = "") -> list[int]:
    """The lines, counted from the hook's first, at which a hook with this body swallows."""
    source = HOOK.format(body=textwrap.indent(textwrap.dedent(body).strip("\n"), "    "), more=textwrap.dedent(more))
    linked = link([lower(source.encode(), "app.py")])
    first = HOOK.split("\n").index("async def hook():") + 1
    return [seen.span.line - first for seen in swallows.observe(linked, linked.names.modules["app.py"])]


def test_logged_and_gone_on() -> None:
    assert swallowed("""
        try:
            app.state.pool = await asyncpg.create_pool(os.environ["DSN"])
        except Exception:
            log.exception("no pool")
    """) == [3]


CAUGHT = {
    "Exception": True,
    "BaseException": True,
    "(OSError, asyncpg.PostgresError)": True,
    "asyncpg.PostgresError": True,
    "AppError": True,
    "SchemaError": False,
    "KeyError": False,
    "FileExistsError": False,
    "asyncio.CancelledError": False,
    "asyncpg.UniqueViolationError": False,
}


@pytest.mark.parametrize("caught", CAUGHT)
def test_breadth_of_what_is_caught(caught: str) -> None:
    found = swallowed(f"""
        try:
            app.state.pool = await asyncpg.create_pool(os.environ["DSN"])
        except {caught}:
            log.exception("no pool")
    """)
    assert bool(found) is CAUGHT[caught]


SETTLED = {
    "raised again": """
        try:
            await asyncpg.connect()
        except Exception:
            log.error("no database")
            raise
    """,
    "another error raised": """
        try:
            await asyncpg.connect()
        except Exception as error:
            raise RuntimeError("no database") from error
    """,
    "handed to a function that ends the program": """
        try:
            await asyncpg.connect()
        except Exception as error:
            give_up(error)
    """,
    "told apart": """
        try:
            await asyncpg.connect()
        except asyncpg.PostgresError as error:
            if error.sqlstate != "42P07":
                raise
    """,
    "raised unless development": """
        try:
            await asyncpg.connect()
        except Exception:
            if os.environ["APP_ENV"] == "production":
                raise
            log.warning("no database")
    """,
    "raised when all attempts failed": """
        for attempt in range(5):
            try:
                await asyncpg.connect()
                break
            except OSError:
                await asyncio.sleep(1)
        else:
            raise RuntimeError("no database")
    """,
    "tried for ever": """
        while True:
            try:
                await asyncpg.connect()
                break
            except OSError:
                await asyncio.sleep(1)
    """,
    "looked at afterwards": """
        pool = None
        try:
            pool = await asyncpg.create_pool()
        except Exception:
            log.error("no pool")
        if pool is None:
            raise RuntimeError("no pool")
    """,
    "telemetry": """
        try:
            sentry_sdk.init()
        except Exception:
            log.warning("no error tracking")
    """,
    "clean-up": """
        try:
            await app.state.old_pool.close()
        except Exception:
            log.warning("old pool not closed")
    """,
    "a log line": """
        try:
            log.info("starting on %s", os.uname())
        except Exception:
            log.warning("cannot say where")
    """,
}


@pytest.mark.parametrize("body", SETTLED.values(), ids=SETTLED.keys())
def test_settled_failure_is_left_alone(body: str) -> None:
    assert swallowed(body) == []


SWALLOWED = {
    "handed to a function that logs": """
        try:
            await asyncpg.connect()
        except Exception as error:
            report(error)
    """,
    "collected and not read": """
        try:
            await asyncpg.connect()
        except Exception as error:
            failures.append(error)
    """,
    "given up after some attempts": """
        for attempt in range(5):
            try:
                await asyncpg.connect()
                break
            except OSError:
                await asyncio.sleep(1)
    """,
    "suppressed": """
        with contextlib.suppress(Exception):
            await asyncpg.connect()
    """,
    "returned from": """
        try:
            await asyncpg.connect()
        except Exception:
            return
    """,
    "raised when a switch is set": """
        try:
            await asyncpg.connect()
        except Exception:
            if os.getenv("STRICT", "0") == "1":
                raise
    """,
}


@pytest.mark.parametrize("body", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_swallowed_failure_is_found(body: str) -> None:
    assert len(swallowed(body)) == 1


RECORDED = """
    try:
        await asyncpg.connect()
    except Exception as error:
        failures.append(error)
"""


def test_failure_that_readiness_reads_is_reported() -> None:
    assert swallowed(RECORDED, '@app.get("/readyz")\ndef readyz():\n    return {"failures": len(failures)}') == []


def test_failure_that_another_route_reads_is_not_reported() -> None:
    assert swallowed(RECORDED, '@app.get("/admin/errors")\ndef errors():\n    return {"failures": len(failures)}') != []
