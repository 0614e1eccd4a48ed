"""`aether-lint check` as a user runs it: what it prints where, and how it exits."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

FALLBACK = """\
try:
    import redis
except ImportError:
    redis = None


class Sessions:
    def __init__(self, url: str) -> None:
        self._memory: dict[str, str] = {}
        self.client = redis.Redis.from_url(url) if redis is not None else None

    def save(self, key: str, value: str) -> None:
        if self.client is None:
            self._memory[key] = value
            return
        self.client.set(key, value)
"""
CLEAN = "import redis\n"


def check(
    folder: Path, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aether_lint", "check", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
        check=False,
        timeout=60,
    )


def as_json(folder: Path, *arguments: str, stdin: str = "") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(check(folder, "--output-format", "json", *arguments, stdin=stdin).stdout)
    return document


def codes(document: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in document["findings"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "aether-lint.toml").touch()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "sessions.py").write_text(FALLBACK)
    (tmp_path / "app" / "clean.py").write_text(CLEAN)
    return tmp_path


def test_findings_exit_with_1_and_are_shown_with_their_code(project: Path) -> None:
    result = check(project)
    assert (result.returncode, result.stderr) == (1, "")
    assert "error[AET104]: " in result.stdout
    assert "--> app/sessions.py:" in result.stdout
    assert "\nhelp: " in result.stdout
    assert "Found 1 finding (1 error) in 1 of 2 files" in result.stdout
    assert "\x1b" not in result.stdout


def test_clean_files_exit_with_0(project: Path) -> None:
    result = check(project, "app/clean.py")
    assert (result.returncode, result.stderr) == (0, "")


def test_quiet_clean_files_print_nothing(project: Path) -> None:
    result = check(project, "app/clean.py", "--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_exit_zero_forgives_findings_but_no_incomplete_answer(project: Path) -> None:
    assert check(project, "--exit-zero").returncode == 0
    (project / "app" / "broken.py").write_text("def (:\n")
    assert check(project, "--exit-zero").returncode == 2


def test_fail_on_decides_what_counts(project: Path) -> None:
    (project / "aether-lint.toml").write_text('[severity]\nAET104 = "info"\n')
    assert check(project).returncode == 0
    assert check(project, "--fail-on", "info").returncode == 1


def test_selection_by_code_prefix_and_name(project: Path) -> None:
    assert codes(as_json(project, "--select", "AET2")) == []
    assert codes(as_json(project, "--select", "AET2,fallback-on-missing-dependency")) == ["AET104"]
    assert codes(as_json(project, "--select", "AET2", "--extend-select", "AET104")) == ["AET104"]
    assert codes(as_json(project, "--ignore", "AET104")) == []


def test_an_unreadable_file_is_named_on_stderr_and_the_rest_is_checked(project: Path) -> None:
    (project / "app" / "broken.py").write_text("x = 1\ndef (:\n")
    result = check(project)
    assert result.returncode == 2
    assert "app/broken.py:2:5: error: not analyzed (syntax): " in result.stderr
    assert "AET104" in result.stdout
    assert "Analyzed 2 of 3 files" in result.stdout


def test_json_carries_errors_and_nothing_goes_to_stderr(project: Path) -> None:
    (project / "app" / "broken.py").write_text("x = 1\ndef (:\n")
    result = check(project, "--output-format", "json")
    document = json.loads(result.stdout)
    assert (result.returncode, result.stderr) == (2, "")
    assert [(error["path"], error["kind"], error["line"]) for error in document["errors"]] == [
        ("app/broken.py", "syntax", 2)
    ]
    assert (document["summary"]["files"], document["summary"]["not_analysed"]) == (3, 1)
    assert codes(document) == ["AET104"]


@pytest.mark.parametrize("output_format", ["text", "concise", "json", "sarif", "github", "gitlab", "markdown"])
def test_a_path_that_does_not_exist_is_an_error_in_every_format(project: Path, output_format: str) -> None:
    result = check(project, "no-such.py", "--output-format", output_format)
    assert result.returncode == 2
    assert "no-such.py" in result.stdout + result.stderr


def test_a_broken_configuration_is_an_error_with_its_place(project: Path) -> None:
    (project / "aether-lint.toml").write_text('selcet = ["AET1"]\n')
    result = check(project)
    assert result.returncode == 2
    assert "aether-lint.toml:1:1: error: not analyzed (config): unknown key `selcet`" in result.stderr
    assert "did you mean `select`?" in result.stderr


def test_a_configuration_of_the_command_line_takes_the_place_of_the_project_s(project: Path) -> None:
    (project / "other.toml").write_text('ignore = ["AET104"]\n')
    assert check(project, "--config", "other.toml").returncode == 0
    (project / "other.toml").write_text("ignore = 3\n")
    document = as_json(project, "--config", "other.toml")
    assert [(error["path"], error["kind"]) for error in document["errors"]] == [("other.toml", "config")]


def test_stdin_is_checked_in_the_place_it_belongs_to(project: Path) -> None:
    document = as_json(project, "-", "--stdin-filename", "app/clean.py", stdin=FALLBACK)
    assert [(finding["code"], finding["path"]) for finding in document["findings"]] == [("AET104", "app/clean.py")]
    assert codes(as_json(project, "-", "--stdin-filename", "app/sessions.py", stdin=CLEAN)) == []


def test_the_frame_of_stdin_shows_its_text_and_not_the_file(project: Path) -> None:
    result = check(project, "-", "--stdin-filename", "app/clean.py", stdin=FALLBACK)
    assert "--> app/clean.py:" in result.stdout
    assert "self._memory[key] = value" in result.stdout


def test_stdin_without_a_name(project: Path) -> None:
    result = check(project, "-", stdin=FALLBACK)
    assert result.returncode == 1
    assert "<stdin>:" in result.stdout


def test_an_output_file_gets_everything_and_stdout_nothing(project: Path) -> None:
    (project / "app" / "broken.py").write_text("def (:\n")
    result = check(project, "--output-file", "report.txt", env={"FORCE_COLOR": "1"})
    assert (result.returncode, result.stdout) == (2, "")
    text = (project / "report.txt").read_text()
    assert "AET104" in text
    assert "broken.py" in text
    assert "\x1b" not in text


def test_an_output_file_that_cannot_be_written_exits_with_2(project: Path) -> None:
    result = check(project, "--output-file", "no/such/folder.txt")
    assert result.returncode == 2
    assert "no/such/folder.txt" in result.stderr


def test_colors_only_where_they_are_wanted(project: Path) -> None:
    assert "\x1b[" in check(project, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in check(project, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_what_the_terminal_cannot_show_is_escaped(project: Path) -> None:
    (project / "app" / "größe.py").write_text(FALLBACK)
    result = check(project, "app/größe.py", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert result.returncode == 1
    assert r"app/gr\xf6\xdfe.py:" in result.stdout


@pytest.mark.skipif(os.name == "nt", reason="file names are text on Windows")
def test_odd_file_names_are_shown_escaped(project: Path) -> None:
    (project / "app" / "new\nline\x1b[31m.py").write_text(FALLBACK)
    Path(os.fsdecode(os.fsencode(project) + b"/app/latin\xff.py")).write_text(FALLBACK)
    result = check(project, "--output-format", "concise")
    assert r"app/new\nline\x1b[31m.py:" in result.stdout
    assert r"app/latin\xff.py:" in result.stdout
    assert "\x1b" not in result.stdout


def test_the_same_run_again_says_the_same(project: Path) -> None:
    first = check(project)
    old = time.time() - 10
    for path in [project, *project.rglob("*")]:
        os.utime(path, (old, old))
    second, third = check(project), check(project)
    assert first.stdout == second.stdout == third.stdout
    assert first.returncode == second.returncode == third.returncode == 1
    (project / "app" / "sessions.py").write_text(CLEAN)
    assert check(project).returncode == 0


def test_a_reader_that_goes_away_is_no_crash(project: Path) -> None:
    for number in range(300):
        (project / "app" / f"copy{number}.py").write_text(FALLBACK)
    process = subprocess.Popen(
        [sys.executable, "-m", "aether_lint", "check"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors == b""


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupt_is_said_without_a_traceback(project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "aether_lint", "check", "-"],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == b""
    assert errors.strip().endswith(b"aether-lint: interrupted")
    assert b"Traceback" not in errors
