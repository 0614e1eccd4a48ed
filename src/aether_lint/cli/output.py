"""From a report to what is printed, and where."""

import os
import sys
from collections.abc import Mapping

from msgspec import Struct, structs

from aether_lint.cli.exit_codes import INCOMPLETE
from aether_lint.cli.outcome import Outcome
from aether_lint.cli.source_lines import SourceLines
from aether_lint.model import Report
from aether_lint.report import Context, render
from aether_lint.report.escape import escape
from aether_lint.report.style import PLAIN, style_for
from aether_lint.report.summary import error_line
from aether_lint.rules.registry import load_rules, rule_page

# In these formats what could not be analyzed is said on stderr, where it is seen though the findings are piped on.
_ERRORS_ON_STDERR = ("text", "concise")


class Target(Struct, frozen=True):
    """What the user asked for: a format, how much of it, and a file in place of (empty) stdout."""

    output_format: str = "text"
    path: str = ""
    quiet: bool = False
    show_suppressed: bool = False


def deliver(report: Report, code: int, target: Target, overlay: Mapping[str, bytes]) -> Outcome:
    """The outcome of a run with its exit code; writes the output file, if there is one.

    `overlay` holds, by the path in the report, texts that are not to be read from disk.
    """
    context = Context(
        sources=SourceLines(os.getcwd(), overlay),
        rules=load_rules,
        page=rule_page,
        style=PLAIN if target.path else style_for(sys.stdout),
        quiet=target.quiet,
        show_suppressed=target.show_suppressed,
    )
    notes = "".join(f"note: {escape(note)}\n" for note in report.notes)
    if target.path:
        return _written(render(target.output_format, report, context), target.path, code, notes)
    if target.output_format not in _ERRORS_ON_STDERR:
        return Outcome(code, render(target.output_format, report, context), notes)
    errors = "".join(f"{error_line(error)}\n" for error in report.errors)
    shown = structs.replace(report, errors=[])
    return Outcome(code, render(target.output_format, shown, context), errors + notes)


def _written(text: str, path: str, code: int, notes: str) -> Outcome:
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        return Outcome(INCOMPLETE, stderr=f"cannot write `{escape(path)}`: {error.strerror or error}\n")
    return Outcome(code, stderr=notes)
