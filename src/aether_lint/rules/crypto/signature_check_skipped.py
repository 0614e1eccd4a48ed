"""# signature-check-skipped

## What it does
Reports webhooks, tokens and signed requests that are accepted unverified when the secret (or the expected audience)
is not set, when the verification fails to run, or by a fallback that reads a token without its signature.

## Why is this bad?
A deployment that forgot one variable accepts whatever anybody sends, with the rights of the payment provider or of
any user, and all tests and requests succeed.

## Example
```python
async def payment_event(request):
    body = await request.body()
    if WEBHOOK_SECRET:
        if not hmac.compare_digest(sign(body), request.headers["x-signature"]):
            raise HTTPException(401)
    return await handle(json.loads(body))
```

## Fix
Refuse when the secret is missing: read it as a required setting, or answer 503. Where a handler lets through, the fix
(unsafe) raises from it.

## Options
`test-gates`, `production-guards`: your own checks that keep unverified requests out of production.
"""

from aether_lint.detect.controls import Opening
from aether_lint.model import Finding
from aether_lint.rules.control_words import finding
from aether_lint.rules.owner import opening_code
from aether_lint.rules.rule import Example, Rule


def select(seen: Opening) -> bool:
    """The openings that this rule owns."""
    return opening_code(seen) == RULE.code


def report(seen: Opening) -> Finding:
    """The words about one of them."""
    return finding(RULE.code, RULE.name, RULE.severity, seen)


_EVENTS = """import hashlib
import hmac
import os

from fastapi import APIRouter, HTTPException, Request

router = APIRouter()
WEBHOOK_SECRET = {read}


@router.post("/payments/events")
async def payment_event(request: Request):
    body = await request.body()
{check}
    return {{"received": len(body)}}
"""
_CHECK = """    signature = request.headers.get("x-signature", "")
    expected = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise HTTPException(status_code=401, detail="bad signature")"""
_INDENTED = "    if WEBHOOK_SECRET:\n" + "\n".join(f"    {line}" for line in _CHECK.splitlines())

RULE = Rule(
    code="AET308",
    name="signature-check-skipped",
    summary="Signed requests or tokens are accepted unverified when something is missing.",
    severity="error",
    observes=Opening,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/347.html",
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://datatracker.ietf.org/doc/html/rfc8725",
    ),
    examples=(
        Example(
            bad={"app/events.py": _EVENTS.format(read='os.getenv("WEBHOOK_SECRET")', check=_INDENTED)},
            good={"app/events.py": _EVENTS.format(read='os.environ["WEBHOOK_SECRET"]', check=_CHECK)},
        ),
    ),
)
