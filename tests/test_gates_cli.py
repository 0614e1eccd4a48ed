"""`aether-lint gates` as a process: the table in each format, fixes with before and after, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gates_project import project

WORKFLOW = (
    "on: pull_request\njobs:\n  checks:\n    runs-on: x\n    steps:\n      - run: mypy\n      - run: pytest || true\n"
)
FILES = {
    "aether-lint.toml": "",
    "pyproject.toml": '[tool.mypy]\nstrict = true\nfiles = ["app/orders.py"]\n',
    ".github/workflows/checks.yml": WORKFLOW,
    "tests/test_orders.py": "",
}


def gates(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "aether_lint", "gates", *args]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_table_in_text(tmp_path: Path) -> None:
    run = gates(project(tmp_path, FILES), "--quiet")
    assert run.returncode == 1
    assert run.stdout.splitlines() == [
        "tool    configured on   modules     rules   pull requests  blocks",
        "mypy    pyproject.toml  1/5 (20 %)  strict  yes            yes",
        "pytest  command line    -           -       yes            no",
        "5 first-party modules; not counted: 1 tests",
    ]


def test_findings_follow_the_table(tmp_path: Path) -> None:
    run = gates(project(tmp_path, FILES))
    assert "error[AET501]" in run.stdout
    assert "error[AET522]" in run.stdout
    assert gates(tmp_path, "--exit-zero").returncode == 0


def test_table_in_json(tmp_path: Path) -> None:
    run = gates(project(tmp_path, FILES), "--output-format", "json", "--show-modules")
    document = json.loads(run.stdout)
    row = document["gates"][0]
    assert (document["version"], document["modules"], len(document["module_paths"])) == (1, 5, 5)
    assert (row["tool"], row["covered"], row["total"], row["percent"]) == ("mypy", 1, 5, 20.0)
    assert (row["on_pull_requests"], row["blocks"], row["runs"]) == ("yes", "yes", ["job checks of checks.yml"])
    assert {finding["code"] for finding in document["findings"]} == {"AET501", "AET522"}


def test_table_in_markdown(tmp_path: Path) -> None:
    lines = gates(project(tmp_path, FILES), "--output-format", "markdown").stdout.splitlines()
    assert lines[2] == "| mypy | pyproject.toml | 1/5 (20 %) | strict | yes | yes |"
    assert any(line.startswith("- **AET522** `.github/workflows/checks.yml:7`") for line in lines)


def test_modules_are_listed_with_what_does_not_count(tmp_path: Path) -> None:
    out = gates(project(tmp_path, FILES), "--show-modules", "--quiet").stdout
    assert "  app/orders.py\n" in out
    assert "not counted, tests:\n  tests/test_orders.py\n" in out


def test_fix_measures_again_and_says_before_and_after(tmp_path: Path) -> None:
    shown = gates(project(tmp_path, FILES), "--diff")
    assert '+files = ["app"]' in shown.stdout
    assert shown.returncode == 1
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == FILES["pyproject.toml"]
    run = gates(tmp_path, "--fix")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "mypy: 1 -> 5 modules\n" in run.stdout
    assert '\nfiles = ["app"]\n' in (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    assert (tmp_path / ".github/workflows/checks.yml").read_text(encoding="utf-8") == WORKFLOW.replace(" || true", "")
    assert gates(tmp_path).returncode == 0


def accepted(root: Path) -> None:
    """Accept one finding by a comment in TOML, one by a comment in YAML, and leave a comment that does nothing."""
    config = root / "pyproject.toml"
    silent = "files = [  # aether: ignore[AET501] until=2999-12-31 -- widened package by package\n"
    config.write_text(config.read_text(encoding="utf-8").replace("files = [", silent), encoding="utf-8")
    workflow = root / ".github/workflows/checks.yml"
    idle = "# aether: ignore[gate-never-loads]\n"
    workflow.write_text(idle + WORKFLOW.replace(" || true", " || true  # aether: ignore[AET522]"), encoding="utf-8")


def test_comments_in_configuration_files_count_in_both_commands(tmp_path: Path) -> None:
    accepted(project(tmp_path, FILES))
    for command in ("gates", "check"):
        run = subprocess.run(
            [sys.executable, "-m", "aether_lint", command, "--output-format", "json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        found = json.loads(run.stdout)["findings"]
        assert [(f["code"], f["path"], f["line"]) for f in found] == [("AET001", ".github/workflows/checks.yml", 1)]


def test_what_a_comment_accepts_is_not_fixed(tmp_path: Path) -> None:
    accepted(project(tmp_path, FILES))
    before = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    run = gates(tmp_path, "--fix")
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == before
    assert "fixed" not in run.stdout


def test_comment_in_ini_counts(tmp_path: Path) -> None:
    files = {"mypy.ini": "[mypy]\n# aether: ignore[narrow-mypy-scope] -- legacy\nfiles = app/orders.py\n"}
    assert gates(project(tmp_path, files)).returncode == 0


def test_baseline_accepts_what_is_there_today(tmp_path: Path) -> None:
    project(tmp_path, FILES)
    write = [sys.executable, "-m", "aether_lint", "check", "--baseline", "known.json", "--write-baseline"]
    assert subprocess.run(write, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert gates(tmp_path, "--baseline", "known.json").returncode == 0
    assert gates(tmp_path, "--baseline", "known.json", "--fix").stdout == ""
    assert gates(tmp_path, "--baseline", "absent.json").returncode == 2
    (tmp_path / "aether-lint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    assert gates(tmp_path).returncode == 0


def test_fixes_that_the_configuration_forbids_are_not_made(tmp_path: Path) -> None:
    run = gates(project(tmp_path, {**FILES, "aether-lint.toml": 'fixable = ["AET522"]\n'}), "--fix")
    assert "AET522" in run.stdout
    assert "AET501" not in run.stdout


def test_what_cannot_be_measured_makes_the_answer_incomplete(tmp_path: Path) -> None:
    run = gates(project(tmp_path, {"aether-lint.toml": "", "ruff.toml": 'line-length = "wide"\n'}))
    assert run.returncode == 2
    assert "ruff.toml" in run.stderr


def test_project_without_gates_is_clean(tmp_path: Path) -> None:
    run = gates(project(tmp_path, {"aether-lint.toml": ""}))
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("name", ["::error file=x::", "a\nb", "\x1b[31m"])
def test_names_of_files_drive_no_terminal_and_no_ci(tmp_path: Path, name: str) -> None:
    project(tmp_path, {**FILES, f"app/{name}.py": ""})
    for args in ((), ("--output-format", "markdown"), ("--show-modules",)):
        out = gates(tmp_path, *args).stdout
        assert not any(line.startswith("::") for line in out.splitlines())
        assert "\x1b" not in out
