"""The example service holds every family, and its findings are those that the README shows."""

from pathlib import Path

from aether_lint.engine.request import CheckRequest
from aether_lint.engine.run import check

EXAMPLE = Path(__file__).parent.parent / "examples" / "berths"


def test_example_holds_each_of_the_rules_once() -> None:
    report = check(CheckRequest(paths=(".",), cwd=str(EXAMPLE), no_cache=True, jobs=-1))
    assert report.errors == []
    assert {(finding.path, finding.code) for finding in report.findings} == {
        (".github/workflows/checks.yml", "AET522"),
        ("berths/bootstrap.py", "AET402"),
        ("berths/main.py", "AET401"),
        ("berths/security/passwords.py", "AET301"),
        ("berths/settings.py", "AET201"),
        ("berths/settings.py", "AET203"),
        ("berths/settings.py", "AET206"),
        ("berths/storage/attempts.py", "AET101"),
        ("berths/storage/documents.py", "AET104"),
        ("berths/storage/documents.py", "AET105"),
        ("berths/storage/holds.py", "AET102"),
        ("berths/storage/holds.py", "AET103"),
        ("pyproject.toml", "AET501"),
        ("pyproject.toml", "AET511"),
    }
    assert len(report.findings) == 14
