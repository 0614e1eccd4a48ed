"""The last lines of the text formats: what was found, what was left out, what was not looked at."""

from collections.abc import Iterator, Sequence

from aether_lint.model import SEVERITIES, FileError, Finding, Report
from aether_lint.report import Context
from aether_lint.report.escape import escape, escape_path


def shown_findings(report: Report, context: Context) -> list[tuple[Finding, bool]]:
    """The findings to print in order of place, each with whether it is suppressed."""
    findings = [(finding, False) for finding in report.findings]
    if not context.show_suppressed or not report.suppressed:
        return findings
    findings += [(finding, True) for finding in report.suppressed]
    return sorted(findings, key=lambda pair: (pair[0].path, pair[0].span, pair[0].code))


def place(path: str, line: int, column: int) -> str:
    """`path:line:column` as terminals and editors take it; unknown numbers (0) are left out."""
    return ":".join([escape_path(path), *(str(number) for number in (line, column) if number)])


def error_line(error: FileError) -> str:
    """One line for something that could not be analyzed."""
    return f"{place(error.path, error.line, error.column)}: error: not analyzed ({error.kind}): {escape(error.message)}"


def count(number: int, noun: str) -> str:
    """A number with its noun, which takes an s in the plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def severity_counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each severity, the most severe first."""
    return {severity: sum(finding.severity == severity for finding in findings) for severity in reversed(SEVERITIES)}


def summary_lines(report: Report, context: Context) -> Iterator[str]:
    """The lines after the findings. Incompleteness is said even where the run is to be quiet."""
    if not context.quiet:
        yield _found(report) + _left_out(report) + "."
    if report.analysed < report.files:
        missing = report.files - report.analysed
        yield f"Analyzed {report.analysed} of {count(report.files, 'file')}: the answer for {missing} is unknown."
    if context.quiet:
        return
    hidden = {
        "suppressed by comments": 0 if context.show_suppressed else len(report.suppressed),
        "in the baseline": report.baselined,
        "below the confidence asked for": report.hidden_low,
    }
    if any(hidden.values()):
        yield "Not shown: " + ", ".join(f"{number} {why}" for why, number in hidden.items() if number) + "."
    for question in report.not_checked:
        yield f"Not checked: {escape(question.what)} ({escape(question.why)})."


def _found(report: Report) -> str:
    total = count(report.files, "file")
    if not report.findings:
        return f"Found nothing in {total if report.analysed == report.files else f'{report.analysed} of {total}'}"
    by_severity = {severity: number for severity, number in severity_counts(report.findings).items() if number}
    numbers = ", ".join(
        f"{number} info" if severity == "info" else count(number, severity) for severity, number in by_severity.items()
    )
    touched = len({finding.path for finding in report.findings})
    return f"Found {count(len(report.findings), 'finding')} ({numbers}) in {touched} of {total}"


def _left_out(report: Report) -> str:
    reasons = ", ".join(f"{number} {escape(why)}" for why, number in sorted(report.left_out.items()) if number)
    return f"; left out: {reasons}" if reasons else ""
