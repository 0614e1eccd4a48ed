"""# production-guard-that-cannot-fire

## What it does
Reports functions that refuse insecure settings in production and cannot: their error is swallowed by the caller, a
name inside them is defined nowhere, nothing calls them, they refuse everywhere but in production, or they know some of
the project's flags only. Also checks whose error can never be raised (`not text.split(",")`, `not (user, password)`,
`attempt == RETRIES` inside `range(RETRIES)`), and those that mark themselves done before they have looked.

## Why is this bad?
The guard is what everybody relies on: reviews count on it, other defaults are lenient because of it. It protects
nothing.

## Example
```python
try:
    ensure_safe_in_production()
except Exception:
    logger.warning("could not check the settings")
```

## Fix
Call the guard where the program starts, and let its error stop it.

## Options
`production-guards`: functions that refuse to go on in production.
"""

from aether_lint.detect.guards import BrokenGuard
from aether_lint.model import Finding, Related
from aether_lint.rules.env._wording import REFERENCES
from aether_lint.rules.rule import Example, Rule

_MESSAGES = {
    "swallowed": "`{name}()` refuses insecure settings in production, and its error is caught here ({detail}): "
    "the program goes on as if nothing had been found",
    "undefined": "`{name}()` refuses insecure settings in production, but `{detail}` is defined nowhere: "
    "it ends in a NameError before it can refuse",
    "unused": "`{name}()` refuses insecure settings in production, and nothing calls it",
    "impossible": "this error can never be raised: {detail} is never empty, so the test before it never holds",
    "unreached": "this error can never be raised: inside `range({detail})` the count ends one below `{detail}`",
    "disarmed": "`{name}()` sets `{detail}` before it has checked anything: called again after its error, it passes",
    "inverted": "this error speaks of production and is raised everywhere else: in production the check is off",
    "partial": "`{name}()` refuses flags by a list that leaves out `{detail}`, which the project honors as well",
}
_EMPTY = {"split": "the list that `split()` returns", "a tuple": "a tuple of values"}
_ADVICE = {
    "swallowed": "call it outside the `try`, or raise again",
    "undefined": "define or import `{detail}`, and test the guard with production settings",
    "unused": "call it where the program starts",
    "impossible": "test the text itself, or the parts: `any(...)`, `all(...)`",
    "unreached": "raise after the loop, in its `else`",
    "disarmed": "set it at the end, when the check has passed",
    "inverted": "turn the condition on the environment around, and test the guard with production settings",
    "partial": "add them, or refuse flags by their ending instead of by a list",
}


def select(guard: BrokenGuard) -> bool:
    """All of them."""
    return guard.kind in _MESSAGES


def finding(guard: BrokenGuard) -> Finding:
    """The words about one guard."""
    related: tuple[Related, ...] = ()
    if guard.kind == "swallowed":
        related = (Related(guard.guard_path, guard.guard_span, "the guard"),)
    related += tuple(Related(path, span, f"`{name}` is read here") for path, span, name in guard.others)
    detail = _EMPTY.get(guard.detail, guard.detail)
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="env",
        severity=RULE.severity,
        confidence=guard.confidence,
        message=_MESSAGES[guard.kind].format(name=guard.name, detail=detail),
        help=_ADVICE[guard.kind].format(detail=guard.detail),
        path=guard.path,
        span=guard.span,
        related=related,
        scope=guard.scope,
    )


_GUARD = """import os


def ensure_safe(secret: str) -> None:
    if os.environ["APP_ENV"] == "production" and secret == "changeme":
        raise RuntimeError("set SECRET")


"""
_BAD = """try:
    ensure_safe(os.environ["SECRET"])
except Exception:
    print("could not check the settings")
"""

RULE = Rule(
    code="AET211",
    name="production-guard-that-cannot-fire",
    summary="A guard against insecure settings in production is swallowed, broken or never called.",
    severity="error",
    observes=BrokenGuard,
    select=select,
    finding=finding,
    references=("https://cwe.mitre.org/data/definitions/693.html", *REFERENCES),
    examples=(Example(bad={"app.py": _GUARD + _BAD}, good={"app.py": _GUARD + 'ensure_safe(os.environ["SECRET"])\n'}),),
)
