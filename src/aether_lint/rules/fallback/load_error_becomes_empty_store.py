"""# load-error-becomes-empty-store

## What it does
Reports handlers that take state that cannot be read for empty state, where the program then writes it back to the
same file. A file that does not exist yet is no error, a copy that is put aside is kept, and caches may be lost.

## Why is this bad?
One unreadable byte, a full disk or a missing permission at start-up, and the next save replaces everything that was
stored by what has happened since.

## Example
```python
def load(self):
    try:
        with open(self.path) as file:
            self.orders = json.load(file)
    except Exception:
        self.orders = {}


def save(self):
    with open(self.path, "w") as file:
        json.dump(self.orders, file)
```

## Fix
The fix (unsafe) raises from the handler. Catch `FileNotFoundError` alone for the first start.
"""

from aether_lint.detect.lost_loads import LostLoad
from aether_lint.model import Finding, Fix, Related
from aether_lint.rules.rule import Example, Rule


def select(seen: LostLoad) -> bool:
    """Every one of them."""
    return True


def report(seen: LostLoad) -> Finding:
    """The words about one of them."""
    message = f"`{seen.state}` becomes {seen.by} when it cannot be read, and is written back: what was stored is lost"
    fix = Fix("raise_in_handler", "unsafe", "raise from the handler", seen.span, _ARGUMENTS | {"subject": seen.state})
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="fallback",
        severity=RULE.severity,
        confidence=seen.confidence,
        message=message,
        help="raise, and begin empty only where the file does not exist (`except FileNotFoundError`)",
        path=seen.path,
        span=seen.span,
        related=tuple(Related(step.path, step.span, step.text) for step in seen.related),
        fix=fix,
        scope=seen.scope,
    )


_ARGUMENTS = {"kind": "runtime"}
_STORE = """import json
import os

PATH = "/var/lib/shop/orders.json"


class Orders:
    def __init__(self):
        self._orders = {{}}
        self.load()

    def load(self):
        if not os.path.exists(PATH):
            return
        try:
            with open(PATH) as file:
                self._orders = json.load(file)
        except ValueError:
            {instead}

    def add(self, number, order):
        self._orders[number] = order
        with open(PATH, "w") as file:
            json.dump(self._orders, file)
"""

RULE = Rule(
    code="AET110",
    name="load-error-becomes-empty-store",
    summary="State that cannot be read is taken for empty and written back.",
    severity="warning",
    observes=LostLoad,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/755.html",
        "https://cwe.mitre.org/data/definitions/636.html",
    ),
    examples=(
        Example(
            bad={"app/orders.py": _STORE.format(instead="self._orders = {}")},
            good={"app/orders.py": _STORE.format(instead='raise RuntimeError(f"{PATH} is damaged") from None')},
        ),
    ),
)
