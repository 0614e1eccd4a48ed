"""# unkeyed-signature

## What it does
Reports a function that signs, or checks a signature or proof, with a plain hash into which no key, secret or random
value flows. Clean: fingerprints that nobody checks as a signature, hash chains, HMAC, hashes over a secret.

## Why is this bad?
Everyone can compute the same hash over other content: such a signature proves nothing, and looks as if it did.

## Example
```python
def sign(content, private_key):
    return hashlib.sha256(content).hexdigest()
```

## Fix
None: what to sign with is a decision. `hmac.new(key, ...)` within one system, Ed25519 across systems.
"""

from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import Finding
from aether_lint.rules.crypto._wording import use_finding
from aether_lint.rules.rule import Example, Rule

KINDS = frozenset({"unkeyed signature"})


def select(seen: SecretUse) -> bool:
    """Signatures without a key."""
    return seen.weakness.kind in KINDS


def finding(seen: SecretUse) -> Finding:
    """The words about one of them."""
    weak = seen.weakness
    verb = "checked with" if weak.detail == "check" else "made by"
    message = f"the {weak.subject} is {verb} {weak.by} over what everyone knows, without a key: anyone can forge it"
    advice = "sign with hmac.new(key, ...) or an Ed25519 key, and check with hmac.compare_digest or its verify method"
    return use_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice)


RULE = Rule(
    code="AET311",
    name="unkeyed-signature",
    summary="A hash without a key is called a signature.",
    severity="warning",
    observes=SecretUse,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/345.html",
        "https://cwe.mitre.org/data/definitions/347.html",
    ),
    examples=(
        Example(
            bad={
                "app/receipts.py": "import hashlib\n"
                "\n"
                "\n"
                "def sign(content: bytes, private_key: str) -> str:\n"
                "    return hashlib.sha256(content).hexdigest()\n"
            },
            good={
                "app/receipts.py": "import hashlib\n"
                "import hmac\n"
                "\n"
                "\n"
                "def sign(content: bytes, private_key: str) -> str:\n"
                "    return hmac.new(private_key.encode(), content, hashlib.sha256).hexdigest()\n"
            },
        ),
    ),
)
