"""Which project a file belongs to: the root of its configuration, its index and its roles.

In this order: the nearest folder upwards with `aether-lint.toml` or a pyproject.toml that has
`[tool.aether-lint]`; the git top level (a `.git` entry, read without git); the nearest pyproject.toml,
setup.cfg or setup.py; the folder named on the command line; the file's folder.
"""

import os
from collections.abc import Collection, Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.config.error import ConfigError
from aether_lint.config.load import OWN_FILE, SHARED_FILE, is_configured
from aether_lint.config.toml_source import LIMIT, read_toml
from aether_lint.files import read_regular

Evidence = Literal["config", "git", "packaging", "named", "folder"]

_PACKAGING = (SHARED_FILE, "setup.cfg", "setup.py")
MARKERS = (OWN_FILE, ".git", *_PACKAGING)


class Root(Struct, frozen=True):
    """The root of a file and what made it one. With `folder` the files named are the whole program."""

    path: str
    evidence: Evidence


class _Markers(Struct, frozen=True):
    """What one folder says of itself."""

    configured: bool = False
    git: bool = False
    packaging: bool = False


_NOTHING = _Markers()


class RootFinder:
    """Finds roots and remembers what it saw of each folder; make one for a run, so that edits are seen by the next.

    A pyproject.toml that cannot be parsed may hold the table: that is raised. With `lenient`, one whose text does
    not name us is kept in `broken` instead, and the search goes on: the file is an error, and the code is linted.
    """

    def __init__(self, *, lenient: bool = False) -> None:
        self._lenient = lenient
        self.broken: list[ConfigError] = []
        self._seen: dict[str, _Markers] = {}
        self.consulted: set[str] = (
            set()
        )  # paths whose presence or content was looked at, outside folders it was told of

    def root_of(self, folder: str, named: str = "") -> Root:
        """The root of the files in an absolute `folder`; `named` is the folder on the command line that holds it.

        Raises `ConfigError` when a pyproject.toml on the way up to the root cannot be read: it may hold the table.
        """
        git = packaging = ""
        for above in _upwards(folder):
            markers = self._markers(above)
            if markers.configured:
                return Root(above, "config")
            if markers.git and not git:
                git = above
            if markers.packaging and not packaging:
                packaging = above
        if git:
            return Root(git, "git")
        if packaging:
            return Root(packaging, "packaging")
        return Root(named, "named") if named else Root(folder, "folder")

    def enter(self, folder: str, names: Collection[str]) -> None:
        """Tell what a folder holds that was listed anyway: saves the look-ups. Raises as `root_of`."""
        if folder not in self._seen:
            present = [name for name in MARKERS if name in names]
            self._seen[folder] = self._look(folder, present) if present else _NOTHING

    def _markers(self, folder: str) -> _Markers:
        markers = self._seen.get(folder)
        if markers is None:
            paths = {name: os.path.join(folder, name) for name in MARKERS}
            self.consulted.update(paths.values())
            present = [name for name, path in paths.items() if os.path.lexists(path)]
            markers = self._seen[folder] = self._look(folder, present)
        return markers

    def _look(self, folder: str, present: list[str]) -> _Markers:
        configured = OWN_FILE in present
        if SHARED_FILE in present and not configured:
            configured = self._has_table(os.path.join(folder, SHARED_FILE))
        return _Markers(configured, ".git" in present, any(name in present for name in _PACKAGING))

    def _has_table(self, path: str) -> bool:
        try:
            return is_configured(read_toml(path))
        except ConfigError as error:
            if not self._lenient or _names_us(path):
                raise
            self.broken.append(error)
            return False


def git_top(folder: str, consulted: set[str] | None = None) -> str:
    """The nearest folder upwards, from an absolute one, with a `.git` entry; or an empty string.

    `consulted` collects the paths that were looked at.
    """
    for above in _upwards(folder):
        entry = os.path.join(above, ".git")
        if consulted is not None:
            consulted.add(entry)
        if os.path.lexists(entry):
            return above
    return ""


def find_root(file_path: str, named: str = "") -> str:
    """The root of a file, absolute. `named` is the folder named on the command line that holds it.

    Raises `ConfigError` when a pyproject.toml on the way up cannot be read.
    """
    return RootFinder().root_of(os.path.dirname(os.path.abspath(file_path)), named).path


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _names_us(path: str) -> bool:
    try:
        return b"aether" in read_regular(path, LIMIT)
    except OSError:
        return True
