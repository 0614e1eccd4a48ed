"""Which file a dotted module name means: source roots are inferred, nothing is imported."""

from collections.abc import Iterable

MODULE_SUFFIX = ".py"
PACKAGE_FILE = "__init__"


class ModuleTable:
    """The modules of one project by every dotted name under which a source root could hold them.

    A directory is a possible root when it is no regular package itself. Among several candidates the one
    that shares the longest path with the importer wins: a folder of scripts imports its neighbours.
    """

    def __init__(self, paths: Iterable[str], sources: Iterable[str] = ()) -> None:
        self._by_name: dict[str, list[str]] = {}
        self._packages: set[str] = set()
        self._sources = tuple(s.strip("/") for s in sources)
        self._cache: dict[tuple[str, str], str | None] = {}
        for path in sorted(paths):
            parts = path[: -len(MODULE_SUFFIX)].split("/")
            if parts[-1] == PACKAGE_FILE:
                parts.pop()
                self._packages.add("/".join(parts))
            for start in range(len(parts)):
                self._by_name.setdefault(".".join(parts[start:]), []).append(path)

    def find(self, name: str, importer: str) -> str | None:
        """The path of the module `name` as the module at `importer` would import it; None if it is not ours."""
        key = (name, importer.rpartition("/")[0])
        if key not in self._cache:
            self._cache[key] = self._choose(name, key[1])
        return self._cache[key]

    def split(self, name: str, importer: str) -> tuple[str, str] | None:
        """(path, rest) for the longest prefix of a dotted name that is a module of ours; the rest is "" or dotted."""
        head, tail = name, ""
        while head:
            path = self.find(head, importer)
            if path is not None:
                return path, tail
            head, _, last = head.rpartition(".")
            tail = f"{last}.{tail}" if tail else last
        return None

    def _choose(self, name: str, folder: str) -> str | None:
        best: tuple[int, int, str] | None = None
        for path in self._by_name.get(name, ()):
            root = self._root(path, name)
            if not self._possible(root, name, path, folder):
                continue
            rank = (-_shared(root, folder), len(root), path)
            if best is None or rank < best:
                best = rank
        return None if best is None else best[2]

    def _root(self, path: str, name: str) -> str:
        stem = path[: -len(MODULE_SUFFIX)].removesuffix("/" + PACKAGE_FILE)
        return stem[: -len(name)].rstrip("/")

    def _possible(self, root: str, name: str, path: str, folder: str) -> bool:
        if root in self._sources or root == "":
            return True
        if root in self._packages:
            return False
        if folder == root or folder.startswith(root + "/"):
            return True
        # a root beside the importer (a monorepo): only for what is unmistakably a package of it
        return "." in name or path.endswith(PACKAGE_FILE + MODULE_SUFFIX)


def _shared(root: str, folder: str) -> int:
    count = 0
    for a, b in zip(root.split("/"), folder.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def absolute(name: str, path: str) -> str:
    """A relative import name (leading dots) as a path-like dotted name below the project's root, for `path`.

    The answer names folders, not packages: `ModuleTable.split` of it resolves from the root ("" prefix).
    """
    dots = len(name) - len(name.lstrip("."))
    parts = path[: -len(MODULE_SUFFIX)].split("/")
    base = parts[: len(parts) - dots]
    rest = name[dots:]
    return ".".join([*base, rest] if rest else base)
