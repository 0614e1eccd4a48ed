"""# permissive-toggle-default

## What it does
Reports a security switch whose default is the open position: authentication, CSRF protection or signature checks off,
debug mode on, an administrator's role for everyone, hosts or origins `*` (error); TLS verification off, unencrypted
transport, open registration, sanitizing or sandbox off (warning); automatic reload (info). Which position is open
depends on the switch: `VERIFY_SSL` false, `SKIP_VERIFY` true. Clean: switches that are closed until an operator opens
them, one of several ways to sign in that is off, a lesser switch that the settings class of production closes.

## Why is this bad?
The protection has to be asked for, and whoever forgets to ask runs without it.

## Example
```python
ENFORCE_CSRF = os.environ.get("ENFORCE_CSRF", "false") == "true"
```

## Fix
Give the switch its closed position as default.

## Options
`production-guards`: functions that refuse to go on in production.
"""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Finding
from aether_lint.rules.env._wording import REFERENCES, setting_finding, when
from aether_lint.rules.rule import Example, Rule

_MESSAGES = {
    "true": "{subject} is on {when} (`{name}` defaults to {value})",
    "false": "{subject} is off {when} (`{name}` defaults to {value})",
    "any": "{subject} admits anyone {when}: `{name}` defaults to {value}",
    "admin": "{subject} is {value} {when}: `{name}` makes administrators of accounts without a role",
    "plaintext": "{subject} is off {when}: `{name}` defaults to {value}",
}


def select(weak: WeakSetting) -> bool:
    """Switches in their open position."""
    return weak.kind == "open" and weak.toggle is not None


def finding(weak: WeakSetting) -> Finding:
    """The words about one switch."""
    assert weak.toggle is not None
    opens = weak.toggle.open == "true" and not _is_a_danger(weak.toggle.subject)
    template = _MESSAGES["false" if opens else weak.toggle.open]
    message = template.format(
        subject=weak.toggle.subject, when=when(weak), name=weak.setting.name, value=f"`{weak.value}`"
    )
    closed = {"true": "false", "false": "true"}.get(weak.toggle.open)
    advice = f"default to `{closed}`" if closed else "default to nothing; let the operator name who may pass"
    return setting_finding(RULE.code, RULE.name, weak, message, advice)


DANGERS = (
    "debug",
    "insecure",
    "unsafe",
    "unauthenticated",
    "unencrypted",
    "acceptance",
    "mock",
    "anonymous",
    "registration",
    "reload",
    "docu",
    "metrics",
    "cross-origin",
    "forward",
)


def _is_a_danger(subject: str) -> bool:
    """Whether the subject itself is what should be off; the others are protections that a flag removes."""
    return any(word in subject for word in DANGERS)


RULE = Rule(
    code="AET204",
    name="permissive-toggle-default",
    summary="A security switch is open by default.",
    severity="error",
    observes=WeakSetting,
    select=select,
    finding=finding,
    references=("https://owasp.org/Top10/A05_2021-Security_Misconfiguration/", *REFERENCES),
    examples=(
        Example(
            bad={"conf.py": 'import os\n\nENFORCE_CSRF = os.environ.get("ENFORCE_CSRF", "false") == "true"\n'},
            good={"conf.py": 'import os\n\nENFORCE_CSRF = os.environ.get("ENFORCE_CSRF", "true") == "true"\n'},
        ),
    ),
)
