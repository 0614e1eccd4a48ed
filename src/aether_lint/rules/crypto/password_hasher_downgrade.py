"""# password-hasher-downgrade

## What it does
Reports a missing or failing password hasher (argon2, bcrypt, scrypt, passlib) or second-factor verifier that is
replaced by something weaker: in the handler, behind a flag, or by a class or function under the real name. What the
replacement is worth is read from its body, not from its name.

## Why is this bad?
Whoever steals the table of users gets the passwords of all who signed up while the package was missing, and nothing
in the logs says since when that is.

## Example
```python
try:
    import bcrypt
except ImportError:
    bcrypt = None


def hash_password(password):
    if bcrypt is None:
        return hashlib.sha256(password.encode()).hexdigest()
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
```

## Fix
The fix (unsafe) raises where the weaker one is chosen.

## Options
`fix-guard`: `package.module:callable` to call instead of an unconditional raise.
"""

from aether_lint.detect.degradations import Degradation
from aether_lint.model import Finding, Fix
from aether_lint.rules.degradation_words import distribution, finding, what_happens
from aether_lint.rules.owner import degradation_code
from aether_lint.rules.rule import Example, Rule


def select(seen: Degradation) -> bool:
    """The degradations that this rule owns."""
    return degradation_code(seen) == RULE.code


def report(seen: Degradation) -> Finding:
    """The words about one of them."""
    message = f"{what_happens(seen)}: a stolen table of users can be searched by guessing"
    advice = f"refuse to start without {seen.subject.label}: let the import or the error through"
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, _fix(seen))


def _fix(seen: Degradation) -> Fix:
    arguments = {"subject": seen.subject.label}
    if seen.root.kind == "import":
        arguments["distribution"] = distribution(seen)
    codemod = "raise_in_handler" if seen.direct else "require_config"
    return Fix(codemod, "unsafe", "raise instead of a weaker hash", seen.span, arguments)


RULE = Rule(
    code="AET301",
    name="password-hasher-downgrade",
    summary="A missing password hasher is replaced by a weaker one.",
    severity="error",
    observes=Degradation,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/916.html",
        "https://cwe.mitre.org/data/definitions/757.html",
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
    ),
    examples=(
        Example(
            bad={
                "app/passwords.py": "import hashlib\n"
                "\n"
                "try:\n"
                "    import bcrypt\n"
                "except ImportError:\n"
                "    bcrypt = None\n"
                "\n"
                "\n"
                "def hash_password(password):\n"
                "    if bcrypt is None:\n"
                "        return hashlib.sha256(password.encode()).hexdigest()\n"
                "    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())\n"
            },
            good={
                "app/passwords.py": "import bcrypt\n"
                "\n"
                "\n"
                "def hash_password(password):\n"
                "    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())\n"
            },
        ),
    ),
)
