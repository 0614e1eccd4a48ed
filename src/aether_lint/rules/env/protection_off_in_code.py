"""# protection-off-in-code

## What it does
Reports a protection that a literal switches off where it is used: certificates that are not checked, cookies without
their Secure or HttpOnly flag, any origin together with credentials, the host name check of a TLS context. A value
that comes from a setting is left alone, and so is a literal under a condition: somebody decides.

## Why is this bad?
No operator can turn it on again. Whoever reads the configuration of the deployment sees nothing of it.

## Example
```python
reply = requests.get(LEDGER_URL, verify=False)
```

## Fix
Leave the argument out, or give the path of the certificate authority.
"""

from aether_lint.detect.protections_off import ProtectionOff
from aether_lint.model import Finding
from aether_lint.rules.rule import Example, Rule


def select(seen: ProtectionOff) -> bool:
    """All of them."""
    return bool(seen.subject)


def finding(seen: ProtectionOff) -> Finding:
    """The words about one protection."""
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="env",
        severity=RULE.severity,
        confidence=seen.confidence,
        message=f"{seen.subject} is off here by a literal (`{seen.text}`): no setting of a deployment can turn it on",
        help="leave it at the library's default, or read it from a setting that is closed when it is not set",
        path=seen.path,
        span=seen.span,
        scope=seen.scope,
    )


_CALL = 'import requests\n\nreply = requests.get("https://ledger.internal/balance"{})\n'

RULE = Rule(
    code="AET213",
    name="protection-off-in-code",
    summary="Certificate check, cookie flag or origin check is off by a literal at the call.",
    severity="warning",
    observes=ProtectionOff,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/295.html",
        "https://cwe.mitre.org/data/definitions/614.html",
        "https://cwe.mitre.org/data/definitions/942.html",
    ),
    preview=True,
    examples=(Example(bad={"client.py": _CALL.format(", verify=False")}, good={"client.py": _CALL.format("")}),),
)
