"""What an observation hangs on: two observations with the same anchor are about the same place of the code."""

from typing import Literal

from msgspec import Struct


class Anchor(Struct, frozen=True, order=True):
    """A `try`, test or effect of a function (`index` into its attempts, guards or effects) of the module at `path`."""

    path: str
    function: str
    kind: Literal["attempt", "guard", "effect"]
    index: int
