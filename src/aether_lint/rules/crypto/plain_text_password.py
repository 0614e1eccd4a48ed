"""# plain-text-password

## What it does
Reports a password that is stored, or compared with the stored one, as it was given; and `==` or `!=` between a
configured or stored secret, or a computed MAC, and what a request brings before anybody is authenticated. Clean: form
fields compared with each other, literals, claims, nonces, values of a signed session, comparisons behind a log-in.

## Why is this bad?
A password that is stored as it was given is read by everyone who reads the table. `==` stops at the first character
that differs, and the time it takes tells how much of a guess is right.

## Example
```python
def webhook(request):
    if request.headers["X-Api-Key"] != settings.WEBHOOK_SECRET:
        raise Forbidden()
```

## Fix The fix (safe) compares with `hmac.compare_digest`, where both operands are names or attributes; a value that
is no text is unequal, as before. Stored passwords get no fix: hash them with Argon2."""

from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import Finding, Fix
from aether_lint.rules.crypto._wording import OWASP_PASSWORDS, use_finding
from aether_lint.rules.rule import Example, Rule

KINDS = frozenset({"plain password", "plain storage", "open compare"})


def select(seen: SecretUse) -> bool:
    """Plain passwords and comparisons that leak."""
    return seen.weakness.kind in KINDS


def finding(seen: SecretUse) -> Finding:
    """The words about one of them."""
    weak = seen.weakness
    fix = None
    if weak.kind == "plain storage":
        message = f"{weak.subject} is stored as it was given: whoever reads the table has every password"
        advice = "store argon2.PasswordHasher().hash(password)"
    elif weak.kind == "plain password":
        message = f"{weak.subject} is compared with `{weak.by}` as it stands, so it is stored in plain text"
        advice = "store argon2.PasswordHasher().hash(password), and check with its verify method"
    else:
        message = f"{weak.subject} is compared with `{weak.by}` by ==, whose time tells how much of a guess is right"
        advice = "compare with hmac.compare_digest"
        fix = Fix("compare_digest", "safe", "compare in constant time", weak.span, {"operand": weak.operand})
    return use_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, fix)


RULE = Rule(
    code="AET304",
    name="plain-text-password",
    summary="A secret is stored as it is given, or compared with ==.",
    severity="warning",
    observes=SecretUse,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/256.html",
        "https://cwe.mitre.org/data/definitions/208.html",
        OWASP_PASSWORDS,
        "https://docs.python.org/3/library/hmac.html#hmac.compare_digest",
    ),
    examples=(
        Example(
            bad={
                "app/hooks.py": "import os\n"
                "\n"
                'SECRET = os.environ["WEBHOOK_SECRET"]\n'
                "\n"
                "\n"
                "def receive(request):\n"
                '    token = request.headers.get("X-Token")\n'
                "    if token != SECRET:\n"
                "        raise PermissionError\n"
                "    return request.json()\n"
            },
            good={
                "app/hooks.py": "import hmac\n"
                "import os\n"
                "\n"
                'SECRET = os.environ["WEBHOOK_SECRET"]\n'
                "\n"
                "\n"
                "def receive(request):\n"
                '    token = request.headers.get("X-Token", "")\n'
                "    if not hmac.compare_digest(token.encode(), SECRET.encode()):\n"
                "        raise PermissionError\n"
                "    return request.json()\n"
            },
        ),
    ),
)
