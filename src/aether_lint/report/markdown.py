"""A table for pull-request comments and job summaries (GitHub-flavored Markdown)."""

from aether_lint.model import Finding, Report
from aether_lint.report import Context
from aether_lint.report.escape import escape
from aether_lint.report.summary import error_line, shown_findings, summary_lines


def render(report: Report, context: Context) -> str:
    """A table of findings, a list of what could not be analyzed, the summary."""
    lines: list[str] = []
    findings = shown_findings(report, context)
    if findings:
        lines += ["| place | severity | rule | message |", "| --- | --- | --- | --- |"]
        lines += [_row(finding, suppressed=suppressed) for finding, suppressed in findings]
        lines.append("")
    if report.errors:
        lines += [f"- {_prose(error_line(error))}" for error in report.errors]
        lines.append("")
    lines += [_prose(line) + "\n" for line in summary_lines(report, context)]
    return "".join(f"{line}\n" for line in lines).rstrip("\n") + "\n"


def _row(finding: Finding, *, suppressed: bool) -> str:
    place = _code(f"{finding.path}:{finding.span.line}:{finding.span.column}")
    severity = f"{finding.severity} (suppressed)" if suppressed else finding.severity
    help_text = f"<br>help: {_prose(finding.help)}" if finding.help else ""
    return f"| {place} | {severity} | {finding.code} {finding.name} | {_prose(finding.message)}{help_text} |"


def _code(text: str) -> str:
    """A code span. A backquote cannot stand in one of a table cell, so it is shown as an apostrophe."""
    return "`" + escape(text).replace("`", "'").replace("|", "\\|") + "`"


def _prose(text: str) -> str:
    """Text in which nothing is markup: no tag, link, mention or cell border comes out of a path or a message."""
    shown = escape(text).replace("\\", "\\\\")
    for character in "`*_[]|#~":
        shown = shown.replace(character, f"\\{character}")
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u2060")
