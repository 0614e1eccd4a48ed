"""# algorithm-from-configuration

## What it does
Reports `getattr(hashlib, name, hashlib.md5)`, a hash named by a request, a password hash named by a setting whose
default is weak, a token decode whose algorithms come from the token's own header, contain `none`, or are not given
to a library that then accepts any. Clean: a name that is tested against a list, a setting with a sound default.

## Why is this bad?
A mistyped name silently becomes the weak default, and whoever sends the message chooses how it is checked.

## Example
```python
digest = getattr(hashlib, os.getenv("HASH", "sha256"), hashlib.md5)
```

## Fix
The change is shown in the help: a list of allowed names stands with the code that knows them.
"""

from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import Finding
from aether_lint.rules.crypto._wording import use_finding
from aether_lint.rules.rule import Example, Rule

KINDS = frozenset({"algorithm fallback", "algorithm from input", "no algorithm", "any algorithm"})


def select(seen: SecretUse) -> bool:
    """Choices that nothing limits."""
    return seen.weakness.kind in KINDS


def finding(seen: SecretUse) -> Finding:
    """The words about one of them."""
    weak = seen.weakness
    advice = "name the allowed algorithms in the code, and raise for every other"
    match weak.kind:
        case "algorithm fallback":
            named = f" `{weak.detail}`" if weak.detail else " the name"
            message = f"{weak.subject} becomes {weak.by} when{named} is not set or unknown, and nothing says so"
        case "any algorithm":
            message = f"`none` is among the algorithms of {weak.subject}: one without any signature is accepted"
            advice = "list only algorithms that sign"
        case "no algorithm":
            message = f"no algorithms are given to check {weak.subject}: {weak.by} chooses how it is checked"
            advice = "pass algorithms=[...] with the one that the issuer uses"
        case _:
            message = f"the algorithm of {weak.subject} is chosen by `{weak.by}`, which the sender writes"
    return use_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice)


RULE = Rule(
    code="AET305",
    name="algorithm-from-configuration",
    summary="A hash or token algorithm is chosen by a setting or by the message.",
    severity="warning",
    observes=SecretUse,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/757.html",
        "https://cwe.mitre.org/data/definitions/327.html",
        "https://www.rfc-editor.org/rfc/rfc8725#section-3.1",
    ),
    examples=(
        Example(
            bad={
                "app/digests.py": "import hashlib\n"
                "import os\n"
                "\n"
                "\n"
                "def digest(data):\n"
                '    algorithm = getattr(hashlib, os.getenv("HASH_ALGORITHM", "sha256"), hashlib.md5)\n'
                "    return algorithm(data).hexdigest()\n"
            },
            good={
                "app/digests.py": "import hashlib\n\n\ndef digest(data):\n    return hashlib.sha256(data).hexdigest()\n"
            },
        ),
    ),
)
