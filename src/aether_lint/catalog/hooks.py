"""Where frameworks run code at start-up, and what they do with an exception from it.

`lookup` takes a dotted name: a decorator or registering method (`quart.Quart.before_serving`), a constructor
(`fastapi.FastAPI`, with the keywords that take hooks), a signal object, a base-class method
(`django.apps.AppConfig.ready`) or a list attribute (`aiohttp.web.Application.on_startup`).
"""

from typing import Literal

from msgspec import Struct

Form = Literal["decorator", "event decorator", "method", "constructor", "list", "signal", "override", "property"]
"""event decorator/method: the first argument names the event. list: `.append(hook)`. property: decorator or `+=`."""
Phase = Literal["startup", "shutdown", "both", "request", "event"]
"""both: a generator or context manager, start-up before its yield. event: the argument decides."""
OnRaise = Literal["stops", "serves", "logs"]
"""What the host does with a raise: it stops, it serves requests all the same, or it logs and goes on."""


class Hook(Struct, frozen=True):
    """One way to register start-up or shutdown code. `keywords` are the constructor's keywords that take hooks."""

    framework: str
    form: Form
    phase: Phase
    on_raise: OnRaise = "stops"
    keywords: tuple[str, ...] = ()
    cure: str = ""  # the exception that does stop a host which swallows the others


_APP = ("lifespan", "on_startup")
_WORKER_SHUTDOWN = "celery.exceptions.WorkerShutdown"
_MIDDLEWARE_ERROR = "dramatiq.middleware.MiddlewareError"


def _celery(phase: Phase) -> Hook:
    return Hook("Celery", "signal", phase, "logs", cure=_WORKER_SHUTDOWN)


def _dramatiq(phase: Phase) -> Hook:
    return Hook("Dramatiq", "override", phase, "logs", cure=_MIDDLEWARE_ERROR)


_NAMED: tuple[tuple[Hook, str], ...] = (
    (Hook("FastAPI", "constructor", "both", keywords=_APP),
     "fastapi.FastAPI fastapi.applications.FastAPI fastapi.APIRouter fastapi.routing.APIRouter"),
    (Hook("FastAPI", "event decorator", "event"),
     "fastapi.FastAPI.on_event fastapi.applications.FastAPI.on_event fastapi.APIRouter.on_event "
     "fastapi.FastAPI.add_event_handler fastapi.APIRouter.add_event_handler"),
    (Hook("Starlette", "constructor", "both", keywords=_APP),
     "starlette.applications.Starlette starlette.routing.Router"),
    (Hook("Starlette", "event decorator", "event"),
     "starlette.applications.Starlette.on_event starlette.applications.Starlette.add_event_handler "
     "starlette.routing.Router.add_event_handler starlette.routing.Router.on_event"),
    (Hook("Litestar", "constructor", "both", keywords=_APP),
     "litestar.Litestar litestar.app.Litestar litestar.config.app.AppConfig"),
    (Hook("Litestar", "override", "startup"),
     "litestar.plugins.InitPlugin.on_app_init litestar.plugins.InitPluginProtocol.on_app_init"),
    (Hook("Quart", "decorator", "startup"), "quart.Quart.before_serving quart.Blueprint.before_app_serving "
     "quart.app.Quart.before_serving"),
    (Hook("Quart", "decorator", "both"), "quart.Quart.while_serving quart.Blueprint.while_app_serving"),
    (Hook("Quart", "decorator", "shutdown"), "quart.Quart.after_serving quart.Blueprint.after_app_serving"),
    (Hook("aiohttp", "list", "startup"), "aiohttp.web.Application.on_startup aiohttp.web_app.Application.on_startup"),
    (Hook("aiohttp", "list", "both"), "aiohttp.web.Application.cleanup_ctx aiohttp.web_app.Application.cleanup_ctx"),
    (Hook("aiohttp", "list", "shutdown"),
     "aiohttp.web.Application.on_cleanup aiohttp.web.Application.on_shutdown"),
    (Hook("Sanic", "decorator", "startup"),
     "sanic.Sanic.before_server_start sanic.Sanic.after_server_start sanic.Sanic.main_process_start "
     "sanic.Sanic.main_process_ready sanic.Sanic.reload_process_start sanic.Blueprint.before_server_start "
     "sanic.Blueprint.after_server_start"),
    (Hook("Sanic", "decorator", "shutdown"), "sanic.Sanic.before_server_stop sanic.Sanic.after_server_stop"),
    (Hook("Sanic", "event decorator", "event"), "sanic.Sanic.listener sanic.Blueprint.listener"),
    (Hook("Sanic", "method", "event"), "sanic.Sanic.register_listener"),
    (Hook("BlackSheep", "property", "startup"),
     "blacksheep.Application.on_start blacksheep.Application.after_start "
     "blacksheep.server.application.Application.on_start blacksheep.server.application.Application.after_start"),
    (Hook("BlackSheep", "property", "shutdown"),
     "blacksheep.Application.on_stop blacksheep.server.application.Application.on_stop"),
    (Hook("BlackSheep", "decorator", "both"),
     "blacksheep.Application.lifespan blacksheep.server.application.Application.lifespan"),
    (Hook("Robyn", "method", "startup"), "robyn.Robyn.startup_handler"),
    (Hook("Robyn", "method", "shutdown"), "robyn.Robyn.shutdown_handler"),
    (Hook("Falcon", "override", "startup"), "falcon.asgi.App.process_startup"),
    (Hook("Falcon", "override", "shutdown"), "falcon.asgi.App.process_shutdown"),
    (Hook("Django", "override", "startup"), "django.apps.AppConfig.ready django.apps.config.AppConfig.ready"),
    (Hook("Django", "decorator", "startup"), "django.core.checks.register"),
    (Hook("Flask", "decorator", "request"),
     "flask.Flask.before_first_request flask.Flask.before_request flask.Blueprint.before_app_first_request"),
    (_celery("startup"),
     "celery.signals.worker_init celery.signals.worker_process_init celery.signals.worker_ready "
     "celery.signals.beat_init celery.signals.celeryd_init celery.signals.celeryd_after_setup "
     "celery.signals.setup_logging celery.signals.after_setup_logger"),
    (_celery("shutdown"), "celery.signals.worker_shutdown celery.signals.worker_process_shutdown "
     "celery.signals.worker_shutting_down"),
    (Hook("Celery", "override", "startup"), "celery.bootsteps.StartStopStep.start celery.bootsteps.Step.create"),
    (_dramatiq("startup"),
     "dramatiq.Middleware.before_worker_boot dramatiq.Middleware.after_worker_boot "
     "dramatiq.Middleware.after_process_boot dramatiq.middleware.Middleware.before_worker_boot "
     "dramatiq.middleware.Middleware.after_worker_boot dramatiq.middleware.Middleware.after_process_boot"),
    (_dramatiq("shutdown"), "dramatiq.Middleware.before_worker_shutdown dramatiq.Middleware.after_worker_shutdown"),
    (Hook("arq", "constructor", "startup", keywords=("on_startup",)), "arq.worker.Worker arq.Worker"),
    (Hook("taskiq", "event decorator", "event"), "taskiq.AsyncBroker.on_event taskiq.abc.broker.AsyncBroker.on_event"),
    (Hook("taskiq", "method", "event"), "taskiq.AsyncBroker.add_event_handler"),
    (Hook("taskiq", "override", "startup"), "taskiq.AsyncBroker.startup"),
    (Hook("FastStream", "decorator", "startup"),
     "faststream.FastStream.on_startup faststream.FastStream.after_startup faststream.asgi.AsgiFastStream.on_startup"),
    (Hook("FastStream", "decorator", "shutdown"), "faststream.FastStream.on_shutdown"),
    (Hook("FastStream", "constructor", "both", keywords=("lifespan", "on_startup", "after_startup")),
     "faststream.FastStream faststream.asgi.AsgiFastStream"),
    (Hook("FastMCP", "constructor", "both", keywords=("lifespan",)),
     "fastmcp.FastMCP fastmcp.server.FastMCP mcp.server.fastmcp.FastMCP mcp.server.Server mcp.server.lowlevel.Server"),
)  # fmt: skip

