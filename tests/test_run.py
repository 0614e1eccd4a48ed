"""A run from end to end: who is read, who is judged, what is said about the rest."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aether_lint.engine.index_file import FOLDER
from aether_lint.engine.run import CheckRequest, check
from aether_lint.engine.trace import Trace
from aether_lint.model import Report


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "service"
    root.mkdir()
    write(root, "aether-lint.toml", "")
    write(root, "app/__init__.py", "")
    write(root, "app/store.py", "ITEMS = {}\n")
    return root


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def lint(root: Path, *paths: str, stdin: bytes | None = None, stdin_filename: str = "") -> Report:
    return check(CheckRequest(paths or (".",), str(root), stdin=stdin, stdin_filename=stdin_filename, no_cache=True))


def test_service_code_is_read_and_the_rest_is_counted(root: Path) -> None:
    write(root, "tests/test_store.py", "def broken(:\n")
    write(root, "app/migrations/0001.py", "def broken(:\n")
    write(root, "scripts/load.py", "def broken(:\n")
    write(root, "examples/demo.py", "def broken(:\n")
    report = lint(root)
    assert report.errors == []
    assert (report.files, report.analysed) == (2, 2)
    assert report.left_out == {"migrations": 1, "samples": 1, "scripts": 1, "tests": 1}


def test_what_a_file_says_of_itself_makes_it_a_test(root: Path) -> None:
    write(root, "app/checks.py", "import pytest\n\ndef test_it():\n    assert True\n")
    report = lint(root)
    assert (report.files, report.left_out) == (3, {"tests": 1})


def test_a_test_file_that_service_code_imports_is_read(root: Path) -> None:
    write(root, "app/store.py", "from tests.fakes import FakeStore\n")
    write(root, "tests/fakes.py", "def broken(:\n")
    report = lint(root)
    assert [(error.path, error.kind) for error in report.errors] == [("tests/fakes.py", "syntax")]


def test_a_named_file_is_read_whatever_it_is(root: Path) -> None:
    write(root, "tests/test_store.py", "def broken(:\n")
    report = lint(root, "tests/test_store.py")
    assert [error.path for error in report.errors] == ["tests/test_store.py"]
    assert (report.files, report.analysed) == (1, 0)


def test_every_bad_file_is_named_and_the_rest_is_analyzed(root: Path) -> None:
    write(root, "app/syntax.py", "def\n")
    (root / "app" / "nul.py").write_bytes(b"a = 1\0\n")
    (root / "app" / "latin.py").write_bytes(b"a = '\xe9'\n")
    (root / "app" / "dangling.py").symlink_to("nowhere.py")
    report = lint(root)
    assert {error.path: error.kind for error in report.errors} == {
        "app/syntax.py": "syntax",
        "app/nul.py": "syntax",
        "app/latin.py": "encoding",
        "app/dangling.py": "unreadable",
    }
    assert (report.files, report.analysed) == (6, 2)


def test_a_broken_module_elsewhere_in_the_project_leaves_a_question_open(root: Path) -> None:
    write(root, "app/broken.py", "def\n")
    report = lint(root, "app/store.py")
    assert report.errors == []
    assert (report.files, report.analysed) == (1, 1)
    assert any("1 module" in question.what for question in report.not_checked)


def test_a_broken_configuration_is_an_error_at_its_line(root: Path) -> None:
    write(root, "aether-lint.toml", 'select = ["AET101"]\nselekt = []\n')
    report = lint(root)
    assert [(error.path, error.kind, error.line) for error in report.errors] == [("aether-lint.toml", "config", 2)]


def test_paths_are_relative_to_the_working_directory(root: Path) -> None:
    write(root, "app/broken.py", "def\n")
    request = CheckRequest(paths=("..",), cwd=str(root / "app"), no_cache=True)
    assert [error.path for error in check(request).errors] == ["broken.py"]
    request = CheckRequest(paths=(str(root),), cwd=str(root.parent), no_cache=True)
    assert [error.path for error in check(request).errors] == ["service/app/broken.py"]


def test_several_roots_are_several_projects_in_one_report(root: Path) -> None:
    other = root.parent / "other"
    write(other, "aether-lint.toml", "")
    write(other, "broken.py", "def\n")
    write(root, "app/broken.py", "def\n")
    request = CheckRequest(paths=(".",), cwd=str(root.parent), no_cache=True)
    assert [error.path for error in check(request).errors] == ["other/broken.py", "service/app/broken.py"]


def test_a_text_from_stdin_stands_for_the_file_on_disk(root: Path) -> None:
    report = lint(root, "-", stdin=b"def\n", stdin_filename="app/store.py")
    assert [(error.path, error.line) for error in report.errors] == [("app/store.py", 1)]
    assert (report.files, report.analysed) == (1, 0)
    assert lint(root, "-", stdin=b"A = 1\n", stdin_filename="app/store.py").errors == []


def test_a_text_from_stdin_need_not_be_on_disk(root: Path) -> None:
    assert lint(root, "-", stdin=b"def\n", stdin_filename="app/new.py").errors[0].path == "app/new.py"
    assert lint(root, "-", stdin=b"def\n", stdin_filename="<stdin>").errors[0].path == "<stdin>"
    report = lint(root, "-", stdin=b"A = 1\n", stdin_filename="new/module.py")
    assert (report.errors, report.files) == ([], 1)


def test_a_text_of_the_overlay_is_laid_over_the_tree(root: Path) -> None:
    overlay = {str(root / "app" / "store.py"): b"def\n"}
    report = check(CheckRequest(cwd=str(root), overlay=overlay, no_cache=True))
    assert [error.path for error in report.errors] == ["app/store.py"]


def test_only_a_named_file_leaves_no_cache_behind(tmp_path: Path) -> None:
    write(tmp_path, "loose.py", "A = 1\n")
    report = check(CheckRequest(paths=("loose.py",), cwd=str(tmp_path)))
    assert (report.errors, report.files) == ([], 1)
    assert not (tmp_path / FOLDER).exists()


def test_a_project_has_a_cache_unless_it_is_told_not_to(root: Path) -> None:
    lint(root)
    assert not (root / FOLDER).exists()
    check(CheckRequest(cwd=str(root)))
    assert (root / FOLDER).is_dir()


def test_gates_are_measured_when_the_whole_root_is_asked_for(root: Path) -> None:
    assert "gates" in lint(root).checked
    part = lint(root, "app")
    assert "gates" not in part.checked
    assert any("static checks" in question.what for question in part.not_checked)
    assert "gates" in lint(root, "aether-lint.toml").checked


@pytest.fixture
def locked(root: Path) -> Iterator[Path]:
    path = write(root, "app/locked.py", "A = 1\n")
    path.chmod(0)
    yield root
    path.chmod(0o644)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(locked: Path) -> None:
    assert [error.kind for error in lint(locked).errors] == ["unreadable"]


def test_the_answer_depends_on_every_folder_and_file_that_was_looked_at(root: Path) -> None:
    trace = Trace()
    check(CheckRequest(cwd=str(root)), trace)
    assert set(trace.phases) >= {"discover", "lower", "link", "judge", "gates", "report"}
    assert not trace.remember(["check"], 0, b"", b""), "the tree has just been written: an edit might not show"


def test_the_answer_does_not_depend_on_the_number_of_workers(root: Path) -> None:
    for number in range(40):
        write(root, f"app/m{number}.py", "def\n" if number % 7 == 0 else f"A = {number}\n" * 800)
    reports = [check(CheckRequest(cwd=str(root), no_cache=True, jobs=jobs)) for jobs in (-1, 1, 2, 3)]
    assert reports[0] == reports[1] == reports[2] == reports[3]
    assert len(reports[0].errors) == 6


def test_a_git_checkout_needs_no_configuration(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    write(tmp_path, "app.py", "A = 1\n")
    write(tmp_path, ".gitignore", "generated.py\n")
    write(tmp_path, "generated.py", "def\n")
    report = lint(tmp_path)
    assert (report.errors, report.files, report.left_out) == ([], 1, {"git-ignored": 1})


def test_a_comment_that_suppresses_nothing_is_found_when_the_whole_root_is_asked_for(root: Path) -> None:
    write(root, "app/store.py", "A = 1  # aether: ignore[AET101] -- once there was a reason\n")
    assert [(f.code, f.path, f.span.line) for f in lint(root).findings] == [("AET001", "app/store.py", 1)]
    assert lint(root, "app/store.py").findings == []


def test_rules_and_findings_are_chosen_by_the_configuration_of_the_root(root: Path) -> None:
    write(root, "app/store.py", "A = 1  # aether: ignore[AET101] -- once there was a reason\n")
    for setting in ('ignore = ["AET0"]', '[per-file-ignores]\n"app/*.py" = ["AET001"]'):
        write(root, "aether-lint.toml", setting)
        assert lint(root).findings == []
    write(root, "aether-lint.toml", 'fail-on = "error"\n[severity]\nAET001 = "info"\n')
    report = lint(root)
    assert ([f.severity for f in report.findings], report.failing) == (["info"], 0)
    report = check(CheckRequest(cwd=str(root), no_cache=True, fail_on="info"))
    assert report.failing == 1


def test_a_baseline_is_written_and_then_accepted(root: Path) -> None:
    write(root, "app/store.py", "A = 1  # aether: ignore[AET101] -- once there was a reason\n")
    request = CheckRequest(cwd=str(root), no_cache=True, baseline="accepted.json", write_baseline=True)
    report = check(request)
    assert (report.findings, report.baselined, report.failing) == ([], 1, 0)
    write(root, "app/store.py", "\n\nA = 1  # aether: ignore[AET101] -- once there was a reason\n")
    report = check(CheckRequest(cwd=str(root), no_cache=True, baseline="accepted.json"))
    assert (report.findings, report.baselined) == ([], 1)
    write(root, "aether-lint.toml", 'baseline = "accepted.json"\n')
    assert lint(root).baselined == 1
    write(root, "app/more.py", "B = 1  # aether: ignore[AET101] -- once there was a reason\n")
    assert [finding.path for finding in lint(root).findings] == ["app/more.py"]


def test_a_baseline_that_cannot_be_used_accepts_nothing_and_is_an_error(root: Path) -> None:
    write(root, "app/store.py", "A = 1  # aether: ignore[AET101] -- once there was a reason\n")
    write(root, "accepted.json", "{")
    report = check(CheckRequest(cwd=str(root), no_cache=True, baseline="accepted.json"))
    assert [(error.path, error.kind) for error in report.errors] == [("accepted.json", "config")]
    assert len(report.findings) == 1
    report = check(CheckRequest(cwd=str(root), no_cache=True, write_baseline=True))
    assert [error.kind for error in report.errors] == ["config"]


def test_a_few_files_of_a_large_project_are_checked_with_what_they_import_until_there_is_an_index(root: Path) -> None:
    for number in range(4):
        write(root, f"bulk/b{number}.py", "VALUE = 1  # a line of some length, so that there are many bytes\n" * 20_000)
    write(root, "app/store.py", "from app.broken import ITEMS\n")
    write(root, "app/broken.py", "def\n")
    trace = Trace()
    report = check(CheckRequest(paths=("app/store.py",), cwd=str(root)), trace)
    assert any("no index yet" in question.why for question in report.not_checked)
    assert any("1 module" in question.what for question in report.not_checked), "what it imports is read"
    assert trace.phases["lower"] < 1
    check(CheckRequest(cwd=str(root)))
    report = check(CheckRequest(paths=("app/store.py",), cwd=str(root)))
    assert not any("no index yet" in question.why for question in report.not_checked)
