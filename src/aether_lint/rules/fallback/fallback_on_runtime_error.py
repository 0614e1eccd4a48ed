"""# fallback-on-runtime-error

## What it does
Reports the handler of a failed connection, read or write that installs a replacement, switches the client off in a
way that later code tolerates, or simply ends so that the method goes on with its process-local copy.

## Why is this bad?
An outage turns into wrong answers: what one worker wrote, the others do not see, and a write that was acknowledged is
gone after the next deployment.

## Example
```python
import logging

import redis

log = logging.getLogger(__name__)


class Sessions:
    def __init__(self, url):
        self._client = redis.Redis.from_url(url)
        self._local = {}

    def save(self, key, value):
        try:
            self._client.set(key, value)
            return
        except redis.RedisError:
            log.warning("redis is down")
        self._local[key] = value
```

## Fix
The fix (unsafe) raises from the handler and keeps what it logs; with `fix-guard` it calls the guard before the
replacement.

## Options
`fix-guard`: `package.module:callable` that decides whether to go on. `volatile`, `durable`: qualified names of your
own stores.
"""

from aether_lint.detect.degradations import Degradation
from aether_lint.model import Finding, Fix
from aether_lint.rules.degradation_words import consequence, finding, what_happens
from aether_lint.rules.owner import degradation_code
from aether_lint.rules.rule import Example, Rule


def select(seen: Degradation) -> bool:
    """The degradations that this rule owns."""
    return degradation_code(seen) == RULE.code


def report(seen: Degradation) -> Finding:
    """The words about one of them."""
    message = f"{what_happens(seen)}; {consequence(seen)}"
    advice = "let the error out: `raise` from the handler, or answer 503"
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, _fix(seen))


def _fix(seen: Degradation) -> Fix:
    target = seen.handler or seen.span
    arguments = {"kind": "runtime", "subject": seen.subject.label}
    return Fix("raise_in_handler", "unsafe", "raise from the handler", target, arguments)


RULE = Rule(
    code="AET102",
    name="fallback-on-runtime-error",
    summary="A failed call to a durable service is answered from process memory.",
    severity="error",
    observes=Degradation,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://cwe.mitre.org/data/definitions/755.html",
    ),
    examples=(
        Example(
            bad={
                "app/store.py": "import logging\n"
                "\n"
                "import redis\n"
                "\n"
                "log = logging.getLogger(__name__)\n"
                "\n"
                "\n"
                "class Sessions:\n"
                "    def __init__(self, url):\n"
                "        self._client = redis.Redis.from_url(url)\n"
                "        self._local = {}\n"
                "\n"
                "    def save(self, key, value):\n"
                "        try:\n"
                "            self._client.set(key, value)\n"
                "            return\n"
                "        except redis.RedisError:\n"
                '            log.warning("redis is down")\n'
                "        self._local[key] = value\n"
            },
            good={
                "app/store.py": "import redis\n"
                "\n"
                "\n"
                "class Sessions:\n"
                "    def __init__(self, url):\n"
                "        self._client = redis.Redis.from_url(url)\n"
                "\n"
                "    def save(self, key, value):\n"
                "        self._client.set(key, value)\n"
            },
        ),
    ),
)
