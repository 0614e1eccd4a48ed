"""Annotations for GitHub Actions.

The format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from aether_lint.model import FileError, Finding, Report, Severity
from aether_lint.report import Context
from aether_lint.report.escape import escape
from aether_lint.report.summary import shown_findings, summary_lines

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, context: Context) -> str:
    """One workflow command a finding or error; suppressed findings are notices."""
    lines = [_finding(finding, suppressed=suppressed) for finding, suppressed in shown_findings(report, context)]
    lines += [_error(error) for error in report.errors]
    lines += summary_lines(report, context)
    return "".join(f"{line}\n" for line in lines)


def _finding(finding: Finding, *, suppressed: bool) -> str:
    span = finding.span
    properties = {"file": finding.path, "line": str(span.line), "endLine": str(span.end_line), "col": str(span.column)}
    if span.line == span.end_line:
        properties["endColumn"] = str(span.end_column)
    properties["title"] = f"{finding.code} {finding.name}{' (suppressed)' if suppressed else ''}"
    message = f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message
    return _command("notice" if suppressed else _LEVELS[finding.severity], properties, message)


def _error(error: FileError) -> str:
    properties = {"file": error.path}
    if error.line:
        properties["line"] = str(error.line)
    if error.column:
        properties["col"] = str(error.column)
    properties["title"] = f"not analyzed ({error.kind})"
    return _command("error", properties, error.message)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    arguments = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    body = "%0A".join(_data(line) for line in message.split("\n"))
    return f"::{name} {arguments}::{body}"


def _data(text: str) -> str:
    return escape(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
