"""Colors of the text formats: ANSI sequences, or none."""

import os
from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from aether_lint.model import Severity


class Style(Struct, frozen=True):
    """Wraps text in the sequence of a role; the plain style hands it back untouched."""

    colored: bool

    def severity(self, severity: Severity, text: str) -> str:
        """Text in the color of a severity, bold."""
        return self._wrap({"error": "1;31", "warning": "1;33", "info": "1;36"}[severity], text)

    def strong(self, text: str) -> str:
        """Text that should be read first."""
        return self._wrap("1", text)

    def margin(self, text: str) -> str:
        """Line numbers, bars and arrows."""
        return self._wrap("1;34", text)

    def aid(self, text: str) -> str:
        """The label of a help line."""
        return self._wrap("1;36", text)

    def _wrap(self, sequence: str, text: str) -> str:
        return f"\x1b[{sequence}m{text}\x1b[0m" if self.colored and text else text


PLAIN = Style(colored=False)
COLORED = Style(colored=True)


class _Stream(Protocol):
    def isatty(self) -> bool: ...


def style_for(stream: _Stream, environment: Mapping[str, str] = os.environ) -> Style:
    """Colored on a terminal. `NO_COLOR` (no-color.org) says never, `FORCE_COLOR` (force-color.org) always."""
    if environment.get("NO_COLOR"):
        return PLAIN
    if environment.get("FORCE_COLOR"):
        return COLORED
    return COLORED if stream.isatty() and environment.get("TERM") != "dumb" else PLAIN
