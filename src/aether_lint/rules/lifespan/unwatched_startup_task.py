"""# unwatched-startup-task

## What it does
Reports work that start-up hands to a task and whose failure nobody sees: `create_task(...)` whose result nothing
keeps, a task function whose handler stands around its loop, so that one error ends it after a log line, and
`gather(..., return_exceptions=True)` or `asyncio.wait(...)` whose results nobody reads. Tasks that are kept,
awaited, in a `TaskGroup` or have a done callback are left alone, and so are loops that handle the errors of each
round.

## Why is this bad?
The event loop keeps only weak references to tasks, so a task that nothing keeps may vanish in the middle of its
work. One that ended with an error stays silent until it is awaited: the service serves on without its consumer or
listener.

## Example
```python
@asynccontextmanager
async def lifespan(app):
    asyncio.create_task(consume())
    yield
```

## Fix
Keep the task and look at its end: a `TaskGroup` around `yield`, or a done callback that ends the process.
"""

from aether_lint.detect.tasks import UnwatchedTask
from aether_lint.model import Finding
from aether_lint.rules.lifespan._task_words import task_finding
from aether_lint.rules.rule import Example, Rule

WORDS = {
    "lost": (
        "nothing keeps the task of `{what}`: it may be collected while it runs, and nobody sees it fail",
        "keep the task and watch its end: a `TaskGroup` around `yield`, or `add_done_callback`",
    ),
    "dies": (
        "one error ends `{what}` after a log line; the service serves on without it",
        "handle the errors of a round inside the loop, or let the error out and watch the task",
    ),
    "unread": (
        "`{what}` hands back errors that nobody reads; start-up goes on as if all had come up",
        "raise the exceptions among the results, or leave `return_exceptions` out",
    ),
}


def select(seen: UnwatchedTask) -> bool:
    """Every one of them."""
    return True


def finding(seen: UnwatchedTask) -> Finding:
    """The words about one of them."""
    message, advice = WORDS[seen.kind]
    return task_finding(RULE.code, RULE.name, RULE.severity, seen, message.format(what=seen.what), advice)


_HEAD = """import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.orders import consume


@asynccontextmanager
async def lifespan(app):
"""
_ORDERS = """import os

from aiokafka import AIOKafkaConsumer


async def consume():
    consumer = AIOKafkaConsumer("orders", bootstrap_servers=os.environ["KAFKA"])
    await consumer.start()
    async for message in consumer:
        print(message.value)
"""
_LOST = """    asyncio.create_task(consume())
    yield


app = FastAPI(lifespan=lifespan)
"""
_KEPT = """    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(consume())
        yield


app = FastAPI(lifespan=lifespan)
"""

RULE = Rule(
    code="AET404",
    name="unwatched-startup-task",
    summary="Start-up begins work whose failure nobody sees.",
    severity="warning",
    observes=UnwatchedTask,
    select=select,
    finding=finding,
    references=(
        "https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task",
        "https://cwe.mitre.org/data/definitions/390.html",
    ),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _HEAD + _LOST, "app/orders.py": _ORDERS},
            good={"app/__init__.py": "", "app/main.py": _HEAD + _KEPT, "app/orders.py": _ORDERS},
        ),
    ),
)
