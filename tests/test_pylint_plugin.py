"""The plugin as pylint runs it: a process, `load-plugins`, and pylint's own comments."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aether_lint.rules.registry import load_rules

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
OURS = {rule.name for rule in load_rules().values()}


def pylint(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "pylint", "--rcfile=", "--load-plugins=aether_lint.pylint_plugin"),
            *("--output-format=json2", *arguments),
        ],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def messages(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)["messages"]
    return [message for message in found if message["symbol"] in OURS]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "aether-lint.toml").touch()
    (tmp_path / "sessions.py").write_text(FALLBACK)
    return tmp_path


def test_a_finding_is_a_message_with_the_name_of_its_rule(project: Path) -> None:
    (message,) = messages(pylint(project, "sessions.py"))
    assert message["symbol"] == "fallback-on-missing-dependency"
    assert message["messageId"] == "W9104"
    assert message["path"] == "sessions.py"


def test_worker_processes_find_the_same(project: Path) -> None:
    (project / "other.py").write_text(FALLBACK)

    def places(*arguments: str) -> list[tuple[str, int, int]]:
        found = messages(pylint(project, *arguments, "sessions.py", "other.py"))
        return sorted((message["path"], message["line"], message["column"]) for message in found)

    assert places("-j2") == places("-j1") != []


def test_pylint_comments_suppress(project: Path) -> None:
    (message,) = messages(pylint(project, "sessions.py"))
    lines = FALLBACK.splitlines()
    lines[message["line"] - 1] += "  # pylint: disable=fallback-on-missing-dependency"
    (project / "sessions.py").write_text("\n".join(lines) + "\n")
    assert messages(pylint(project, "sessions.py")) == []


def test_messages_can_be_disabled_by_id(project: Path) -> None:
    assert messages(pylint(project, "--disable=W9104", "sessions.py")) == []


def test_text_from_stdin_is_judged_and_not_the_file_on_disk(project: Path) -> None:
    assert messages(pylint(project, "--from-stdin", "sessions.py", stdin="import redis\n")) == []
    (project / "sessions.py").write_text("import redis\n")
    assert messages(pylint(project, "--from-stdin", "sessions.py", stdin=FALLBACK)) != []


def test_ids_follow_the_scheme(project: Path) -> None:
    listed = pylint(project, "--list-msgs-enabled").stdout
    for code, rule in load_rules().items():
        assert f"{rule.name} (W9{code.removeprefix('AET')})" in listed


def test_a_bad_configuration_is_said_with_its_place_and_is_no_success(project: Path) -> None:
    (project / "aether-lint.toml").write_text('selcet = ["AET1"]\n')
    result = pylint(project, "sessions.py")
    assert result.returncode != 0
    assert "aether-lint.toml:1:1" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
