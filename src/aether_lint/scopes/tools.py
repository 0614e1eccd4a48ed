"""Running the tools that answer questions of scope: our own mypy and ruff, never those of the analysed project."""

import functools
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

TOOL_TIMEOUT = 120  # seconds; the largest labelled repository needs 1.2


class ToolError(Exception):
    """mypy or ruff is missing, or could not answer; the message says which and why."""


class Completed(Struct):
    """What a tool printed."""

    code: int
    out: str
    err: str


def run(command: Sequence[str], cwd: str, stdin: str = "", home: str = os.devnull) -> Completed:
    """Run a tool with a scrubbed environment: no settings from variables or from the user's home."""
    keep = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
    environment = {key: os.environ[key] for key in keep if key in os.environ}
    environment |= {"HOME": home, "XDG_CONFIG_HOME": home, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            list(command),
            cwd=cwd,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            env=environment,
            timeout=TOOL_TIMEOUT,
            check=False,
        )
    except FileNotFoundError as error:
        raise ToolError(f"{command[0]} is not installed beside aether-lint") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{os.path.basename(command[0])} could not be run: {error}") from error
    return Completed(done.returncode, done.stdout, done.stderr)


@functools.cache
def ruff_command() -> str:
    """The path of our ruff. Raises ToolError when it is not installed."""
    try:
        from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]
    except ImportError as error:
        raise ToolError("ruff is not installed beside aether-lint") from error
    try:
        return os.fsdecode(find_ruff_bin())
    except FileNotFoundError as error:
        raise ToolError("ruff is not installed beside aether-lint") from error


@functools.cache
def ruff_version() -> str:
    """The version of our ruff, from its package metadata."""
    return _version("ruff")


@functools.cache
def mypy_version() -> str:
    """The version of our mypy, from its package metadata. Raises ToolError."""
    return _version("mypy")


def tool_versions() -> list[str]:
    """Versions of our mypy and ruff, "none" for one that is missing."""
    return [_version_or_none(ask) for ask in (mypy_version, ruff_version)]


def _version_or_none(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except ToolError:
        return "none"


def _version(distribution: str) -> str:
    beside = _installed_beside(distribution)
    if beside:
        return beside
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError as error:
        raise ToolError(f"{distribution} is not installed beside aether-lint") from error


def _installed_beside(distribution: str) -> str:
    """The version in the name of the metadata folder beside aether-lint's dependencies: reading it costs 30 ms less."""
    import msgspec

    folder = os.path.dirname(os.path.dirname(os.path.abspath(msgspec.__file__)))
    start, end = f"{distribution}-", ".dist-info"
    names = [name for name in os.listdir(folder) if name.startswith(start) and name.endswith(end)]
    return names[0][len(start) : -len(end)] if len(names) == 1 else ""


def ask_mypy(questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Answers of the probe, one a question. Raises ToolError."""
    mypy_version()
    probe = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mypy_probe.py")
    request = json.dumps({"path": _import_path(), "questions": list(questions)})
    # -I: neither the working directory nor PYTHONPATH may put modules of the analysed project before mypy's.
    done = run([sys.executable, "-I", probe], cwd=os.path.dirname(probe), stdin=request)
    try:
        answers = json.loads(done.out)["answers"]
    except (ValueError, KeyError) as error:
        said = done.err.strip().splitlines()[-1:] or [f"exit code {done.code}"]
        raise ToolError(f"mypy {mypy_version()} did not answer: {said[0]}") from error
    return list(answers)


def _import_path() -> list[str]:
    """The import path of this process without folders that could belong to the analysed project."""
    import importlib.util

    base = [entry for entry in sys.path if entry and _is_ours(entry)]
    spec = importlib.util.find_spec("mypy")
    if spec is not None and spec.submodule_search_locations:
        base.append(os.path.dirname(next(iter(spec.submodule_search_locations))))
    return list(dict.fromkeys(base))


def _is_ours(entry: str) -> bool:
    if os.path.basename(entry.rstrip(os.sep)) in ("site-packages", "dist-packages"):
        return True
    library = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    return any(entry.startswith(folder) for folder in library if folder) or entry.endswith(".zip")
