"""What a codemod is asked to fix, and its way to say no. Imports no libcst: the fix engine speaks of these too."""

from msgspec import Struct

from aether_lint.model import Span

WAITS = "overlaps another fix of this round: run again"  # the outcome of a target whose turn comes later


class RefusedError(Exception):
    """This fix cannot be made here; the text says why, in words for the user."""


class Target(Struct, frozen=True):
    """What to fix: the codemod's module name, the span it works on, and its arguments."""

    codemod: str
    span: Span
    arguments: dict[str, str] = {}
