"""Which functions start-up reaches, and by which way, for each kind of hook."""

import textwrap

import pytest

from aether_lint.link import OwnNames, Program, link
from aether_lint.lower import lower


def program(**modules: str) -> Program:
    """A linked project of these modules; `a__b` stands for `a/b.py`."""
    return link(
        [lower(textwrap.dedent(text).encode(), f"{name.replace('__', '/')}.py") for name, text in modules.items()]
    )


def reached(linked: Program) -> set[str]:
    """The functions that start-up reaches, without module bodies."""
    names = {f"{module.path}:{function.key}" for module, function in linked.names.functions() if function.key}
    return {name for name in names if linked.startup.of_function(name) is not None}


HOOKS = {
    "lifespan of FastAPI": """
        from fastapi import FastAPI
        async def hook(app):
            yield
        app = FastAPI(lifespan=hook)
    """,
    "event of FastAPI": """
        from fastapi import FastAPI
        app = FastAPI()
        @app.on_event("startup")
        async def hook(): ...
    """,
    "event handler on a parameter": """
        def install(app):
            app.add_event_handler("startup", hook)
        async def hook(): ...
    """,
    "lifespan of a router": """
        async def hook(app):
            yield
        def install(app):
            app.router.lifespan_context = hook
    """,
    "hook of Litestar": """
        from litestar import Litestar
        async def hook(): ...
        app = Litestar([], on_startup=[hook])
    """,
    "hook of Quart": """
        from quart import Quart
        app = Quart(__name__)
        @app.before_serving
        async def hook(): ...
    """,
    "list of aiohttp": """
        from aiohttp import web
        async def hook(app): ...
        app = web.Application()
        app.on_startup.append(hook)
    """,
    "contexts of aiohttp": """
        from aiohttp import web
        async def hook(app):
            yield
        app = web.Application()
        app.cleanup_ctx.extend([hook])
    """,
    "listener of Sanic": """
        from sanic import Sanic
        app = Sanic("app")
        @app.listener("before_server_start")
        async def hook(app, loop): ...
    """,
    "registered listener of Sanic": """
        from sanic import Sanic
        app = Sanic("app")
        async def hook(app, loop): ...
        app.register_listener(hook, "after_server_start")
    """,
    "signal of Celery": """
        from celery.signals import worker_process_init
        @worker_process_init.connect(weak=False)
        def hook(**_): ...
    """,
    "signal of Celery, connected by a call": """
        from celery.signals import worker_init
        def hook(**_): ...
        worker_init.connect(hook)
    """,
    "settings of arq": """
        async def hook(ctx): ...
        class WorkerSettings:
            functions = []
            on_startup = hook
    """,
    "FastStream": """
        from faststream import FastStream
        app = FastStream()
        @app.on_startup
        async def hook(): ...
    """,
    "application factory": """
        from flask import Flask
        def hook():
            app = Flask(__name__)
            return app
    """,
    "server script": """
        import uvicorn
        def hook(): ...
        if __name__ == "__main__":
            hook()
            uvicorn.run("app:app")
    """,
    "merged lifespans": """
        from fastapi import FastAPI
        from lifespans import merge
        async def hook(app):
            yield
        async def other(app):
            yield
        app = FastAPI(lifespan=merge([other, hook]))
    """,
    "lifespan made by a function": """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        def make(settings):
            async def lifespan(app):
                hook()
                yield
            return asynccontextmanager(lifespan)
        def hook(): ...
        app = FastAPI(lifespan=make({}))
    """,
    "lifespan that is a class": """
        from fastapi import FastAPI
        class Lifespan:
            def __init__(self, app): ...
            async def __aenter__(self):
                hook()
            async def __aexit__(self, *_): ...
        def hook(): ...
        app = FastAPI(lifespan=Lifespan)
    """,
    "lifespan handed through a factory": """
        from fastapi import FastAPI
        def create(lifespan):
            return FastAPI(lifespan=lifespan)
        async def hook(app):
            yield
        app = create(hook)
    """,
}


@pytest.mark.parametrize("source", HOOKS.values(), ids=HOOKS.keys())
def test_hook_is_reached(source: str) -> None:
    assert "app.py:hook" in reached(program(app=source))


NO_HOOKS = {
    "event of shutdown": """
        from fastapi import FastAPI
        app = FastAPI()
        @app.on_event("shutdown")
        async def hook(): ...
    """,
    "route": """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/startup")
        async def hook(): ...
    """,
    "event of a chat bot": """
        from discord.ext import commands
        bot = commands.Bot("!")
        @bot.event
        async def hook(): ...
    """,
    "behind yield": """
        from fastapi import FastAPI
        async def lifespan(app):
            yield
            hook()
        def hook(): ...
        app = FastAPI(lifespan=lifespan)
    """,
    "after serving": """
        import uvicorn
        def hook(): ...
        if __name__ == "__main__":
            uvicorn.run("app:app")
            hook()
    """,
    "script that serves nothing": """
        def hook(): ...
        if __name__ == "__main__":
            hook()
    """,
    "under a test runner": """
        import sys
        from fastapi import FastAPI
        async def lifespan(app):
            if "pytest" in sys.modules:
                hook()
            yield
        def hook(): ...
        app = FastAPI(lifespan=lifespan)
    """,
}