HOOKS: dict[str, Hook] = {name: hook for hook, names in _NAMED for name in names.split()}

STARTUP_EVENTS = frozenset({
    "startup", "before_server_start", "after_server_start", "main_process_start", "main_process_ready",
    "reload_process_start", "taskiq.TaskiqEvents.WORKER_STARTUP", "taskiq.TaskiqEvents.CLIENT_STARTUP",
})  # fmt: skip
"""Event arguments that mean start-up."""

WORKER_SETTINGS = frozenset({"on_startup", "startup", "on_job_start"})
"""Attributes of arq's `WorkerSettings` class that hold hooks."""

LIFESPAN_BLOCKERS = frozenset(
    {"starlette.routing.Mount", "fastapi.FastAPI.mount", "starlette.applications.Starlette.mount"}
)
"""Calls that place an application where it never sees the lifespan scope."""

SPAWNERS: dict[str, str] = {
    "asyncio.create_task": "task",
    "asyncio.ensure_future": "task",
    "asyncio.tasks.create_task": "task",
    "asyncio.get_event_loop.create_task": "task",
    "asyncio.get_running_loop.create_task": "task",
    "asyncio.AbstractEventLoop.create_task": "task",
    "asyncio.run_coroutine_threadsafe": "future",
    "asyncio.AbstractEventLoop.run_in_executor": "future",
    "concurrent.futures.ThreadPoolExecutor.submit": "future",
    "concurrent.futures.Executor.submit": "future",
    "threading.Thread": "thread",
    "threading.Timer": "thread",
    "multiprocessing.Process": "process",
    "quart.Quart.add_background_task": "task",
    "sanic.Sanic.add_task": "task",
}
"""Calls that start something whose failure nobody has to see."""

STRUCTURED = frozenset({
    "asyncio.TaskGroup", "asyncio.TaskGroup.create_task", "anyio.create_task_group", "anyio.abc.TaskGroup.start_soon",
    "contextlib.AsyncExitStack", "asyncio.timeout", "asyncio.wait_for",
})  # fmt: skip
"""Calls whose errors reach the caller."""

FAIL_FAST = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit", "signal.raise_signal"})
"""Calls after which the process is gone; `os.kill` on the own process counts too."""

SCHEMA_CALLS = frozenset({
    "sqlalchemy.MetaData.create_all", "sqlmodel.SQLModel.metadata.create_all", "tortoise.Tortoise.generate_schemas",
    "peewee.Database.create_tables", "alembic.command.upgrade", "django.core.management.call_command",
    "beanie.init_beanie", "mongoengine.Document.ensure_indexes",
})  # fmt: skip
"""Calls that create or migrate the schema."""


def lookup(qualified: str) -> Hook | None:
    """The start-up or shutdown hook behind this dotted name."""
    return HOOKS.get(qualified)
