"""Comments that ask for silence and do not give it."""

from typing import Literal

from msgspec import Struct

from aether_lint.facts import Suppression


class IdleSuppression(Struct, frozen=True):
    """A comment, or some of its `codes`, that suppresses nothing. `path` is relative to the root.

    `detail` says what is wrong with a malformed one, and gives the last day of an expired one.
    """

    path: str
    suppression: Suppression
    reason: Literal["unused", "malformed", "expired"]
    codes: tuple[str, ...] = ()
    detail: str = ""
