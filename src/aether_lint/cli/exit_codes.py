"""What the exit code says. 2 goes before 1."""

from aether_lint.model import Report

OK = 0
FOUND = 1  # findings at or above `fail-on`
INCOMPLETE = 2  # wrong usage or configuration, or input that could not be analyzed
INTERRUPTED = 130  # 128 + SIGINT, as a shell says it


def exit_code(report: Report, *, exit_zero: bool = False) -> int:
    """The code of a check; `exit_zero` turns findings into 0, never an incomplete answer."""
    if report.errors or report.analysed < report.files:
        return INCOMPLETE
    return FOUND if report.failing and not exit_zero else OK
