"""# weak-work-factor

## What it does
Reports costs of bcrypt, PBKDF2, scrypt and Argon2, of passlib contexts, Django hashers and Flask-Bcrypt that lie
below the minimum of the OWASP Password Storage Cheat Sheet: as a literal, or as the default of a setting or
parameter. PBKDF2 and scrypt count where a password flows in. Clean: checking a hash that was made with an older
cost, configurations for tests.

## Why is this bad?
The cost is all that stands between a stolen table of users and its passwords; each halving halves the bill.

## Example
```python
bcrypt.hashpw(password, bcrypt.gensalt(rounds=4))
```

## Fix
The fix (unsafe: logging in becomes slower) raises a literal to the minimum.
"""

from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import Finding, Fix
from aether_lint.rules.crypto._wording import OWASP_PASSWORDS, use_finding
from aether_lint.rules.rule import Example, Rule

KINDS = frozenset({"work factor"})


def select(seen: SecretUse) -> bool:
    """Costs that are too low."""
    return seen.weakness.kind in KINDS


def finding(seen: SecretUse) -> Finding:
    """The words about one of them."""
    weak = seen.weakness
    minimum = f"{int(weak.detail):,}" if weak.detail.isdigit() else weak.detail
    message = (
        f"{weak.subject} runs with {weak.by}, below the minimum of {minimum}: guessing passwords is that much cheaper"
    )
    fix = None
    if weak.operand:
        keyword, position, value = weak.operand.split(",")
        arguments = {"keyword": keyword, "position": position, "value": value}
        fix = Fix("raise_work_factor", "unsafe", f"raise the cost to {minimum}", weak.span, arguments)
    advice = f"use at least {minimum}; hashes made with less can be renewed when their owners log in"
    return use_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, fix)


RULE = Rule(
    code="AET306",
    name="weak-work-factor",
    summary="Password hashing costs less than OWASP asks for.",
    severity="warning",
    observes=SecretUse,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/916.html",
        OWASP_PASSWORDS,
    ),
    examples=(
        Example(
            bad={
                "app/passwords.py": "import bcrypt\n"
                "\n"
                "\n"
                "def hash_password(password):\n"
                "    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=6))\n"
            },
            good={
                "app/passwords.py": "import bcrypt\n"
                "\n"
                "\n"
                "def hash_password(password):\n"
                "    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=12))\n"
            },
            fixed={
                "app/passwords.py": "import bcrypt\n"
                "\n"
                "\n"
                "def hash_password(password):\n"
                "    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=10))\n"
            },
        ),
    ),
)
