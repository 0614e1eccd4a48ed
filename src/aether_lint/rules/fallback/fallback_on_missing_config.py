"""# fallback-on-missing-config

## What it does
Reports the branch that takes a process-local store because a URL, DSN or other setting is not set.

## Why is this bad?
A misspelled or forgotten variable is the most common mistake of a deployment. It should stop the service; here it
changes where the data lives, and nobody notices until it is gone.

## Example
```python
import os

import redis


class MemorySessions:
    def __init__(self):
        self._rows = {}

    def put(self, key, value):
        self._rows[key] = value


def build_sessions():
    url = os.getenv("REDIS_URL")
    if not url:
        return MemorySessions()
    return redis.Redis.from_url(url)
```

## Fix
The fix (unsafe) raises an error that names the variable.

## Options
`volatile`, `durable`: qualified names of your own stores and stand-ins. `test-gates`, `production-guards`: your own
checks that keep a replacement out of production.
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
    advice = f"refuse to start without `{seen.root.name}`"
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, _fix(seen))


def _fix(seen: Degradation) -> Fix:
    arguments = {"variable": seen.root.name, "subject": seen.subject.label}
    return Fix("require_config", "unsafe", f"require `{seen.root.name}`", seen.span, arguments)


RULE = Rule(
    code="AET103",
    name="fallback-on-missing-config",
    summary="A missing address or setting selects a process-local replacement.",
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
                "app/store.py": "import os\n"
                "\n"
                "import redis\n"
                "\n"
                "\n"
                "class MemorySessions:\n"
                "    def __init__(self):\n"
                "        self._rows = {}\n"
                "\n"
                "    def put(self, key, value):\n"
                "        self._rows[key] = value\n"
                "\n"
                "\n"
                "def build_sessions():\n"
                '    url = os.getenv("REDIS_URL")\n'
                "    if not url:\n"
                "        return MemorySessions()\n"
                "    return redis.Redis.from_url(url)\n"
            },
            good={
                "app/store.py": "import os\n"
                "\n"
                "import redis\n"
                "\n"
                "\n"
                "def build_sessions():\n"
                '    return redis.Redis.from_url(os.environ["REDIS_URL"])\n'
            },
        ),
    ),
)
