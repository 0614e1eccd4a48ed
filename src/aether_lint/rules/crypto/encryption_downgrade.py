"""# encryption-downgrade

## What it does
Reports a missing or failing cipher that is replaced by Base64, by plain text or by nothing; an encrypted column type
that becomes an ordinary one; a failed decryption that is answered with the stored text or a constant, a failed
encryption with the plain value; and a function called encrypt or decrypt that only encodes, mixes with XOR, or never
looks at the key it is given. Clean: a failure that raises or answers None, old plain text that is told apart by its
prefix, Base64 as transport.

## Why is this bad?
What was to be encrypted lies in plain text from then on, in the database and in every backup, and the code that reads
it works. A stored text that is handed on after a failed decryption is used as if it were the secret, or saved again.

## Example
```python
def encrypt(text):
    if Fernet is None:
        return text
    return Fernet(KEY).encrypt(text.encode()).decode()
```

## Fix
The fix (unsafe) raises where the weaker one is chosen. A function that only bears the name gets none.

## Options
`fix-guard`: `package.module:callable` to call instead of an unconditional raise.
"""

from aether_lint.detect.degradations import Degradation
from aether_lint.detect.secret_uses import SecretUse
from aether_lint.model import Finding, Fix
from aether_lint.rules.crypto._wording import OWASP_STORAGE, use_finding
from aether_lint.rules.degradation_words import distribution, finding, what_happens
from aether_lint.rules.owner import degradation_code
from aether_lint.rules.rule import Example, Rule

KINDS = frozenset(
    {"failed decryption", "failed encryption", "encoding as encryption", "xor as encryption", "unused key"}
)


def select(seen: Degradation | SecretUse) -> bool:
    """Lost ciphers, and ciphers that are none."""
    if isinstance(seen, Degradation):
        return degradation_code(seen) == RULE.code
    return seen.weakness.kind in KINDS


def report(seen: Degradation | SecretUse) -> Finding:
    """The words about one of them."""
    if isinstance(seen, SecretUse):
        return _use(seen)
    message = f"{what_happens(seen)}: what was to be encrypted can be read by whoever has the data"
    advice = f"refuse to go on without {seen.subject.label}: let the import or the error through"
    arguments = {"subject": seen.subject.label}
    if seen.root.kind == "import":
        arguments["distribution"] = distribution(seen)
    codemod = "raise_in_handler" if seen.direct else "require_config"
    fix = Fix(codemod, "unsafe", "raise instead of going on in plain text", seen.span, arguments)
    return finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, fix)


def _use(seen: SecretUse) -> Finding:
    weak = seen.weakness
    fix = None
    match weak.kind:
        case "failed decryption":
            message = f"{weak.by} is handed on when {weak.subject} fails, and is then used as if it were the secret"
            advice = "let the error through; tell old plain text apart by a prefix"
            fix = Fix("raise_in_handler", "unsafe", "raise when decryption fails", weak.span, {"kind": "runtime"})
        case "failed encryption":
            message = f"{weak.by} is handed on when {weak.subject} fails, and is then stored as if it were encrypted"
            advice = "let the error through"
            fix = Fix("raise_in_handler", "unsafe", "raise when encryption fails", weak.span, {"kind": "runtime"})
        case "unused key":
            message = f"`{weak.by}` never looks at `{weak.subject}`: whoever gave it is not who can read the result"
            advice = "derive the key from what the caller gives, or drop the parameter"
        case _:
            message = f"`{weak.subject}` only applies {weak.by}: everyone who has the result can read it"
            advice = "encrypt with cryptography.fernet.Fernet, or call the function what it does"
    return use_finding(RULE.code, RULE.name, RULE.severity, seen, message, advice, fix)


RULE = Rule(
    code="AET307",
    name="encryption-downgrade",
    summary="Encryption is replaced by plain text or an encoding.",
    severity="error",
    observes=Degradation,
    also=(SecretUse,),
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/311.html",
        "https://cwe.mitre.org/data/definitions/636.html",
        OWASP_STORAGE,
    ),
    examples=(
        Example(
            bad={
                "app/vault.py": "from cryptography.fernet import Fernet, InvalidToken\n"
                "\n"
                "\n"
                "def read(fernet: Fernet, token: str) -> str:\n"
                "    try:\n"
                "        return fernet.decrypt(token.encode()).decode()\n"
                "    except InvalidToken:\n"
                "        return token\n"
            },
            good={
                "app/vault.py": "from cryptography.fernet import Fernet\n"
                "\n"
                "\n"
                "def read(fernet: Fernet, token: str) -> str:\n"
                "    return fernet.decrypt(token.encode()).decode()\n"
            },
        ),
    ),
)
