"""From a report to what is printed, and where."""


from msgspec import Struct, structs

from aether_lint.cli.exit_codes import INCOMPLETE
from aether_lint.cli.outcome import Outcome
from aether_lint.model import Report
from aether_lint.report import Context, render
from aether_lint.report.escape import escape
from aether_lint.report.summary import error_line

# In these formats what could not be analyzed is said on stderr, where it is seen though the findings are piped on.
_ERRORS_ON_STDERR = ("text", "concise")


class Target(Struct, frozen=True):
    """What the user asked for: a format, and a file or (empty) stdout."""

    output_format: str = "text"
    path: str = ""


def deliver(report: Report, context: Context, target: Target, code: int) -> Outcome:
    """The outcome of a run with its exit code; writes the output file, if there is one."""
    if target.path:
        return _written(render(target.output_format, report, context), target.path, code)
    if target.output_format not in _ERRORS_ON_STDERR:
        return Outcome(code, stdout=render(target.output_format, report, context))
    errors = "".join(f"{error_line(error)}\n" for error in report.errors)
    return Outcome(code, render(target.output_format, structs.replace(report, errors=[]), context), errors)


def _written(text: str, path: str, code: int) -> Outcome:
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        return Outcome(INCOMPLETE, stderr=f"cannot write `{escape(path)}`: {error.strerror or error}\n")
    return Outcome(code)
