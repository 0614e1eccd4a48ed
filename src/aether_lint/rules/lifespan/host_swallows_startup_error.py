"""# host-swallows-startup-error

## What it does
Reports a `raise` in a worker hook whose host catches what it raises and goes on: signals of Celery, middleware of
Dramatiq. The exception that does end the worker is left alone.

## Why is this bad?
The check reads as if it refused to start. The worker logs a traceback and takes jobs, with the wrong schema or
without its model.

## Example
```python
@worker_init.connect
def check_schema(**_):
    if schema_version() != 7:
        raise RuntimeError("wrong schema")
```

## Fix
Raise what the host lets through: `celery.exceptions.WorkerShutdown`, `dramatiq.middleware.MiddlewareError`.
"""

from aether_lint.detect.startup_hosts import HostTrap
from aether_lint.model import Finding
from aether_lint.rules.lifespan._host_words import host_finding
from aether_lint.rules.rule import Example, Rule


def select(seen: HostTrap) -> bool:
    """The traps of this kind."""
    return seen.kind == "raise logged"


def finding(seen: HostTrap) -> Finding:
    """The words about one of them."""
    message = f"{seen.host} logs what its hooks raise and starts the worker all the same"
    advice = f"end the worker: `raise {seen.cure}`"
    return host_finding(RULE.code, RULE.name, seen, message, advice)


_HOOK = """import os

import psycopg
from celery.exceptions import WorkerShutdown
from celery.signals import worker_init


@worker_init.connect
def check_schema(**_):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        version = connection.execute("SELECT version FROM schema_version").fetchone()
    if version != (7,):
        raise RuntimeError("wrong schema")
"""
_APP = """import os

import psycopg
from celery.exceptions import WorkerShutdown
from celery.signals import worker_init


@worker_init.connect
def check_schema(**_):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        version = connection.execute("SELECT version FROM schema_version").fetchone()
    if version != (7,):
        raise WorkerShutdown("wrong schema")
"""

RULE = Rule(
    code="AET416",
    name="host-swallows-startup-error",
    summary="A start-up check raises in a host that only logs it.",
    severity="warning",
    observes=HostTrap,
    select=select,
    finding=finding,
    references=(
        "https://docs.celeryq.dev/en/stable/userguide/signals.html",
        "https://dramatiq.io/reference.html#middleware",
    ),
    examples=(Example(bad={"tasks/worker.py": _HOOK}, good={"tasks/worker.py": _APP}),),
)
