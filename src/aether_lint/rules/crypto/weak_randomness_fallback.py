"""# weak-randomness-fallback

## What it does
Reports `secrets` or `os.urandom` that is replaced by the `random` module when it cannot be imported or fails.

## Why is this bad?
The `random` module can be predicted from a few of its values: whoever has seen some tokens knows the next ones.

## Example
```python
try:
    import secrets
except ImportError:
    import random as secrets
```

## Fix
The fix (unsafe) raises where the weaker one is chosen.
"""

from aether_lint.detect.degradations import Degradation
from aether_lint.model import Finding, Fix
from aether_lint.rules.degradation_words import finding, what_happens
from aether_lint.rules.owner import degradation_code
from aether_lint.rules.rule import Example, Rule


def select(seen: Degradation) -> bool:
    """The degradations that this rule owns."""
    return degradation_code(seen) == RULE.code


def report(seen: Degradation) -> Finding:
    """The words about one of them."""
    message = f"{what_happens(seen)}: tokens can be predicted from earlier ones"
    advice = "use secrets or os.urandom alone: both are there on every supported Python"
    codemod = "raise_in_handler" if seen.direct else "require_config"
    fix = Fix(codemod, "unsafe", "raise instead of weak random values", seen.span, {"subject": seen.subject.label})
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, fix)


RULE = Rule(
    code="AET309",
    name="weak-randomness-fallback",
    summary="Secure random values are replaced by the random module.",
    severity="warning",
    preview=True,
    observes=Degradation,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/338.html",
        "https://docs.python.org/3/library/random.html",
    ),
    examples=(
        Example(
            bad={
                "app/tokens.py": "import os\n"
                "import random\n"
                "\n"
                "\n"
                "def new_token() -> str:\n"
                "    try:\n"
                "        return os.urandom(16).hex()\n"
                "    except NotImplementedError:\n"
                "        return f'{random.getrandbits(128):032x}'\n"
            },
            good={"app/tokens.py": "import secrets\n\n\ndef new_token() -> str:\n    return secrets.token_hex(16)\n"},
        ),
    ),
)
