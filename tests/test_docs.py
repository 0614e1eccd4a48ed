"""What is written twice is the same twice; what the pages tell people to run is what CI runs."""

import re
import subprocess
import sys
from pathlib import Path

from aether_lint import __version__

ROOT = Path(__file__).parent.parent


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_generated_pages_and_tables_are_those_of_the_rules() -> None:
    run = subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, f"run `nox -s docs`\n{run.stdout}{run.stderr}"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    commands = [line for line in text("README.md").split("\n") if line.startswith("python3 -m venv")]
    assert len(commands) == 2, "one to lint the example, one to run the tests"
    assert text(".ci/run").rstrip().split("\n")[-1] == commands[1]
    assert commands[1] in text("CONTRIBUTING.md")


def test_commands_for_contributors_are_sessions_of_nox() -> None:
    named = set(re.findall(r"nox -s (\w+)", text("CONTRIBUTING.md")))
    assert named == set(re.findall(r"^def (\w+)\(session", text("noxfile.py"), re.MULTILINE)) - {"install"}


def test_change_log_begins_with_this_version() -> None:
    versions = re.findall(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == __version__


def test_links_of_the_pages_lead_to_files() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page