@pytest.mark.parametrize("source", NO_HOOKS.values(), ids=NO_HOOKS.keys())
def test_what_is_no_hook_is_not_reached(source: str) -> None:
    assert "app.py:hook" not in reached(program(app=source))


MAIN = """
    from fastapi import FastAPI
    from container import Container
    container = Container()
    async def lifespan(app):
        await container.start()
        yield
        await container.stop()
    app = FastAPI(lifespan=lifespan)
"""
CONTAINER = """
    from store import Store
    class Container:
        def __init__(self):
            self.store = Store()
        async def start(self):
            await self.store.open()
        async def stop(self):
            await self.store.close()
"""
STORE = """
    class Store:
        async def open(self):
            await self._migrate()
        async def _migrate(self): ...
        async def close(self): ...
"""


def test_methods_of_known_instances_are_followed_across_modules() -> None:
    linked = program(main=MAIN, container=CONTAINER, store=STORE)
    assert {"store.py:Store.open", "store.py:Store._migrate"} <= reached(linked)
    assert "store.py:Store.close" not in reached(linked)


def test_chain_leads_from_the_hook_through_every_call() -> None:
    reach = program(main=MAIN, container=CONTAINER, store=STORE).startup.of_function("store.py:Store._migrate")
    assert reach is not None
    assert [(step.path, step.text) for step in reach.chain] == [
        ("main.py", "FastAPI runs `lifespan` at start-up"),
        ("main.py", "`Container.start` is called here"),
        ("container.py", "`Store.open` is called here"),
        ("store.py", "`Store._migrate` is called here"),
    ]


def test_function_is_reached_once_and_by_the_shortest_way() -> None:
    linked = program(
        app="""
            from fastapi import FastAPI
            app = FastAPI()
            @app.on_event("startup")
            def first():
                second()
            @app.on_event("startup")
            def direct():
                target()
            def second():
                target()
            def target(): ...
        """
    )
    reach = linked.startup.of_function("app.py:target")
    assert reach is not None
    assert (reach.depth, reach.start.function) == (1, "app.py:direct")


def test_order_of_modules_does_not_matter() -> None:
    sources = {"main": MAIN, "container": CONTAINER, "store": STORE}
    one = program(**sources)
    other = program(**dict(reversed(sources.items())))
    for name in reached(one) | reached(other):
        assert one.startup.of_function(name) == other.startup.of_function(name)


def test_spawned_function_runs_in_the_background() -> None:
    linked = program(
        app="""
            import asyncio
            from fastapi import FastAPI
            async def lifespan(app):
                task = asyncio.create_task(consume())
                await asyncio.to_thread(warm, 1)
                yield
            async def consume():
                step()
            def step(): ...
            def warm(count): ...
            app = FastAPI(lifespan=lifespan)
        """
    )
    assert linked.startup.of_function("app.py:consume") is None
    assert linked.startup.of_background("app.py:consume") is not None
    assert linked.startup.of_background("app.py:step") is not None
    assert linked.startup.of_function("app.py:warm") is not None


def test_early_yield_ends_its_own_branch_only() -> None:
    linked = program(
        app="""
            from fastapi import FastAPI
            async def lifespan(app):
                if app.testing:
                    yield
                    return
                before()
                yield
                after()
            def before(): ...
            def after(): ...
            app = FastAPI(lifespan=lifespan)
        """
    )
    assert {"app.py:before", "app.py:after"} & reached(linked) == {"app.py:before"}


def test_function_of_requests_is_not_exclusive_to_start_up() -> None:
    linked = program(
        app="""
            from fastapi import FastAPI
            app = FastAPI()
            @app.on_event("startup")
            def hook():
                migrate()
                load()
            @app.post("/reload")
            def reload():
                load()
            def load(): ...
            def migrate(): ...
        """
    )
    assert linked.startup.is_exclusive("app.py:migrate")
    assert not linked.startup.is_exclusive("app.py:load")


def test_configured_function_is_a_hook() -> None:
    modules = [lower(b"def boot():\n    load()\ndef load(): ...\n", "shop/boot.py")]
    linked = link(modules, own=OwnNames(startup_hooks=("shop.boot.boot",)))
    assert reached(linked) == {"shop/boot.py:boot", "shop/boot.py:load"}
