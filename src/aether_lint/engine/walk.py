"""The search below a folder: what is left out and why, and what cannot be looked at."""

import os
import stat
from collections import Counter
from collections.abc import Callable

from aether_lint.config import Config, ConfigError, Root, RootFinder
from aether_lint.config.project_root import MARKERS, git_top
from aether_lint.engine.git_files import TrackedFiles, git_folders
from aether_lint.engine.place import Place, excludes_of, gitignore, info_exclude, info_exclude_path, slashed
from aether_lint.engine.read import unreadable
from aether_lint.files import NotRegularError, kind_of
from aether_lint.model import FileError

SOURCE_SUFFIXES = (".py", ".pyw")

# Folders that hold no source of the project, by name. "" is not counted: nobody would look for source there.
_LEFT_OUT = {
    **dict.fromkeys((".git", ".hg", ".svn", "__pycache__", ".aether_lint_cache"), ""),
    **dict.fromkeys((".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".eggs"), "cache"),
    **dict.fromkeys((".ipynb_checkpoints", ".pytype", ".pyre", ".cache"), "cache"),
    **dict.fromkeys(("node_modules", "site-packages", "__pypackages__"), "installed packages"),
}
# Left out unless they are packages: pypa/build keeps its source in src/build/.
_BUILD_OUTPUT = frozenset(("build", "dist"))


class Walk:
    """One search. `files` maps each absolute path to its root, `entered` are the roots that were searched from the top.

    `config_of` gives the configuration of a root, None where it cannot be used; `keep` takes other such errors.
    """

    def __init__(
        self, finder: RootFinder, config_of: Callable[[str], Config | None], keep: Callable[[ConfigError], None]
    ) -> None:
        self._finder = finder
        self._config_of = config_of
        self._keep = keep
        self._links: list[tuple[str, Place]] = []
        self._start = ""
        self._only = ""
        self.files: dict[str, Root] = {}
        self.errors: list[FileError] = []
        self.left_out: Counter[str] = Counter()
        self.entered: dict[str, Root] = {}
        self.folders: set[str] = set()
        self._indexes: list[TrackedFiles] = []
        self._consulted: set[str] = set()

    @property
    def consulted(self) -> set[str]:
        """Paths that decided something, present or not, besides what lies in `folders`."""
        return self._consulted | {index.path for index in self._indexes if index.was_read}

    def below(self, start: str, only: str = "", limit: int = 0) -> bool:
        """Search below `start`, a real path that is left out under no circumstances.

        With `only`, files of other roots are not taken; with `limit`, the search stops after so many files.
        False if it was stopped.
        """
        self._start, self._only = start, only
        place = self._first_place()
        if place is None:
            return True
        pending: list[tuple[str, Place]] = [(start, place)]
        while pending:
            if limit and len(self.files) >= limit:
                return False
            folder, place = pending.pop()
            if folder not in self.folders:
                pending += self._search(folder, place)
        return True

    def settle_links(self) -> None:
        """Take the links to files, once all folders are known: a file is analyzed once, by its real path."""
        outside: set[str] = set()
        for path, place in sorted(self._links, key=lambda link: link[0]):
            try:
                status = os.stat(path)
            except OSError as error:
                self.errors.append(unreadable(error, path))
                continue
            real = os.path.realpath(path)
            if not stat.S_ISREG(status.st_mode):
                self.errors.append(unreadable(NotRegularError(path, kind_of(status.st_mode)), path))
            elif is_below(real, place.root.path) and real.endswith(SOURCE_SUFFIXES):
                self._take_real(real, place)
            elif real not in outside:
                outside.add(real)
                self.files[path] = place.root
        self._links.clear()

    def _take_real(self, real: str, place: Place) -> None:
        if real in self.files:
            return
        try:
            root = self._finder.root_of(os.path.dirname(real), place.root.path)
        except ConfigError as error:
            self._keep(error)
            return
        if self._config_of(root.path) is not None and (not self._only or root.path == self._only):
            self.files[real] = root

    def _first_place(self) -> Place | None:
        """What holds where the start stands, without the patterns that would leave it out."""
        try:
            root = self._finder.root_of(self._start, self._start)
        except ConfigError as error:
            self._keep(error)
            return None
        config = self._config_of(root.path)
        if config is None:
            return None
        top = git_top(self._start, self._consulted)
        ignores = info_exclude(top) if top else ()
        for folder in _above(self._start, top or root.path):
            self._consulted.add(os.path.join(folder, ".gitignore"))
            ignores = gitignore(folder) + ignores
        place = Place(root, excludes_of(root, config), ignores)
        if top:
            self._consulted.add(info_exclude_path(top))
            tracked = TrackedFiles(git_folders(top)[0])
            self._indexes.append(tracked)
            place = Place(root, place.excludes, ignores, slashed(top), tracked)
        return place.sparing(self._start)

    def _search(self, folder: str, place: Place) -> list[tuple[str, Place]]:
        """Take the files of one folder; give back its folders, the first one last."""
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=_name_of)
        except OSError as error:
            self._consulted.add(folder)
            self.errors.append(unreadable(error, folder))
            return []
        names = {entry.name for entry in entries}
        reason = "" if folder == self._start else _own_reason(folder, names)
        inner = None if reason else self._enter(folder, names, place)
        if inner is None:
            self._consulted.add(folder)  # what it holds decided that it is not searched
            self.left_out.update([reason] if reason else [])
            return []
        self.folders.add(folder)
        prefix = slashed(folder)
        folders: list[tuple[str, Place]] = []
        for entry in entries:
            self._take(entry, prefix + entry.name, inner, folders)
        folders.reverse()
        return folders

    def _enter(self, folder: str, names: set[str], place: Place) -> Place | None:
        """What holds inside a folder; None if it belongs to a root that is no concern of this search."""
        try:
            self._finder.enter(folder, names)
            if not names.isdisjoint(MARKERS):
                root = self._finder.root_of(folder, self._start)
                if self._only and root.path != self._only:
                    return None
                config = self._config_of(root.path)
                if config is None:
                    return None
                place = place.with_root(root, config) if root != place.root else place
        except ConfigError as error:
            self._keep(error)
            return None
        if place.root.path == folder:
            self.entered[folder] = place.root
        if ".git" in names and slashed(folder) != place.top:
            place = place.with_top(folder)
            self._consulted.add(info_exclude_path(folder))
            self._indexes += [place.tracked] if place.tracked else []
        return place.with_gitignore(folder) if ".gitignore" in names else place

    def _take(self, entry: "os.DirEntry[str]", path: str, place: Place, folders: list[tuple[str, Place]]) -> None:
        is_source = entry.name.endswith(SOURCE_SUFFIXES)
        if entry.is_symlink():
            self._take_link(entry, path, place, is_source=is_source)
        elif entry.is_dir(follow_symlinks=False):
            reason = _LEFT_OUT.get(entry.name)
            if reason is None:
                reason = place.folder_left_out(path)
                if not reason:
                    folders.append((entry.path, place.below(path)))
            if reason:
                self.left_out[reason] += 1
        elif is_source and self._admits(path, place):
            if entry.is_file(follow_symlinks=False):
                self.files[entry.path] = place.root
            else:
                kind = kind_of(entry.stat(follow_symlinks=False).st_mode)
                self.errors.append(unreadable(NotRegularError(entry.path, kind), entry.path))

    def _take_link(self, entry: "os.DirEntry[str]", path: str, place: Place, *, is_source: bool) -> None:
        try:
            is_folder = entry.is_dir()
        except OSError:  # a link to itself, or through a folder that is closed: an error if it is source
            is_folder = False
        if is_folder:
            is_loop = is_below(entry.path, os.path.realpath(entry.path))
            self.left_out["link loop" if is_loop else "linked folder"] += 1
        elif is_source and not entry.name.startswith(".#") and self._admits(path, place):
            # `.#x.py` is the lock of an editor, a link to nowhere by design
            self._links.append((entry.path, place))

    def _admits(self, path: str, place: Place) -> bool:
        reason = place.file_left_out(path)
        if reason:
            self.left_out[reason] += 1
        return not reason


def _own_reason(folder: str, names: set[str]) -> str:
    """Why a folder is left out because of what it holds, or an empty string."""
    if "pyvenv.cfg" in names or "conda-meta" in names:
        return "virtual environment"
    if "CACHEDIR.TAG" in names:
        return "cache"
    if "__init__.py" not in names and os.path.basename(folder) in _BUILD_OUTPUT:
        return "build output"
    return ""


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies in it."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def _above(folder: str, upper: str) -> list[str]:
    """The folders from `upper` down to the parent of `folder`; none where `upper` does not hold it."""
    folders: list[str] = []
    while folder != upper and is_below(folder, upper):
        folder = os.path.dirname(folder)
        folders.append(folder)
    return folders[::-1]


def _name_of(entry: "os.DirEntry[str]") -> str:
    return entry.name
