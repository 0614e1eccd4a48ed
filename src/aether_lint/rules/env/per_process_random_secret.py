"""# per-process-random-secret

## What it does
Reports a key that is made anew by every process when its variable is not set: `secrets.token_hex()`,
`Fernet.generate_key()` or `os.urandom()` as a default, an `or` tail or a `default_factory`. Clean: a key that is
generated once and written where every process finds it.

## Why is this bad?
Sessions and tokens end with the process, differ between workers, and what was encrypted cannot be read any more.

## Example
```python
SECRET_KEY = os.getenv("SECRET_KEY") or secrets.token_hex(32)
```

## Fix
The fix (unsafe) makes the variable required.
"""

from aether_lint.detect.env_reads import WeakSetting
from aether_lint.model import Finding
from aether_lint.rules.env._wording import REFERENCES, require_fix, required, setting_finding, when
from aether_lint.rules.rule import Example, Rule


def select(weak: WeakSetting) -> bool:
    """Secrets made by the process."""
    return weak.kind == "random"


def finding(weak: WeakSetting) -> Finding:
    """The words about one random secret."""
    secret = weak.setting.secret
    password = secret is not None and secret.label in ("password", "passphrase", "token")
    effect = (
        "nobody was told it, and each worker and restart asks for another"
        if password
        else "what one worker signs or encrypts, another one rejects, and nothing survives a restart"
    )
    message = f"every process makes its own `{weak.setting.name}` {when(weak)} (`{weak.value}`): {effect}"
    return setting_finding(RULE.code, RULE.name, weak, message, required(weak), fix=require_fix(weak))


RULE = Rule(
    code="AET208",
    name="per-process-random-secret",
    summary="A missing key is replaced by a random one of the process.",
    severity="warning",
    observes=WeakSetting,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/1188.html", *REFERENCES[1:]),
    examples=(
        Example(
            bad={"app.py": 'import os\nimport secrets\n\nKEY = os.getenv("SECRET_KEY") or secrets.token_hex(32)\n'},
            good={"app.py": 'import os\n\nKEY = os.environ["SECRET_KEY"]\n'},
        ),
    ),
)
