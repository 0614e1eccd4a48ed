"""# control-fails-open

## What it does
Reports controls that let everything through when they cannot decide: a permission, revocation, limit, screening, halt
or approval check whose handler answers yes, a check that is left out because its secret is not set, an authentication
dependency that a failed import replaces, a revocation or block whose write is lost while the caller is told that it
was made. What lets through depends on the question: True for `is_allowed`, False for `is_revoked`.

## Why is this bad?
The control is off exactly when something is wrong, and nothing says so: requests succeed. Whoever can make its store
fail, or sends requests while it is down, passes.

## Example
```python
def is_revoked(jti):
    try:
        return bool(client.exists(f"revoked:{jti}"))
    except redis.RedisError:
        return False
```

## Fix
The fix (unsafe) raises from the handler and keeps what it logs, so that the request is answered with an error. Where
a check is left out because a setting is missing, require the setting at start-up.

## Options
`test-gates`, `production-guards`: your own checks that keep an open control out of production.
"""

from aether_lint.detect.controls import Opening
from aether_lint.model import Finding
from aether_lint.rules.control_words import finding
from aether_lint.rules.owner import opening_code
from aether_lint.rules.rule import Example, Rule


def select(seen: Opening) -> bool:
    """The openings that this rule owns."""
    return opening_code(seen) == RULE.code


def report(seen: Opening) -> Finding:
    """The words about one of them."""
    return finding(RULE.code, RULE.name, RULE.severity, seen)


RULE = Rule(
    code="AET107",
    name="control-fails-open",
    summary="A check lets everything through when it cannot decide.",
    severity="error",
    observes=Opening,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://cwe.mitre.org/data/definitions/755.html",
        "https://owasp.org/Top10/2025/A10_2025-Mishandling_of_Exceptional_Conditions/",
    ),
    examples=(
        Example(
            bad={
                "app/tokens.py": "import logging\n"
                "\n"
                "import redis\n"
                "\n"
                "log = logging.getLogger(__name__)\n"
                "\n"
                "\n"
                "class Revocations:\n"
                "    def __init__(self, url):\n"
                "        self._client = redis.Redis.from_url(url)\n"
                "\n"
                "    def is_revoked(self, jti):\n"
                "        try:\n"
                '            return bool(self._client.exists(f"revoked:{jti}"))\n'
                "        except redis.RedisError:\n"
                '            log.warning("redis is down")\n'
                "            return False\n"
            },
            good={
                "app/tokens.py": "import logging\n"
                "\n"
                "import redis\n"
                "\n"
                "log = logging.getLogger(__name__)\n"
                "\n"
                "\n"
                "class Revocations:\n"
                "    def __init__(self, url):\n"
                "        self._client = redis.Redis.from_url(url)\n"
                "\n"
                "    def is_revoked(self, jti):\n"
                "        try:\n"
                '            return bool(self._client.exists(f"revoked:{jti}"))\n'
                "        except redis.RedisError:\n"
                '            log.warning("redis is down")\n'
                "            return True\n"
            },
        ),
    ),
)
