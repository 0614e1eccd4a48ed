"""# degenerate-key

## What it does
Reports the key of a cipher, MAC, signature or token that constant characters or its own repetition bring to length,
or that is an empty text when the real one is missing; a cipher key that is one unsalted hash of a passphrase or
setting; and a salt of a key derivation that is a literal, also as the fallback. Clean: generated keys, keys whose
length is checked, Base64 padding, HKDF.

## Why is this bad?
A padded key has the strength of what was given, an empty one that of nothing, and both work without a word. One hash
of a passphrase can be searched at full speed, and a fixed salt lets one search serve for every installation.

## Example
```python
cipher = AESGCM(os.environ["KEY"].encode().ljust(32, b"0"))
```

## Fix
Shown in the help: generate a key of the right length, or derive it with scrypt or PBKDF2 and a stored random salt.
"""

from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import Finding
from aether_lint.rules.crypto._wording import OWASP_STORAGE, use_finding
from aether_lint.rules.rule import Example, Rule

KINDS = frozenset({"padded key", "empty key", "hashed key", "fixed salt"})


def select(seen: SecretUse) -> bool:
    """Keys and salts that are none."""
    return seen.weakness.kind in KINDS


def finding(seen: SecretUse) -> Finding:
    """The words about one of them."""
    weak = seen.weakness
    advice = "generate a key of the right length, and raise when the one that is given is shorter"
    match weak.kind:
        case "padded key":
            message = (
                f"the key of {weak.subject} is {weak.by} when it is too short: the part that "
                "can be guessed is all of it"
            )
        case "empty key":
            message = f"the key of {weak.subject} is {weak.by} when the real one is missing: everyone can make the same"
            advice = "raise when the key is missing"
        case "hashed key":
            message = f"the key of {weak.subject} is {weak.by}: passphrases can be tried at the speed of the hash"
            advice = "use a generated key, or derive it with scrypt or PBKDF2 and a stored random salt"
        case _:
            message = f"the salt of {weak.subject} is {weak.by}: one search for passwords serves for all of them"
            advice = "draw a salt with os.urandom(16) for each password and store it beside the hash"
    return use_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice)


RULE = Rule(
    code="AET310",
    name="degenerate-key",
    summary="A key is padded, empty or one hash of a passphrase; a salt is the same for all.",
    severity="error",
    observes=SecretUse,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/326.html",
        "https://cwe.mitre.org/data/definitions/760.html",
        OWASP_STORAGE,
    ),
    examples=(
        Example(
            bad={
                "app/vault.py": "import os\n"
                "\n"
                "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
                "\n"
                "\n"
                "def cipher():\n"
                '    key = os.environ["VAULT_KEY"].encode()\n'
                '    return AESGCM(key.ljust(32, b"0"))\n'
            },
            good={
                "app/vault.py": "import os\n"
                "\n"
                "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
                "\n"
                "\n"
                "def cipher():\n"
                '    return AESGCM(bytes.fromhex(os.environ["VAULT_KEY"]))\n'
            },
        ),
    ),
)
