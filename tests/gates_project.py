"""Small projects for the tests of the gates, and what the tools themselves say of them as processes."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aether_lint.config.settings import Config
from aether_lint.model import FileError
from aether_lint.scopes.observations import Observation
from aether_lint.scopes.observe import survey

MODULES = ("app/__init__.py", "app/orders.py", "app/prices.py", "app/stock.py", "app/billing/__init__.py")


def project(root: Path, files: Mapping[str, str], modules: Sequence[str] = MODULES) -> Path:
    """Write a project; a `.git` folder ends the tools' search for configurations further up."""
    (root / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in {**dict.fromkeys(modules, ""), **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return root


def seen(root: Path, edited: Mapping[str, bytes] | None = None) -> tuple[list[Observation], list[FileError]]:
    """What is observed, measured anew, with texts `edited` in place of files; and what could not be measured."""
    found = survey(str(root), Config(), use_cache=False, overlay=edited)
    return found.observations, found.errors


def of_kind(root: Path, kind: type) -> list[Observation]:
    """The observations of one kind; there must be no errors."""
    observations, errors = seen(root)
    assert errors == []
    return [one for one in observations if isinstance(one, kind)]


def mypy_sources(root: Path, *args: str) -> set[str]:
    """The files that mypy is given, by its own log; paths relative to `root`."""
    command = [sys.executable, "-m", "mypy", "-v", f"--cache-dir={os.devnull}", *args]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    found = re.findall(r"Found source: +BuildSource\(path='([^']+)'", run.stdout + run.stderr)
    return {os.path.relpath(os.path.join(root, path), root) for path in found}


def ruff_files(root: Path, *args: str) -> set[str]:
    """The Python files that ruff lints, by its own list; paths relative to `root`."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--show-files", *args]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    real = os.path.realpath(root)
    return {os.path.relpath(line, real) for line in run.stdout.splitlines() if line.endswith(".py")}
