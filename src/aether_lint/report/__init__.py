"""One pure function per output format, chosen by name."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aether_lint.model import Report
from aether_lint.report.style import PLAIN, Style

if TYPE_CHECKING:
    from aether_lint.rules.rule import Rule

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "markdown")


class Context(Struct, frozen=True):
    """What a format may ask for beside the report.

    `sources` gives the lines of a reported path, none where it cannot be read; `rules` and `page` give the
    metadata and the documentation of rules, and are called by the formats that print them.
    """

    sources: Callable[[str], Sequence[str]]
    rules: "Callable[[], Mapping[str, Rule]]"
    page: "Callable[[Rule], str]"
    style: Style = PLAIN
    quiet: bool = False
    show_suppressed: bool = False


def render(output_format: str, report: Report, context: Context) -> str:
    """The whole output of a run in one of `FORMATS`, ending in a line end unless it is empty."""
    module = importlib.import_module(f"{__name__}.{output_format}")
    text: str = module.render(report, context)
    return text
