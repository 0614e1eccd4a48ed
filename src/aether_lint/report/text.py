"""Findings for people: a code frame each, the places of the chain, the help, and a summary."""

from collections.abc import Iterator

from aether_lint.model import Finding, Fix, Related, Report
from aether_lint.report import Context
from aether_lint.report.escape import escape
from aether_lint.report.frame import frame
from aether_lint.report.summary import error_line, place, shown_findings, summary_lines

CONTEXT_LINES = 2
MAX_RELATED_FRAMES = 3  # a chain is at most seven places long; what comes after the third is one line each


def render(report: Report, context: Context) -> str:
    """The report as text; colors as the context's style says."""
    blocks = [
        "\n".join(_finding_lines(finding, context, suppressed=suppressed))
        for finding, suppressed in shown_findings(report, context)
    ]
    errors = [context.style.severity("error", error_line(error)) for error in report.errors]
    ending = "\n".join([*errors, *summary_lines(report, context)])
    return "".join(f"{block}\n\n" for block in blocks) + (f"{ending}\n" if ending else "")


def _finding_lines(finding: Finding, context: Context, *, suppressed: bool) -> Iterator[str]:
    style = context.style
    label = style.severity(finding.severity, f"{finding.severity}[{finding.code}]")
    state = " (suppressed)" if suppressed else ""
    yield f"{label}{state}: {style.strong(escape(finding.message))}"
    framed = [finding.span, *(related.span for related in finding.related[:MAX_RELATED_FRAMES])]
    width = max(len(str(span.end_line)) for span in framed)
    arrow = style.margin(f"{'':>{width}}-->")
    yield f"{arrow} {place(finding.path, finding.span.line, finding.span.column)}"
    lines = context.sources(finding.path)
    yield from frame(lines, finding.span, style, context=CONTEXT_LINES, severity=finding.severity, width=width)
    for position, related in enumerate(finding.related):
        yield from _related_lines(related, context, width, framed=position < MAX_RELATED_FRAMES)
    if finding.help:
        yield f"{style.aid('help:')} {escape(finding.help)}"
    if finding.fix is not None:
        yield f"{style.aid('fix:')} {_fix_words(finding.fix)}"
    yield f"{style.aid('rule:')} {escape(finding.name)}, {finding.confidence} confidence"


def _related_lines(related: Related, context: Context, width: int, *, framed: bool) -> Iterator[str]:
    arrow = context.style.margin(f"{'':>{width}}-->")
    yield f"{arrow} {place(related.path, related.span.line, related.span.column)}: {escape(related.message)}"
    if framed:
        lines = context.sources(related.path)
        yield from frame(lines, related.span, context.style, context=0, width=width)


def _fix_words(fix: Fix) -> str:
    description = escape(fix.description)
    match fix.applicability:
        case "safe":
            return f"{description} (`aether-lint fix`)"
        case "unsafe":
            return f"{description} (`aether-lint fix --unsafe-fixes`)"
        case "display":
            return f"{description} (by hand)"
