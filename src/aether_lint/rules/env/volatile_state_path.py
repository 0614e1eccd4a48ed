"""# volatile-state-path

## What it does
Reports settings that say where keys, secrets, a ledger, a journal or the audit log are kept, and that default to a
temporary or cache directory. Clean: a required path, a default in a directory of the application or of the system's
state (`/var/lib`), and paths of caches, sockets and uploads.

## Why is this bad?
The directory is emptied at a restart, by a timer or with the container. Keys are then made anew and open nothing of
what was encrypted before; the audit trail ends without a word.

## Example
```python
AUDIT_PATH = os.getenv("AUDIT_LOG_PATH", "/tmp/audit.jsonl")
```

## Fix
Require the path, or default to a directory that the deployment keeps.
"""

from aether_lint.detect.volatile_paths import VolatilePath
from aether_lint.model import Finding
from aether_lint.rules.env._wording import REFERENCES
from aether_lint.rules.rule import Example, Rule


def select(seen: VolatilePath) -> bool:
    """All of them."""
    return bool(seen.where)


def finding(seen: VolatilePath) -> Finding:
    """The words about one path."""
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="env",
        severity=RULE.severity,
        confidence=seen.confidence,
        message=f"when `{seen.name}` is not set, what it names lies in `{seen.where}`, which a restart or a clean-up "
        "empties",
        help=f"read `{seen.name}` without a default, or default to a directory that the deployment keeps",
        path=seen.path,
        span=seen.span,
        scope=seen.scope,
    )


_READ = 'import os\n\nAUDIT_PATH = os.getenv("AUDIT_LOG_PATH", "{}/audit.jsonl")\n'

RULE = Rule(
    code="AET214",
    name="volatile-state-path",
    summary="Keys, a ledger or the audit log lie in a temporary directory by default.",
    severity="warning",
    observes=VolatilePath,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/379.html", *REFERENCES[1:]),
    preview=True,
    examples=(Example(bad={"conf.py": _READ.format("/tmp")}, good={"conf.py": _READ.format("/var/lib/shop")}),),
)
