"""# fallback-behind-override-flag

## What it does
Reports a replacement that an environment variable can select although nothing keeps the variable out of production.

## Why is this bad?
A flag that was made for a laptop is one copied manifest away from production. `"pytest" in sys.modules or
os.getenv(...)` is a flag too.

## Example
```python
import os

import redis


class MemorySessions:
    def __init__(self):
        self._rows = {}

    def put(self, key, value):
        self._rows[key] = value


def build_sessions(url):
    if os.getenv("ALLOW_MEMORY_SESSIONS") == "1":
        return MemorySessions()
    return redis.Redis.from_url(url)
```

## Fix
The fix (unsafe) inserts the `fix-guard` before the replacement; without one there is only the advice.

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
    advice = "keep the flag out of production: refuse it when the environment is production"
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, _fix(seen))


def _fix(seen: Degradation) -> Fix:
    arguments = {"subject": seen.subject.label}
    return Fix("raise_in_handler", "display", "guard the replacement", seen.span, arguments)


RULE = Rule(
    code="AET105",
    name="fallback-behind-override-flag",
    summary="An environment flag can select a process-local replacement in production.",
    severity="warning",
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
                "def build_sessions(url):\n"
                '    if os.getenv("ALLOW_MEMORY_SESSIONS") == "1":\n'
                "        return MemorySessions()\n"
                "    return redis.Redis.from_url(url)\n"
            },
            good={
                "app/store.py": "import os\n"
                "import sys\n"
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
                "def build_sessions(url):\n"
                '    if "pytest" in sys.modules:\n'
                "        return MemorySessions()\n"
                "    return redis.Redis.from_url(url)\n"
            },
        ),
    ),
)
