"""Servers and runners that a program starts from its own code, and what they make of a failed start-up."""

from typing import Literal

from msgspec import Struct

Tolerance = Literal["strict", "tolerant", "never runs it", "none"]
"""What the server does when the application fails before `lifespan.startup.failed`; none: there is no lifespan."""


class Server(Struct, frozen=True):
    """One server entry point. `lifespan_keyword` switches the lifespan; `off` is the value that ignores it."""

    name: str
    tolerance: Tolerance
    lifespan_keyword: str = ""
    off: str = ""
    development: bool = False


_UVICORN = Server("uvicorn", "tolerant", "lifespan", "off")
_HYPERCORN = Server("hypercorn", "tolerant")
_FLASK = Server("the Flask development server", "none", development=True)
_GRPC = Server("the gRPC server", "none")

SERVERS: dict[str, Server] = {
    "uvicorn.run": _UVICORN,
    "uvicorn.main.run": _UVICORN,
    "uvicorn.Config": _UVICORN,
    "uvicorn.config.Config": _UVICORN,
    "uvicorn.Server": _UVICORN,
    "uvicorn.Server.run": _UVICORN,
    "uvicorn.Server.serve": _UVICORN,
    "hypercorn.asyncio.serve": _HYPERCORN,
    "hypercorn.trio.serve": _HYPERCORN,
    "hypercorn.run.run": _HYPERCORN,
    "hypercorn.config.Config": _HYPERCORN,
    "granian.Granian": Server("granian", "tolerant", "interface", "asginl"),
    "mangum.Mangum": Server("Mangum", "tolerant", "lifespan", "off"),
    "mangum.adapter.Mangum": Server("Mangum", "tolerant", "lifespan", "off"),
    "gunicorn.app.wsgiapp.run": Server("gunicorn", "tolerant"),
    "gunicorn.app.base.BaseApplication": Server("gunicorn", "tolerant"),
    "daphne.server.Server": Server("daphne", "never runs it"),
    "waitress.serve": Server("waitress", "none"),
    "aiohttp.web.run_app": Server("aiohttp", "strict"),
    "sanic.Sanic.run": Server("Sanic", "strict"),
    "quart.Quart.run": Server("the Quart development server", "strict", development=True),
    "flask.Flask.run": _FLASK,
    "flask.app.Flask.run": _FLASK,
    "flask_socketio.SocketIO.run": Server("Flask-SocketIO", "none"),
    "werkzeug.serving.run_simple": Server("the Werkzeug development server", "none", development=True),
    "wsgiref.simple_server.make_server": Server("wsgiref", "none", development=True),
    "http.server.HTTPServer": Server("http.server", "none", development=True),
    "http.server.ThreadingHTTPServer": Server("http.server", "none", development=True),
    "socketserver.TCPServer": Server("socketserver", "none"),
    "xmlrpc.server.SimpleXMLRPCServer": Server("xmlrpc.server", "none"),
    "tornado.ioloop.IOLoop.start": Server("Tornado", "none"),
    "grpc.server": _GRPC,
    "grpc.aio.server": _GRPC,
    "grpc.aio.Server.start": _GRPC,
    "blacksheep.Application.start": Server("BlackSheep", "strict"),
    "robyn.Robyn.start": Server("Robyn", "strict"),
    "fastmcp.FastMCP.run": Server("FastMCP", "strict"),
    "mcp.server.fastmcp.FastMCP.run": Server("FastMCP", "strict"),
    "celery.Celery.start": Server("Celery", "none"),
    "celery.Celery.worker_main": Server("Celery", "none"),
    "arq.run_worker": Server("arq", "strict"),
    "arq.worker.run_worker": Server("arq", "strict"),
    "rq.Worker.work": Server("RQ", "none"),
    "rq.worker.Worker.work": Server("RQ", "none"),
    "faststream.FastStream.run": Server("FastStream", "strict"),
    "apscheduler.schedulers.blocking.BlockingScheduler.start": Server("APScheduler", "none"),
    "websockets.serve": Server("websockets", "none"),
}


def lookup(qualified: str) -> Server | None:
    """The server that this call starts or configures."""
    return SERVERS.get(qualified)
