"""What a rule is: metadata, the observations it takes, and the words it says about them."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from aether_lint.model import Family, Finding, Severity

FAMILY_OF_HUNDRED: dict[str, Family] = {
    "0": "lint",
    "1": "fallback",
    "2": "env",
    "3": "crypto",
    "4": "lifespan",
    "5": "gates",
}


class Example(Struct, frozen=True):
    """A snippet for the rule's page that the tests execute: `bad` is flagged, `good` is not.

    Each is a small project: file name -> text. `fixed` is what the fix makes of `bad`, where there is a fix.
    """

    bad: dict[str, str]
    good: dict[str, str]
    fixed: dict[str, str] = {}


class Rule(Struct, frozen=True):
    """One rule. Every file in `rules/<family>/` defines one as `RULE`; its page is the module's docstring.

    `observes` is the observation type of `detect/` or `scopes/` that `select` and `finding` take.
    """

    code: str
    name: str
    summary: str
    severity: Severity  # the ceiling: a finding may be less severe, never more
    observes: type
    select: Callable[[Any], bool]
    finding: Callable[[Any], Finding]
    references: tuple[str, ...]
    preview: bool = False
    examples: tuple[Example, ...] = ()
    also: tuple[type, ...] = ()  # further observation types that `select` and `finding` take

    @property
    def observed(self) -> tuple[type, ...]:
        """All observation types that the rule takes."""
        return (self.observes, *self.also)

    @property
    def family(self) -> Family:
        """The family, by the hundred of the code."""
        return FAMILY_OF_HUNDRED[self.code[3]]
