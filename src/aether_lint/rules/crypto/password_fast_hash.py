"""# password-fast-hash

## What it does
Reports a password, passphrase or PIN that goes through MD5, SHA-1, SHA-2, SHA-3 or BLAKE2, with or without a salt,
and is then stored or checked; and a passlib context, a Werkzeug method or Django's `PASSWORD_HASHERS` whose first
entry, with which new passwords are hashed, is plain or fast. What is a password is read from the parameter,
attribute, form field or caller that it comes from. Clean: hashes of files, cache keys and generated tokens,
`usedforsecurity=False`, a digest that is sent to another service or cut short, a fast hash beside a real hasher (an
old hash that is checked and replaced, a digest before bcrypt), and weak schemes behind a strong first one.

## Why is this bad?
Fast hashes are made to be fast: a graphics card tries billions of passwords a second, so a stolen table of users is
read within hours. A salt only stops one attack on all rows at once.

## Example
```python
def hash_password(password, salt):
    return hashlib.sha256((salt + password).encode()).hexdigest()
```

## Fix
None: existing hashes must be replaced when their owners log in. `argon2.PasswordHasher` does both.
"""

from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import Finding
from aether_lint.rules.crypto._wording import OWASP_PASSWORDS, use_finding
from aether_lint.rules.rule import Example, Rule

KINDS = frozenset({"fast hash", "fast scheme"})


def select(seen: SecretUse) -> bool:
    """Fast hashes and fast schemes."""
    return seen.weakness.kind in KINDS


def finding(seen: SecretUse) -> Finding:
    """The words about one of them."""
    weak = seen.weakness
    if weak.kind == "fast scheme":
        message = (
            f"{weak.subject} are protected by {weak.by}, the first scheme of the list: a stolen "
            "table of users can be searched by guessing"
        )
        advice = "put Argon2 (or bcrypt) first; keep the old scheme behind it, marked as deprecated"
    else:
        message = (
            f"`{weak.subject}` is protected by {weak.by}, which tries billions of guesses a "
            "second: a stolen table of users can be searched"
        )
        advice = "hash passwords with argon2.PasswordHasher(); check old hashes once more at log-in, then replace them"
    return use_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice)


RULE = Rule(
    code="AET303",
    name="password-fast-hash",
    summary="A password is protected by a fast hash.",
    severity="error",
    observes=SecretUse,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/916.html",
        "https://cwe.mitre.org/data/definitions/327.html",
        OWASP_PASSWORDS,
    ),
    examples=(
        Example(
            bad={
                "app/passwords.py": "import hashlib\n"
                "\n"
                "\n"
                "def hash_password(password, salt):\n"
                "    return hashlib.sha256((salt + password).encode()).hexdigest()\n"
            },
            good={
                "app/passwords.py": "from argon2 import PasswordHasher\n"
                "\n"
                "\n"
                "def hash_password(password):\n"
                "    return PasswordHasher().hash(password)\n"
            },
        ),
    ),
)
