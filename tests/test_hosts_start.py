"""The frameworks themselves: the flagged shape starts without its database, the mended one refuses to start."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aether_lint.engine.run import CheckRequest, check

pytestmark = pytest.mark.once  # nox installs the frameworks in its session `lint`

BODY = """
import asyncio
import logging

log = logging.getLogger("start")


async def connect():
    await asyncio.open_connection("127.0.0.1", 9)  # the discard service: nobody listens


async def prepare():
    try:
        await connect()
    except Exception:
        log.error("going on without the database")
{end}
"""

# Each serves on a port of its own choice, prints SERVING once it has started, and stops.
PROGRAMS = {
    "fastapi": """
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from steps import prepare


@asynccontextmanager
async def lifespan(app):
    await prepare()
    yield


app = FastAPI(lifespan=lifespan)


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        if self.started:
            print("SERVING", flush=True)
        self.should_exit = True


if __name__ == "__main__":
    Server(uvicorn.Config(app, port=0)).run()
""",
    "starlette": """
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from steps import prepare


@asynccontextmanager
async def lifespan(app):
    await prepare()
    yield


app = Starlette(lifespan=lifespan)


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        if self.started:
            print("SERVING", flush=True)
        self.should_exit = True


if __name__ == "__main__":
    Server(uvicorn.Config(app, port=0)).run()
""",
    "litestar": """
import uvicorn
from litestar import Litestar
from steps import prepare

app = Litestar([], on_startup=[prepare])


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        if self.started:
            print("SERVING", flush=True)
        self.should_exit = True


if __name__ == "__main__":
    Server(uvicorn.Config(app, port=0)).run()
""",
    "quart": """
import uvicorn
from quart import Quart
from steps import prepare

app = Quart(__name__)


@app.before_serving
async def start():
    await prepare()


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        if self.started:
            print("SERVING", flush=True)
        self.should_exit = True


if __name__ == "__main__":
    Server(uvicorn.Config(app, port=0)).run()
""",
    "aiohttp": """
import asyncio

from aiohttp import web
from steps import prepare


async def database(app):
    await prepare()
    yield


