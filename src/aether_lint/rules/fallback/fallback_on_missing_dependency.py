"""# fallback-on-missing-dependency

## What it does
Reports the use of an import that may have failed (bound to None, or told by a flag, here or in another module) that
goes on with a process-local replacement.

## Why is this bad?
The handler of the import looks harmless. The damage is done where the flag is read: the write that should be durable
goes to a list.

## Example
```python
try:
    import psycopg
except ImportError:
    psycopg = None


class Fills:
    def __init__(self, dsn):
        self._dsn = dsn
        self._memory = []

    def record(self, fill):
        if psycopg is None:
            self._memory.append(fill)
            return
        with psycopg.connect(self._dsn) as connection:
            connection.execute("INSERT INTO fills VALUES (%s)", (fill,))
```

## Fix
The fix (unsafe) raises at the use.

## Options
`volatile`, `durable`: qualified names of your own stores and stand-ins. `test-gates`, `production-guards`: your own
checks that keep a replacement out of production.
"""

from aether_lint.detect.degradations import Degradation
from aether_lint.model import Finding, Fix
from aether_lint.rules.degradation_words import consequence, distribution, finding, what_happens
from aether_lint.rules.owner import degradation_code
from aether_lint.rules.rule import Example, Rule


def select(seen: Degradation) -> bool:
    """The degradations that this rule owns."""
    return degradation_code(seen) == RULE.code


def report(seen: Degradation) -> Finding:
    """The words about one of them."""
    message = f"{what_happens(seen)}; {consequence(seen)}"
    advice = f"raise here, or install `{distribution(seen)}` and import it unconditionally"
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, _fix(seen))


def _fix(seen: Degradation) -> Fix:
    arguments = {"distribution": distribution(seen), "subject": seen.subject.label}
    return Fix("require_config", "unsafe", f"require `{distribution(seen)}`", seen.span, arguments)


RULE = Rule(
    code="AET104",
    name="fallback-on-missing-dependency",
    summary="Code goes on without an optional dependency, in process memory.",
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
                "app/store.py": "try:\n"
                "    import psycopg\n"
                "except ImportError:\n"
                "    psycopg = None\n"
                "\n"
                "\n"
                "class Fills:\n"
                "    def __init__(self, dsn):\n"
                "        self._dsn = dsn\n"
                "        self._memory = []\n"
                "\n"
                "    def record(self, fill):\n"
                "        if psycopg is None:\n"
                "            self._memory.append(fill)\n"
                "            return\n"
                "        with psycopg.connect(self._dsn) as connection:\n"
                '            connection.execute("INSERT INTO fills VALUES (%s)", (fill,))\n'
            },
            good={
                "app/store.py": "try:\n"
                "    import psycopg\n"
                "except ImportError:\n"
                "    psycopg = None\n"
                "\n"
                "\n"
                "class Fills:\n"
                "    def __init__(self, dsn):\n"
                "        self._dsn = dsn\n"
                "\n"
                "    def record(self, fill):\n"
                "        if psycopg is None:\n"
                '            raise RuntimeError("psycopg is not installed")\n'
                "        with psycopg.connect(self._dsn) as connection:\n"
                '            connection.execute("INSERT INTO fills VALUES (%s)", (fill,))\n'
            },
        ),
    ),
)
