"""The linter reports on every fixture what its lines say: these places, these columns, and nothing else."""

import pytest

from aether_lint.engine.request import CheckRequest
from aether_lint.engine.run import check
from aether_lint.model import Finding, Report
from expectations import Case, Place, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_findings_are_those_that_the_lines_announce(case: Case) -> None:
    report = lint(case)
    assert report.errors == []
    difference = compare(case, report.findings)
    assert not difference, "\n" + "\n".join(difference)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case_is_a_project_that_says_what_is_hard_about_it(case: Case) -> None:
    assert (case.folder / "aether-lint.toml").is_file(), "each case is its own root"
    openings = [line for _, number, line in case.lines() if number == 1]
    assert any(line.startswith("# ") for line in openings), "a comment on line 1 says what is hard about the case"
    assert case.expected() or case.known_misses() or case.accepted(), "no line says what is expected"


def lint(case: Case) -> Report:
    """One run over a case, in this process."""
    return check(CheckRequest(paths=(".",), cwd=str(case.folder), no_cache=True, jobs=-1))


def compare(case: Case, findings: list[Finding]) -> list[str]:
    """What differs between the findings and the lines, one sentence each, in order of place."""
    found = {Place(f.path, f.span.line, f.span.column, f.code): f.message for f in findings}
    expected = case.expected()
    todo = case.known_misses()
    differences = [(place, "missing, but announced") for place in expected - set(found)]
    for place in set(found) - expected:
        known = (place.path, place.line) in todo
        words = f"no longer missing: write `# {place.code}: {place.column}`" if known else "unexpected"
        differences.append((place, f"{words}: {found[place]}"))
    return [f"{p.path}:{p.line}:{p.column}: {p.code} {words}" for p, words in sorted(differences)]
