"""One line a finding: `path:line:column: severity: CODE message`."""

from aether_lint.model import Finding, Report
from aether_lint.report import Context
from aether_lint.report.escape import escape
from aether_lint.report.summary import error_line, place, shown_findings, summary_lines


def render(report: Report, context: Context) -> str:
    """The report in lines, the summary last."""
    lines = [_line(finding, context, suppressed=suppressed) for finding, suppressed in shown_findings(report, context)]
    lines += [error_line(error) for error in report.errors]
    lines += summary_lines(report, context)
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Finding, context: Context, *, suppressed: bool) -> str:
    where = place(finding.path, finding.span.line, finding.span.column)
    label = context.style.severity(finding.severity, finding.severity)
    state = " (suppressed)" if suppressed else ""
    return f"{where}: {label}: {context.style.strong(finding.code)}{state} {escape(finding.message)}"
