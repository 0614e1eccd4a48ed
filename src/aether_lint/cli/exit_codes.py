"""What the exit code says. 2 goes before 1."""

from aether_lint.model import SEVERITIES, Report, Severity

OK = 0
FOUND = 1  # findings at or above `fail-on`
INCOMPLETE = 2  # wrong usage or configuration, or input that could not be analyzed
INTERRUPTED = 130  # 128 + SIGINT, as a shell says it


def exit_code(report: Report, fail_on: Severity, *, exit_zero: bool = False) -> int:
    """The code of a check; `exit_zero` turns findings into 0, never an incomplete answer."""
    if report.errors or report.analysed < report.files:
        return INCOMPLETE
    threshold = SEVERITIES.index(fail_on)
    if not exit_zero and any(SEVERITIES.index(finding.severity) >= threshold for finding in report.findings):
        return FOUND
    return OK
