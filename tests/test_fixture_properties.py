"""What must hold for whatever the fixtures contain: one owner a place, comments that suppress, no luck in the order."""

import os
import random
import subprocess
import sys

import pytest

from aether_lint.engine.request import CheckRequest
from aether_lint.engine.run import check
from aether_lint.model import SEVERITIES, Report
from expectations import FIXTURES, Case, cases

pytestmark = pytest.mark.once

FLAGGED = [case for case in cases() if case.expected()]
SEVERAL = [
    case for case in cases() if len(case.modules()) > 1 and not case.code.startswith("AET5")
]  # gates read no code
IN_CODE = "AET1,AET2,AET3,AET4"
# todo: what is called in a module that cannot be read may be the guard that makes the place clean
UNREAD_GUARDS = {
    "AET301/weak_module_imported_instead",  # the hash stays a finding: AET303, when nobody is seen to use it instead
    "AET102/production_guard_before_fallback",
    "AET105/guard_in_startup",
    "AET201/placeholder_refused",
    "AET212/refused_in_production_only",
    "AET308/webhook_secret_checked_by_helper",
    "AET407/driver_missing",
}


def unread_guard(case: Case) -> tuple[pytest.MarkDecorator, ...]:
    """The mark of a case that does not hold yet."""
    return (pytest.mark.xfail(strict=True),) if case.name in UNREAD_GUARDS else ()


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


@pytest.mark.parametrize("case", SEVERAL, ids=[case.name for case in SEVERAL])
def test_findings_do_not_depend_on_the_order_of_files(case: Case) -> None:
    paths = sorted(module.relative_to(case.folder).as_posix() for module in case.modules())
    shuffled = random.Random(case.name).sample(paths, len(paths))
    reports = [
        check(CheckRequest(cwd=str(case.folder), paths=tuple(order), no_cache=True, jobs=-1))
        for order in (paths, paths[::-1], shuffled)
    ]
    assert reports[1:] == reports[:1] * 2


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=unread_guard(case)) for case in SEVERAL])
def test_module_that_cannot_be_read_adds_no_certain_finding_and_raises_no_severity(case: Case) -> None:
    known = {(f.path, f.code, f.span): f for f in whole(case).findings}
    for module in case.modules():
        path = module.relative_to(case.folder).as_posix()
        for found in whole(case, unreadable=path).findings:
            before = known.get((found.path, found.code, found.span))
            if before is None:
                assert found.confidence != "high" or found.family == "gates", (path, found)
            else:
                assert SEVERITIES.index(found.severity) <= SEVERITIES.index(before.severity), (path, found)


def whole(case: Case, unreadable: str = "") -> Report:
    """The report on a case, with one module that exists and is no Python."""
    overlay = {os.path.realpath(case.folder / unreadable): b"def broken(:\n"} if unreadable else {}
    return check(CheckRequest(cwd=str(case.folder), overlay=overlay, no_cache=True, jobs=-1))


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
    command += ["--select", IN_CODE]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run([*command, f"--jobs={jobs}"], cwd=FIXTURES, env=environment, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout
