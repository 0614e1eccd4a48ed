"""No input stops a run, is passed over in silence, or speaks through the report."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aether_lint.engine.run import CheckRequest, check
from aether_lint.engine.trace import Trace
from hostile import SEED, SEED_CODE, HostileTree, build, reopen

SOURCE = str(Path(__file__).parent.parent / "src")
SECONDS = 180  # a run takes some; a hang takes all


@cache
def plain_user() -> list[str] | None:
    """The words before a command that run it without root's rights; None where there is no way."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    # root without capabilities may read only what its modes let it read, and still finds its interpreter
    for words in (
        ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"],
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"],
    ):
        if shutil.which(words[0]) and _is_plain(words):
            return words
    return None


def _is_plain(words: list[str]) -> bool:
    """Whether the command runs our interpreter, and is refused a file that nobody may read."""
    script = "import aether_lint.model, sys\ntry: open(sys.argv[1])\nexcept PermissionError: print('refused')"
    with tempfile.NamedTemporaryFile() as file:
        os.chmod(file.name, 0)
        command = [*words, sys.executable, "-c", script, file.name]
        done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    return done.stdout == "refused\n"


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AETHER")}
    return {**inherited, "PYTHONPATH": SOURCE, "PYTHONIOENCODING": "utf-8:surrogateescape", "COLUMNS": "120"}


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """`aether-lint check` as a process of a plain user."""
    words = plain_user()
    if words is None:
        pytest.skip("root reads every file, and there is no way here to give its rights up")
    command = [*words, sys.executable, "-m", "aether_lint", "check", *arguments]
    return subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, timeout=SECONDS, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileTree]:
    tree = build(tmp_path_factory.mktemp("hostile"))
    for part, reason in tree.missing.items():
        print(f"not tried: {part}: {reason}")
    yield tree
    reopen(tree)


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileTree]:
    tree = build(tmp_path_factory.mktemp("light"), heavy=False)
    yield tree
    reopen(tree)


@pytest.fixture(scope="module")
def outcome(tree: HostileTree) -> "subprocess.CompletedProcess[bytes]":
    return run(tree.root, "--output-format", "json", "--select", SEED_CODE, "--no-cache")


@pytest.fixture(scope="module")
def report(outcome: "subprocess.CompletedProcess[bytes]") -> Any:
    return json.loads(outcome.stdout)


def errors_of(report: Any) -> dict[str, str]:
    return {error["path"]: error["kind"] for error in report["errors"]}


def found_in(report: Any) -> list[str]:
    return [finding["path"] for finding in report["findings"] if finding["code"] == SEED_CODE]


def test_the_run_ends_with_an_answer_that_is_not_complete(outcome: "subprocess.CompletedProcess[bytes]") -> None:
    assert outcome.returncode == 2
    assert b"Traceback" not in outcome.stderr + outcome.stdout


def test_what_can_be_analyzed_is_once_each(tree: HostileTree, report: Any) -> None:
    found = [path for path in found_in(report) if path not in tree.undecided]
    assert sorted(found) == sorted(map(as_json, tree.analyzed))


def test_what_cannot_be_analyzed_is_an_error_by_name(tree: HostileTree, report: Any) -> None:
    errors = {path: kind for path, kind in errors_of(report).items() if path not in tree.undecided}
    assert errors.keys() == tree.errors.keys()
    assert {path: kind for path, kind in errors.items() if kind not in tree.errors[path]} == {}


def test_what_this_python_decides_is_a_finding_or_an_error(tree: HostileTree, report: Any) -> None:
    found, errors = found_in(report), errors_of(report)
    for path, kinds in tree.undecided.items():
        assert (path in found) != (errors.get(path) in kinds), path


def test_everything_is_counted(tree: HostileTree, report: Any) -> None:
    summary = report["summary"]
    assert summary["not_analysed"] == len(report["errors"])
    assert summary["files"] == summary["analysed"] + summary["not_analysed"]
    assert summary["left_out"].get("link loop") == (None if "links" in tree.missing else 1)


@pytest.mark.parametrize("output_format", ["text", "concise", "github", "gitlab", "sarif", "markdown", "json"])
def test_no_name_drives_a_terminal_or_a_runner(light: HostileTree, output_format: str) -> None:
    done = run(light.root, "--output-format", output_format, "--select", SEED_CODE)
    assert done.returncode == 2
    printed = (done.stdout + done.stderr).decode("utf-8")
    assert "\x1b[31m.py" not in printed
    assert "\u202e" not in printed
    assert "forged.py" in printed
    lines = printed.splitlines()
    assert not any(line.startswith(("line.py", "::error file=x.py")) for line in lines)
    for path in light.errors:
        assert path in printed, f"{path} is passed over"


def test_a_second_run_with_the_index_says_the_same(tree: HostileTree, report: Any) -> None:
    first = run(tree.root, "--output-format", "json", "--select", SEED_CODE)
    second = run(tree.root, "--output-format", "json", "--select", SEED_CODE)
    assert (first.returncode, second.returncode) == (2, 2)
    assert json.loads(first.stdout) == json.loads(second.stdout) == report


def test_each_bad_path_is_an_error_when_it_is_named(light: HostileTree) -> None:
    for path, kinds in light.errors.items():
        done = run(light.root, "--output-format", "json", path)
        assert done.returncode == 2, path
        assert b"Traceback" not in done.stderr, path
        assert errors_of(json.loads(done.stdout)).get(path) in kinds, path


class _Removes(Trace):
    """Removes a file after discovery and before it is read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def depends_on(self, *arguments: Any, **keywords: Any) -> Any:
        self._path.unlink()
        return super().depends_on(*arguments, **keywords)


def test_a_file_that_is_gone_meanwhile_is_an_error(tmp_path: Path) -> None:
    for name in ("aether-lint.toml", "a.py", "b.py"):
        (tmp_path / name).write_text(SEED if name.endswith(".py") else "")
    report = check(CheckRequest((".",), str(tmp_path), no_cache=True), _Removes(tmp_path / "b.py"))
    assert [(error.path, error.kind) for error in report.errors] == [("b.py", "unreadable")]
    assert [finding.path for finding in report.findings if finding.code == SEED_CODE] == ["a.py"]


@pytest.mark.parametrize("text", ["slect = []\n", "[tool\n", 'fail-on = "fatal"\n', 'select = ["AET999"]\n'])
def test_a_configuration_that_is_not_understood_makes_the_answer_incomplete(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(SEED)
    (tmp_path / "aether-lint.toml").write_text(text)
    done = run(tmp_path)
    assert done.returncode == 2
    printed = (done.stdout + done.stderr).decode()
    assert "aether-lint.toml:1:" in printed
    assert "Traceback" not in printed


def test_an_empty_folder_is_clean(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)


def as_json(path: str) -> str:
    """A path as the report carries it: the bytes of a name that is not UTF-8 are escaped."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
