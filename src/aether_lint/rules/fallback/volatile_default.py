"""# volatile-default

## What it does
Reports the default of a parameter or of a dataclass field, and the tail of `store or InMemoryStore()`, that stands in
for something durable, where every caller in the project leaves the parameter out. Also reports an object of a class
that calls itself mock, stub, fake or simulated, stands for sending, signing, keeping or authorizing, and is the only
one of its kind that is built.

## Why is this bad?
The parameter looks like a seam for the durable implementation, and nobody uses it: production runs on the default.
There is no branch, no log line and no missing setting that would tell.

Nothing is reported where one caller passes the real thing, where a caller cannot be resolved, or where the class is
handed to a framework that builds it; nor for caches.

## Example
```python
import redis


class RedisQueue:
    def __init__(self, url):
        self._redis = redis.Redis.from_url(url)

    def put(self, job):
        self._redis.rpush("jobs", job)


class InMemoryQueue:
    def __init__(self):
        self._jobs = []

    def put(self, job):
        self._jobs.append(job)


class Dispatcher:
    def __init__(self, queue: RedisQueue | InMemoryQueue | None = None):
        self._queue = queue or InMemoryQueue()


dispatcher = Dispatcher()
```

## Fix
Shown only: make the parameter required, and pass the durable implementation where the object is built.

## Options
`volatile`, `durable`: qualified names of your own stores and stand-ins. `test-gates`, `production-guards`: your own
checks that keep a replacement out of production.
"""

from aether_lint.detect.uninjected import Uninjected
from aether_lint.model import SEVERITIES, Finding, Fix, Related
from aether_lint.rules.rule import FAMILY_OF_HUNDRED, Example, Rule


def select(seen: Uninjected) -> bool:
    """All of them."""
    return bool(seen.by)


def report(seen: Uninjected) -> Finding:
    """The words about one of them."""
    weak = seen.confidence == "low"
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family=FAMILY_OF_HUNDRED[RULE.code[3]],
        severity=SEVERITIES[max(SEVERITIES.index(RULE.severity) - weak, 0)],
        confidence=seen.confidence,
        message=_message(seen),
        help=_advice(seen),
        path=seen.path,
        span=seen.span,
        related=tuple(Related(step.path, step.span, step.text) for step in seen.related),
        fix=Fix("raise_in_handler", "display", _advice(seen), seen.span, {}),
        scope=seen.scope,
    )


def _message(seen: Uninjected) -> str:
    if seen.kind == "built":
        return (
            f"{seen.by} is the only implementation that is built, and calls itself a stand-in {seen.because}; what it "
            f"is given never reaches {seen.subject.label}"
        )
    where = f"`{seen.owner}`"
    lost = "each process then has its own state, and a restart loses it" if seen.keeps else "nothing real is behind it"
    return f"{seen.by} takes the place of {seen.subject.label}: no caller of {where} passes `{seen.parameter}`; {lost}"


def _advice(seen: Uninjected) -> str:
    if seen.kind == "built":
        return "build the real implementation, or refuse to start without it"
    return f"make `{seen.parameter}` required and pass the durable implementation"


_STORES = (
    "import redis\n"
    "\n"
    "\n"
    "class RedisQueue:\n"
    "    def __init__(self, url):\n"
    "        self._redis = redis.Redis.from_url(url)\n"
    "\n"
    "    def put(self, job):\n"
    '        self._redis.rpush("jobs", job)\n'
    "\n"
    "\n"
    "class InMemoryQueue:\n"
    "    def __init__(self):\n"
    "        self._jobs = []\n"
    "\n"
    "    def put(self, job):\n"
    "        self._jobs.append(job)\n"
)

RULE = Rule(
    code="AET106",
    name="volatile-default",
    summary="A parameter's default is a process-local or mock replacement, and nobody passes the real one.",
    severity="warning",
    observes=Uninjected,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://cwe.mitre.org/data/definitions/1188.html",
    ),
    examples=(
        Example(
            bad={
                "app/queues.py": _STORES,
                "app/dispatch.py": "from app.queues import InMemoryQueue\n"
                "\n"
                "\n"
                "class Dispatcher:\n"
                "    def __init__(self, queue=None):\n"
                "        self._queue = queue or InMemoryQueue()\n"
                "\n"
                "\n"
                "dispatcher = Dispatcher()\n",
            },
            good={
                "app/queues.py": _STORES,
                "app/dispatch.py": "import os\n"
                "\n"
                "from app.queues import RedisQueue\n"
                "\n"
                "\n"
                "class Dispatcher:\n"
                "    def __init__(self, queue):\n"
                "        self._queue = queue\n"
                "\n"
                "\n"
                'dispatcher = Dispatcher(RedisQueue(os.environ["REDIS_URL"]))\n',
            },
        ),
    ),
)