async def main():
    app = web.Application()
    app.cleanup_ctx.append(database)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("SERVING", flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
""",
    "sanic": """
from sanic import Sanic
from sanic.response import text
from steps import prepare

app = Sanic("start")


@app.get("/")
async def index(request):
    return text("started")


@app.before_server_start
async def start(app):
    await prepare()


@app.after_server_start
async def say(app):
    print("SERVING", flush=True)
    app.stop()


if __name__ == "__main__":
    app.run(port=0, single_process=True, motd=False, access_log=False)
""",
}
SECONDS = 60


@pytest.fixture(params=sorted(PROGRAMS))
def framework(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    pytest.importorskip(name)
    if name in ("fastapi", "starlette", "litestar", "quart"):
        pytest.importorskip("uvicorn")
    return name


def project(folder: Path, framework: str, end: str) -> Path:
    (folder / "aether-lint.toml").touch()
    (folder / "steps.py").write_text(BODY.format(end=end), encoding="utf-8")
    (folder / "serve.py").write_text(PROGRAMS[framework], encoding="utf-8")
    return folder


def serves(folder: Path) -> bool:
    """Whether the server comes up; it stops by itself in either case."""
    run = subprocess.run(
        [sys.executable, "serve.py"],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return "SERVING" in run.stdout


def codes(folder: Path) -> set[str]:
    report = check(CheckRequest(paths=(".",), cwd=str(folder), no_cache=True, jobs=1))
    assert report.errors == []
    return {finding.code for finding in report.findings}


def test_flagged_shape_serves_without_its_database(framework: str, tmp_path: Path) -> None:
    folder = project(tmp_path, framework, end="")
    assert codes(folder) & {"AET401", "AET402"}
    assert serves(folder)


def test_mended_shape_refuses_to_serve(framework: str, tmp_path: Path) -> None:
    folder = project(tmp_path, framework, end="        raise")
    assert codes(folder).isdisjoint({"AET401", "AET402"})
    assert not serves(folder)


def asgi_lifespan(application: object, seconds: float = 10) -> list[str]:
    """The messages with which an application answers the lifespan scope; "raised" or "returned" where it does not."""
    sent: list[str] = []

    async def receive() -> dict[str, str]:
        if "lifespan.startup" in received:
            await asyncio.sleep(seconds)
        received.append("lifespan.startup")
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, str]) -> None:
        if message["type"].startswith("lifespan.startup"):
            sent.append(message["type"])
        done.set()

    async def drive() -> None:
        task = asyncio.ensure_future(application({"type": "lifespan", "app": application}, receive, send))  # type: ignore[operator]
        waiting = asyncio.ensure_future(done.wait())
        await asyncio.wait({task, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done.is_set() and task.done():
            sent.append("raised" if task.exception() else "returned")
        task.cancel()
        waiting.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)

    received: list[str] = []
    done = asyncio.Event()
    asyncio.run(drive())
    return sent


def test_handler_beside_a_lifespan_never_runs() -> None:
    fastapi = pytest.importorskip("fastapi")
    from contextlib import asynccontextmanager

    ran: list[str] = []

    @asynccontextmanager
    async def lifespan(app: object):  # type: ignore[no-untyped-def]
        ran.append("lifespan")
        yield

    app = fastapi.FastAPI(lifespan=lifespan)
    app.add_event_handler("startup", lambda: ran.append("handler")) if hasattr(app, "add_event_handler") else (
        app.router.add_event_handler("startup", lambda: ran.append("handler"))
    )
    assert asgi_lifespan(app) == ["lifespan.startup.complete"]
    assert ran == ["lifespan"]


def test_lifespan_of_a_mounted_application_never_runs() -> None:
    fastapi = pytest.importorskip("fastapi")
    from contextlib import asynccontextmanager

    ran: list[str] = []

    @asynccontextmanager
    async def lifespan(app: object):  # type: ignore[no-untyped-def]
        ran.append("inner")
        yield

    app = fastapi.FastAPI()
    app.mount("/inner", fastapi.FastAPI(lifespan=lifespan))
    assert asgi_lifespan(app) == ["lifespan.startup.complete"]
    assert ran == []


def test_middleware_that_connects_early_is_no_refusal() -> None:
    fastapi = pytest.importorskip("fastapi")

    class Quota:
        def __init__(self, app: object) -> None:
            raise ConnectionError("no database")

    app = fastapi.FastAPI()
    app.add_middleware(Quota)
    assert asgi_lifespan(app) == ["raised"]  # the server takes it for "no lifespan", and serves


def test_celery_goes_on_after_a_raise_in_a_worker_signal() -> None:
    signals = pytest.importorskip("celery.signals")
    exceptions = pytest.importorskip("celery.exceptions")

    def refuse(**_: object) -> None:
        raise RuntimeError("wrong schema")

    def end(**_: object) -> None:
        raise exceptions.WorkerShutdown("wrong schema")

    signals.worker_init.connect(refuse, weak=False)
    try:
        signals.worker_init.send(sender=None)
    finally:
        signals.worker_init.disconnect(refuse)
    signals.worker_init.connect(end, weak=False)
    try:
        with pytest.raises(exceptions.WorkerShutdown):
            signals.worker_init.send(sender=None)
    finally:
        signals.worker_init.disconnect(end)


def test_dramatiq_goes_on_after_a_raise_in_middleware() -> None:
    middleware = pytest.importorskip("dramatiq.middleware")
    from dramatiq.brokers.stub import StubBroker

    class Check(middleware.Middleware):  # type: ignore[misc, name-defined]
        error: Exception = RuntimeError("vault is sealed")

        def before_worker_boot(self, broker: object, worker: object) -> None:
            raise self.error

    check = Check()
    broker = StubBroker(middleware=[check])
    broker.emit_before("worker_boot", None)
    check.error = middleware.MiddlewareError("vault is sealed")
    with pytest.raises(middleware.MiddlewareError):
        broker.emit_before("worker_boot", None)
