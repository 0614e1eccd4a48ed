"""# router-import-swallowed

## What it does
Reports handlers around the calls that put a part of the application in place (`include_router`,
`register_blueprint`, `add_routes`, `mount`, ...) that let the failure end in a log line: in a module that builds
the application, in a factory, or in a function that they call.

## Why is this bad?
A typo or a missing dependency takes a whole set of routes away. The service starts, its health check passes, and
clients get 404 for what should be there; where the part was an authentication or audit middleware, they get answers
without it.

## Example
```python
try:
    from app.routes import billing

    app.include_router(billing.router)
except Exception as exc:
    logger.warning("billing is not available: %s", exc)
```

## Fix
The fix (unsafe) ends the handler with `raise`. A part that is meant to be optional is switched by a setting, not by
its failure.
"""

from aether_lint.detect.swallows import Swallow
from aether_lint.model import Finding
from aether_lint.rules.rule import Example, Rule
from aether_lint.rules.startup_words import swallow_finding


def select(seen: Swallow) -> bool:
    """The handlers around routers, blueprints and mounts."""
    return seen.work.role == "routing"


def finding(seen: Swallow) -> Finding:
    """The words about one of them."""
    return swallow_finding(RULE.code, RULE.name, RULE.severity, seen)


_FACTORY = """import logging

from fastapi import FastAPI

logger = logging.getLogger(__name__)


def create_app():
    app = FastAPI()
    try:
        from app.billing import router

        app.include_router(router)
    except Exception as exc:
        logger.warning("billing is not available: %s", exc)
{end}    return app
"""
_BILLING = """from fastapi import APIRouter

router = APIRouter(prefix="/billing")
"""

RULE = Rule(
    code="AET409",
    name="router-import-swallowed",
    summary="Routes or plugins that fail to load are left out of the application.",
    severity="warning",
    observes=Swallow,
    select=select,
    finding=finding,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://fastapi.tiangolo.com/tutorial/bigger-applications/",
    ),
    examples=(
        Example(
            bad={"app/__init__.py": "", "app/main.py": _FACTORY.format(end=""), "app/billing.py": _BILLING},
            good={
                "app/__init__.py": "",
                "app/main.py": _FACTORY.format(end="        raise\n"),
                "app/billing.py": _BILLING,
            },
            fixed={
                "app/__init__.py": "",
                "app/main.py": _FACTORY.format(end="        raise\n"),
                "app/billing.py": _BILLING,
            },
        ),
    ),
)
