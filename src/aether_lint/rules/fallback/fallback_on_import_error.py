"""# fallback-on-import-error

## What it does
Reports the handler of a failed import that puts something weaker in the place of what could not be imported: a class
or function under the same name whose state is a dict, a fake from a test library, a stub that answers with constants,
an entry in `sys.modules`.

## Why is this bad?
The import fails when an image was built without the package. Instead of a process that does not start, there is one
that serves from its own memory: several workers disagree, a restart loses everything, and nothing is logged as an
error.

## Example
```python
try:
    from redis import Redis
except ImportError:

    class Redis:
        def __init__(self, url):
            self._data = {}

        def get(self, key):
            return self._data.get(key)

        def set(self, key, value):
            self._data[key] = value
```

## Fix
The fix (unsafe) lets the handler raise and names the distribution to install.

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
    advice = f"let the import fail, or refuse to start: install `{distribution(seen)}`"
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, _fix(seen))


def _fix(seen: Degradation) -> Fix:
    arguments = {"kind": "import", "distribution": distribution(seen), "subject": seen.subject.label}
    description = f"raise, and name `{distribution(seen)}` as missing"
    return Fix("raise_in_handler", "unsafe", description, seen.span, arguments)


RULE = Rule(
    code="AET101",
    name="fallback-on-import-error",
    summary="A failed import is answered with a working replacement.",
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
                "    from redis import Redis\n"
                "except ImportError:\n"
                "\n"
                "    class Redis:\n"
                "        def __init__(self, url):\n"
                "            self._data = {}\n"
                "\n"
                "        def get(self, key):\n"
                "            return self._data.get(key)\n"
                "\n"
                "        def set(self, key, value):\n"
                "            self._data[key] = value\n"
            },
            good={"app/store.py": "from redis import Redis\n\n\ndef connect(url):\n    return Redis.from_url(url)\n"},
        ),
    ),
)
