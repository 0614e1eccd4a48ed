"""A GitLab Code Quality report.

The format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
import json
from typing import Any

from aether_lint.model import FileError, Finding, Report, Severity
from aether_lint.report import Context
from aether_lint.report.escape import without_surrogates
from aether_lint.report.summary import shown_findings

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "major", "info": "info"}


def render(report: Report, context: Context) -> str:
    """A JSON array with one issue a finding; what could not be analyzed is a blocker."""
    issues = [_finding(finding, suppressed=suppressed) for finding, suppressed in shown_findings(report, context)]
    issues += [_error(error) for error in report.errors]
    return json.dumps(issues, indent=2) + "\n"


def _finding(finding: Finding, *, suppressed: bool) -> dict[str, Any]:
    return {
        "description": without_surrogates(
            f"{finding.message}. help: {finding.help}" if finding.help else finding.message
        ),
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": finding.fingerprint,
        "severity": "info" if suppressed else _SEVERITIES[finding.severity],
        "location": {
            "path": without_surrogates(finding.path),
            "positions": {
                "begin": {"line": finding.span.line, "column": finding.span.column},
                "end": {"line": finding.span.end_line, "column": finding.span.end_column},
            },
        },
    }


def _error(error: FileError) -> dict[str, Any]:
    identity = f"not-analyzed\0{error.kind}\0{error.path}".encode(errors="surrogateescape")
    return {
        "description": without_surrogates(f"not analyzed: {error.message}"),
        "check_name": f"not-analyzed {error.kind}",
        "fingerprint": hashlib.sha256(identity).hexdigest(),
        "severity": "blocker",
        "location": {"path": without_surrogates(error.path), "lines": {"begin": max(error.line, 1)}},
    }
