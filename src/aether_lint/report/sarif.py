"""SARIF 2.1.0, the exchange format of static analysis.

The specification: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from typing import Any
from urllib.parse import quote

from aether_lint import __version__
from aether_lint.model import FileError, Finding, Related, Report, Severity, Span
from aether_lint.report import Context
from aether_lint.report.escape import without_surrogates
from aether_lint.report.summary import shown_findings
from aether_lint.rules.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "aetherLint/v1"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, context: Context) -> str:
    """One log with one run. `executionSuccessful` is false as soon as anything could not be analyzed."""
    rules = list(context.rules().values())
    positions = {rule.code: position for position, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "aether-lint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule, context.page(rule)) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.errors and report.analysed >= report.files,
                "toolExecutionNotifications": [_notification(error) for error in report.errors],
            }
        ],
        "results": [
            _result(finding, positions, suppressed=suppressed)
            for finding, suppressed in shown_findings(report, context)
        ],
        "properties": {
            "files": report.files,
            "analysed": report.analysed,
            "leftOut": dict(sorted(report.left_out.items())),
            "notChecked": [{"what": question.what, "why": question.why} for question in report.not_checked],
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule, page: str) -> dict[str, Any]:
    links = [reference for reference in rule.references if reference.startswith("https://")]
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": page, "markdown": page},
        **({"helpUri": links[0]} if links else {}),
        "defaultConfiguration": {"enabled": not rule.preview, "level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.family, *rule.references], "problem.severity": _problem_severity(rule.severity)},
    }


def _problem_severity(severity: Severity) -> str:
    """The words of GitHub code scanning, where `recommendation` is the mildest."""
    return "recommendation" if severity == "info" else severity


def _result(finding: Finding, positions: dict[str, int], *, suppressed: bool) -> dict[str, Any]:
    message = f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message
    result: dict[str, Any] = {"ruleId": finding.code}
    if finding.code in positions:
        result["ruleIndex"] = positions[finding.code]
    result |= {
        "level": _LEVELS[finding.severity],
        "message": {"text": without_surrogates(message)},
        "locations": [{"physicalLocation": _location(finding.path, finding.span)}],
    }
    if finding.related:
        result["relatedLocations"] = [_related(number, related) for number, related in enumerate(finding.related, 1)]
    if finding.fingerprint:
        result["partialFingerprints"] = {FINGERPRINT: finding.fingerprint}
    if suppressed:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted"}]
    result["properties"] = {"confidence": finding.confidence, "family": finding.family}
    return result


def _related(number: int, related: Related) -> dict[str, Any]:
    return {
        "id": number,
        "physicalLocation": _location(related.path, related.span),
        "message": {"text": without_surrogates(related.message)},
    }


def _location(path: str, span: Span) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(path),
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }


def _artifact(path: str) -> dict[str, str]:
    """A relative URI reference (RFC 3986). A first segment with a colon would read as a scheme: it is quoted."""
    return {"uri": quote(path, safe="/", errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}


def _notification(error: FileError) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": _artifact(error.path)}
    if error.line:
        location["region"] = {"startLine": error.line, **({"startColumn": error.column} if error.column else {})}
    return {
        "level": "error",
        "descriptor": {"id": error.kind},
        "message": {"text": without_surrogates(error.message)},
        "locations": [{"physicalLocation": location}],
    }
