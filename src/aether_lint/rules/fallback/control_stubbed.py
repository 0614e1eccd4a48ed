"""# control-stubbed

## What it does
Reports audit logs, message producers and task queues that a no-op replaces, and single messages or audit records that
are dropped: behind a client that is not there, or in a handler that only logs. What is kept for another try is left
alone, and so are metrics, mails and notifications.

## Why is this bad?
Nobody waits for the answer of a message, so nobody notices that it was not sent: the consumer never learns of the
order, the task never runs, and the record of who did what has a hole.

## Example
```python
try:
    from celery import Celery
except ImportError:

    class Celery:
        def __init__(self, name): ...

        def send_task(self, name, args=()):
            return None
```

## Fix
The fix (unsafe) raises: from the handler, or where the missing client is found.

## Options
`volatile`, `durable`: qualified names of your own stores. `test-gates`, `production-guards`: your own checks that keep
a stub out of production.
"""

from msgspec.structs import replace

from aether_lint.detect.degradations import Degradation
from aether_lint.model import Finding, Fix
from aether_lint.rules.degradation_words import condition, distribution, finding
from aether_lint.rules.owner import degradation_code
from aether_lint.rules.rule import Example, Rule


def select(seen: Degradation) -> bool:
    """The degradations that this rule owns."""
    return degradation_code(seen) == RULE.code


def report(seen: Degradation) -> Finding:
    """The words about one of them."""
    subject = seen.subject.label
    if seen.loss == "skipped":
        message = f"what goes to {subject} is dropped {condition(seen)}, and the caller is told nothing"
    else:
        message = f"{seen.by} takes the place of {subject} {condition(seen)}, and does nothing"
    advice = "raise, or keep the message and send it later"
    found = finding(RULE.code, RULE.name, "error", seen, message, advice, _fix(seen))
    return replace(found, severity="info" if seen.confidence == "low" else "warning")


def _fix(seen: Degradation) -> Fix:
    if seen.handler is not None:
        arguments = {"kind": "import" if seen.root.kind == "import" else "runtime", "subject": seen.subject.label}
        if seen.root.kind == "import":
            arguments["distribution"] = distribution(seen)
        return Fix("raise_in_handler", "unsafe", "raise from the handler", seen.handler, arguments)
    arguments = {"distribution": distribution(seen), "subject": seen.subject.label}
    return Fix("require_config", "unsafe", f"require `{distribution(seen)}`", seen.span, arguments)


_EXAMPLE = """try:
    from confluent_kafka import Producer
except ImportError:
    Producer = None


def publish_order(brokers, order):
    if Producer is None:
        {instead}
    producer = Producer({{"bootstrap.servers": brokers}})
    producer.produce("orders", order)
    producer.flush()
"""

RULE = Rule(
    code="AET109",
    name="control-stubbed",
    summary="Messages, tasks or audit records go nowhere when their carrier is missing.",
    severity="warning",
    observes=Degradation,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/778.html",
        "https://cwe.mitre.org/data/definitions/636.html",
    ),
    examples=(
        Example(
            bad={"app/orders.py": _EXAMPLE.format(instead="return")},
            good={"app/orders.py": _EXAMPLE.format(instead='raise RuntimeError("confluent-kafka is not installed")')},
        ),
    ),
)
