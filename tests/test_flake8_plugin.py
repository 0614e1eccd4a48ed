"""The plugin as flake8 runs it: a process, with nothing to configure."""

import subprocess
import sys
from pathlib import Path

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


def flake8(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flake8", "--select=AET,E9", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "aether-lint.toml").touch()
    (tmp_path / "sessions.py").write_text(FALLBACK)
    return tmp_path


def test_a_finding_has_path_line_column_and_code(project: Path) -> None:
    result = flake8(project, "sessions.py")
    assert result.returncode == 1
    assert result.stdout.startswith("sessions.py:")
    assert " AET104 " in result.stdout


def test_several_jobs_find_the_same(project: Path) -> None:
    (project / "other.py").write_text(FALLBACK)
    assert flake8(project, "-j1").stdout == flake8(project, "-j2").stdout != ""


def test_an_unsaved_buffer_is_judged_and_not_the_file_on_disk(project: Path) -> None:
    clean = "import redis\n"
    assert flake8(project, "-", "--stdin-display-name", "sessions.py", stdin=clean).stdout == ""
    (project / "sessions.py").write_text(clean)
    result = flake8(project, "-", "--stdin-display-name", "sessions.py", stdin=FALLBACK)
    assert "sessions.py:" in result.stdout
    assert "AET104" in result.stdout


def test_stdin_without_a_name_is_judged_alone(project: Path) -> None:
    assert "AET104" in flake8(project, "-", stdin=FALLBACK).stdout


def test_flake8_comments_suppress(project: Path) -> None:
    text = (project / "sessions.py").read_text()
    line = int(flake8(project, "sessions.py").stdout.split(":")[1])
    lines = text.splitlines()
    lines[line - 1] += "  # noqa: AET104"
    (project / "sessions.py").write_text("\n".join(lines) + "\n")
    assert flake8(project, "sessions.py").stdout == ""


def test_a_bad_configuration_is_said_with_its_place_and_is_no_success(project: Path) -> None:
    (project / "aether-lint.toml").write_text('selcet = ["AET1"]\n')
    result = flake8(project, "sessions.py")
    assert result.returncode == 1
    assert "aether-lint.toml:1:1" in result.stdout
    assert "did you mean `select`?" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_the_index_is_not_written_for_a_loose_file(tmp_path: Path) -> None:
    (tmp_path / "loose.py").write_text(FALLBACK)
    assert "AET104" in flake8(tmp_path, "loose.py").stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loose.py"]


def test_text_with_another_encoding_keeps_its_columns(project: Path) -> None:
    source = "# -*- coding: latin-1 -*-\n" + FALLBACK.replace("self._memory", "größe = 'ä'; self._memory")
    (project / "sessions.py").write_bytes(source.encode("latin-1"))
    on_disk = flake8(project, "sessions.py").stdout
    assert "AET104" in on_disk
    named = flake8(
        project, "-", "--stdin-display-name", "./sessions.py", stdin=source.replace("latin-1", "utf-8")
    ).stdout
    assert named.replace("./", "") == on_disk
