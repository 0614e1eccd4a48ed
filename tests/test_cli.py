"""The program as a user runs it: a process, its output, its exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from aether_lint import __version__
from aether_lint.cli.app import COMMANDS


def run(
    *arguments: str, cwd: Path | None = None, stdin: str | bytes = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, "-m", "aether_lint", *arguments],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env={**os.environ, **(env or {})},
        check=False,
        timeout=60,
    )
    return subprocess.CompletedProcess(result.args, result.returncode, result.stdout.decode(), result.stderr.decode())


def imported_by(*arguments: str, cwd: Path | None = None) -> set[str]:
    """The modules that a run imports."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "aether_lint", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return {line.rpartition("|")[2].strip() for line in result.stderr.splitlines() if line.startswith("import time:")}


def test_version_is_said_without_importing_anything() -> None:
    assert run("--version").stdout == f"aether-lint {__version__}\n"
    modules = imported_by("--version")
    assert not {"click", "msgspec", "re", "typing", "json", "aether_lint.model"} & modules


def test_version_counts_as_an_option_anywhere_before_the_command() -> None:
    result = run("--version", "check")
    assert (result.returncode, result.stdout) == (0, f"aether-lint {__version__}\n")


def test_help_names_every_command_without_importing_one() -> None:
    result = run("--help")
    assert result.returncode == 0
    assert all(f"  {name} " in result.stdout for name in COMMANDS)
    assert not {f"aether_lint.cli.{name}" for name in COMMANDS} & imported_by("--help")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert result.returncode == 0
    assert result.stdout.startswith(f"Usage: aether-lint {command} ")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("chekc",),
        ("check", "--no-such-option"),
        ("check", "--min-confidence", "certain"),
        ("check", "--fail-on", "never"),
        ("check", "--jobs", "0"),
        ("check", "--output-format", "xml"),
        ("check", "--select", "AET9x"),
        ("check", "-", "src"),
        ("check", "--stdin-filename", "app.py"),
        ("explain",),
        ("explain", "AET9x"),
        ("config", "no-such-path"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Usage: aether-lint")


def test_a_misspelled_option_names_the_nearest() -> None:
    assert "--select" in run("check", "--selct", "AET").stderr


def test_config_says_value_and_origin_of_every_key(tmp_path: Path) -> None:
    (tmp_path / "aether-lint.toml").write_text('# ours\nfail-on = "error"\n')
    (tmp_path / "app.py").touch()
    result = run("config", "app.py", cwd=tmp_path)
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"# root: {tmp_path} (it holds the configuration)"
    assert any(line.startswith('fail-on = "error"') and line.endswith("# aether-lint.toml:2") for line in lines)
    assert any(line.startswith('min-confidence = "medium"') and line.endswith("# default") for line in lines)


def test_config_as_json(tmp_path: Path) -> None:
    (tmp_path / "aether-lint.toml").write_text('fail-on = "error"\n')
    document = json.loads(run("config", str(tmp_path), "--output-format", "json").stdout)
    assert document["root"] == str(tmp_path)
    assert document["settings"]["fail-on"] == {"value": "error", "origin": "aether-lint.toml:1"}
    assert document["settings"]["src"] == {"value": [], "origin": "default"}


def test_config_of_a_broken_file_exits_with_2_and_its_place(tmp_path: Path) -> None:
    (tmp_path / "aether-lint.toml").write_text('fail-onn = "error"\n')
    result = run("config", ".", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "aether-lint.toml:1:1" in result.stderr
    assert "did you mean `fail-on`?" in result.stderr


def test_rules_as_a_table_and_as_json() -> None:
    rules = json.loads(run("rules", "--output-format", "json").stdout)
    table = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in table[1:]] == [rule["code"] for rule in rules]
    assert "AET101" in {rule["code"] for rule in rules}


def test_explain_by_code_and_by_name_is_the_same_page() -> None:
    by_code = run("explain", "AET101")
    assert by_code.returncode == 0
    assert by_code.stdout == run("explain", "fallback-on-import-error").stdout
    assert by_code.stdout.startswith("AET101 fallback-on-import-error")
    assert "What it does" in by_code.stdout
