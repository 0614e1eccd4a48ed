"""One JSON object for programs; stable and versioned, keys always in the same order."""

import json
from typing import Any

from aether_lint.model import FileError, Finding, Report, Span
from aether_lint.report import Context
from aether_lint.report.escape import without_surrogates
from aether_lint.report.summary import severity_counts, shown_findings

VERSION = 1


def render(report: Report, context: Context) -> str:
    """The object, one finding and one error a line so that two outputs can be compared; ASCII only."""
    findings = [_finding(finding, suppressed=suppressed) for finding, suppressed in shown_findings(report, context)]
    parts = [
        f'"version": {VERSION}',
        f'"findings": {_array(findings)}',
        f'"errors": {_array([_error(error) for error in report.errors])}',
        f'"summary": {json.dumps(_summary(report))}',
    ]
    return "{" + ",\n".join(parts) + "}\n"


def _array(items: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]" if items else "[]"


def _span(span: Span) -> dict[str, int]:
    return {"line": span.line, "column": span.column, "end_line": span.end_line, "end_column": span.end_column}


def _finding(finding: Finding, *, suppressed: bool) -> dict[str, Any]:
    fix = finding.fix
    item = {
        "code": finding.code,
        "name": finding.name,
        "family": finding.family,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": without_surrogates(finding.message),
        "help": without_surrogates(finding.help),
        "path": without_surrogates(finding.path),
        **_span(finding.span),
        "related": [
            {
                "path": without_surrogates(related.path),
                **_span(related.span),
                "message": without_surrogates(related.message),
            }
            for related in finding.related
        ],
        "fix": None
        if fix is None
        else {
            "applicability": fix.applicability,
            "description": without_surrogates(fix.description),
            "codemod": fix.codemod,
        },
        "fingerprint": finding.fingerprint,
    }
    return {**item, "suppressed": True} if suppressed else item


def _error(error: FileError) -> dict[str, Any]:
    item: dict[str, Any] = {
        "path": without_surrogates(error.path),
        "kind": error.kind,
        "message": without_surrogates(error.message),
    }
    if error.line:
        item["line"] = error.line
    if error.column:
        item["column"] = error.column
    return item


def _summary(report: Report) -> dict[str, Any]:
    return {
        "files": report.files,
        "analysed": report.analysed,
        "not_analysed": report.files - report.analysed,
        "left_out": dict(sorted(report.left_out.items())),
        "findings": severity_counts(report.findings),
        "suppressed": len(report.suppressed),
        "baselined": report.baselined,
        "hidden_low": report.hidden_low,
        "checked": list(report.checked),
        "not_checked": [
            {"what": without_surrogates(question.what), "why": without_surrogates(question.why)}
            for question in report.not_checked
        ],
    }
