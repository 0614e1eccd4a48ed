"""What must hold for whatever the fixtures contain: one owner a place, comments that suppress, no luck in the order."""

import os
import subprocess
import sys

import pytest

from aether_lint.engine.request import CheckRequest
from aether_lint.engine.run import check
from expectations import FIXTURES, Case, cases

pytestmark = pytest.mark.once

FLAGGED = [case for case in cases() if case.expected()]


@pytest.mark.parametrize("case", FLAGGED, ids=[case.name for case in FLAGGED])
def test_rule_that_runs_alone_inherits_no_place_of_another(case: Case) -> None:
    together = places(case)
    for code in sorted({case.code, *(code for _, _, _, code in together)}):
        assert places(case, select=(code,)) == {place for place in together if place[3] == code}


@pytest.mark.parametrize("case", FLAGGED, ids=[case.name for case in FLAGGED])
def test_comment_on_its_line_suppresses_a_finding(case: Case) -> None:
    found = {place for place in places(case) if place[0].endswith(".py")}
    overlay = {os.path.realpath(case.folder / path): accepted(case, path, found) for path, *_ in found}
    report = check(CheckRequest(cwd=str(case.folder), overlay=overlay, no_cache=True, jobs=-1))
    assert [f"{f.path}:{f.span.line} {f.code} {f.message}" for f in report.findings if f.path.endswith(".py")] == []
    assert len(report.suppressed) == len(found)


def test_findings_depend_neither_on_the_order_of_hashes_nor_on_the_number_of_processes() -> None:
    outputs = {as_json(seed="1", jobs="1"), as_json(seed="2", jobs="2")}
    assert len(outputs) == 1


def places(case: Case, select: tuple[str, ...] = ()) -> set[tuple[str, int, int, str]]:
    """Where a run over the case reports what."""
    report = check(CheckRequest(cwd=str(case.folder), select=select, no_cache=True, jobs=-1))
    return {(f.path, f.span.line, f.span.column, f.code) for f in report.findings}


def accepted(case: Case, path: str, found: set[tuple[str, int, int, str]]) -> bytes:
    """The text of a module in which a comment accepts each of the findings."""
    lines = (case.folder / path).read_text(encoding="utf-8").split("\n")
    for number in {line for there, line, _, _ in found if there == path}:
        codes = sorted({code for there, line, _, code in found if (there, line) == (path, number)})
        lines[number - 1] += f"  # aether: ignore[{', '.join(codes)}] -- accepted"
    return "\n".join(lines).encode()


def as_json(*, seed: str, jobs: str) -> bytes:
    """What a process of its own prints about all fixtures."""
    command = [sys.executable, "-m", "aether_lint", "check", ".", "--no-cache", "--exit-zero", "--output-format=json"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run([*command, f"--jobs={jobs}"], cwd=FIXTURES, env=environment, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout
