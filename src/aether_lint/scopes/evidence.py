"""What a measurement was read from, and whether it would be read the same today: one stat a file, no parsing."""

import os
from collections.abc import Iterable

from msgspec import Struct

from aether_lint.scopes.import_lines import digest, import_lines
from aether_lint.scopes.text_scan import FileSwitches, scan


class Evidence(Struct):
    """`marks` of all files of the tree, `consulted` files read as a whole, digests of the `imports` looked at."""

    marks: dict[str, str]
    consulted: list[str]
    imports: dict[str, str]

    def changed(self, root: str, marks: dict[str, str], switches: dict[str, FileSwitches]) -> list[str] | None:
        """The files that changed without making a difference, or None where one may make a difference.

        `switches` are those of the Python files at the time: code moves no gate, but its imports and its comments do.
        """
        if marks.keys() != self.marks.keys():
            return None
        touched = [path for path, mark in marks.items() if self.marks[path] != mark]
        whole = set(self.consulted) if touched else frozenset()
        for path in touched:
            if not path.endswith(".py") or path in whole or scan(root, path) != switches.get(path):
                return None
            if path in self.imports and digest(import_lines(root, path)) != self.imports[path]:
                return None
        return touched


def marks_of(root: str, paths: Iterable[str]) -> dict[str, str]:
    """The state of files: modification time and size."""
    return {path: _mark(os.path.join(root, path)) for path in paths}


def _mark(path: str) -> str:
    try:
        stat = os.stat(path)
    except OSError:
        return "gone"
    return f"{stat.st_mtime_ns}:{stat.st_size}"
