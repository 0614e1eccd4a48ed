"""The baseline of a root in a run: read and compared, or written anew."""

import os
from collections.abc import Collection

from msgspec import Struct

from aether_lint.config import ConfigError
from aether_lint.engine.discover import Project
from aether_lint.engine.request import CheckRequest
from aether_lint.model import FileError, Finding


class Accepted(Struct, frozen=True):
    """The findings that are not in the baseline, how many are, and why it could not be used."""

    shown: list[Finding]
    baselined: int = 0
    errors: list[FileError] = []


def accept(findings: list[Finding], project: Project, judged: Collection[str], request: CheckRequest) -> Accepted:
    """Take out the findings that the baseline of a root lists; where it is to be written, write these first.

    `judged` are the files that the findings are about. A baseline that cannot be used accepts nothing, and is an error.
    """
    path = baseline_path(project, request)
    if not path and not request.write_baseline:
        return Accepted(findings)
    from aether_lint.engine.baseline import compare, read_baseline  # json and tempfile cost 8 ms

    try:
        if request.write_baseline:
            _write(path or project.root, findings, judged)
        known = compare(findings, read_baseline(path))
    except ConfigError as error:
        message = f"{error.message}; {error.help}" if error.help else error.message
        return Accepted(findings, errors=[FileError(error.path, "config", message, error.line, error.column)])
    return Accepted(known.kept, len(known.known))


def _write(path: str, findings: list[Finding], judged: Collection[str]) -> None:
    from aether_lint.engine.baseline import read_baseline, renewed, write_baseline

    if os.path.isdir(path):
        raise ConfigError(path, "`--write-baseline` needs a file", help="name it with `--baseline`, or set `baseline`")
    before = read_baseline(path) if os.path.lexists(path) else []
    try:
        write_baseline(path, renewed(findings, before, judged))
    except OSError as error:
        raise ConfigError(path, f"cannot be written: {error.strerror or error}") from error


def baseline_path(project: Project, request: CheckRequest) -> str:
    """Where the baseline of a root is, or an empty string."""
    if request.baseline:
        return os.path.join(request.folder, request.baseline)
    return os.path.join(project.root, project.config.baseline) if project.config.baseline else ""
