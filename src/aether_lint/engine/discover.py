"""Which files a run is about, by project: the ones asked for, and the rest of their roots as context."""

import os
import stat
from collections.abc import Collection, Sequence

from msgspec import Struct

from aether_lint.config import Config, ConfigError, Root, RootFinder, load_config
from aether_lint.engine.gitignore import IgnoreList
from aether_lint.engine.read import unreadable
from aether_lint.engine.roles import Role, role_of
from aether_lint.engine.walk import SOURCE_SUFFIXES, Walk, is_below
from aether_lint.files import NotRegularError, kind_of
from aether_lint.model import FileError

# A home folder under git must not cost minutes: beyond it, reverse questions answer "unknown".
CONTEXT_LIMIT = 20_000
# Read by the gates, never as Python, also when named.
_CONFIG_SUFFIXES = (".toml", ".cfg", ".ini", ".yml", ".yaml")


class SourceFile(Struct, frozen=True):
    """A Python file: its absolute path, its path below the root with `/`, and its role by path.

    `named` is true for a file that stands on the command line itself: it is read whatever its place.
    """

    path: str
    relative: str
    role: Role
    named: bool = False


class Project(Struct):
    """The files of one root, in order of `relative`.

    `files` were asked for; `context` is the rest of the root, which the answers depend on. `complete` is false
    where not all of the root is known: no marker says what the project is, or it is too large.
    """

    root: str
    config: Config
    files: list[SourceFile]
    context: list[SourceFile] = []
    complete: bool = True


class Discovery(Struct):
    """What was found. Paths of errors are absolute; `left_out` counts folders and files by reason.

    `folders` were searched; `consulted` are other paths that decided something, present or not.
    """

    projects: list[Project] = []
    errors: list[FileError] = []
    left_out: dict[str, int] = {}
    folders: set[str] = set()
    consulted: set[str] = set()


def discover(
    paths: Sequence[str], cwd: str = "", config_path: str | None = None, known: Collection[str] = ()
) -> Discovery:
    """Find the files of `paths` (the working directory if there are none), and the projects they belong to.

    Folders are searched, leaving out what is ignored or excluded; a path that is named is read in any case.
    `config_path` names a file to use in place of every root's own; `known` are the codes and names of all rules.
    Raises `ConfigError` if `config_path` cannot be used; a project's own that cannot is an error in the outcome.
    """
    search = _Search(os.path.realpath(cwd or os.getcwd()), config_path or "", known)
    search.add(paths or (".",))
    return search.outcome()


class _Configs:
    """The configuration of each root, read once."""

    def __init__(self, path: str, known: Collection[str]) -> None:
        self._known = known
        self._common = load_config("", known, path=path) if path else None
        self._read: dict[str, Config | None] = {}
        self.errors: dict[tuple[str, int, int], FileError] = {}

    def of(self, root: str) -> Config | None:
        """None for a root whose configuration cannot be used; the error is kept."""
        if self._common is not None:
            return self._common
        if root not in self._read:
            try:
                self._read[root] = load_config(root, self._known)
            except ConfigError as error:
                self._read[root] = None
                self.keep(error)
        return self._read[root]

    def keep(self, error: ConfigError) -> None:
        """Report an error once, however many files it concerns."""
        message = f"{error.message}; {error.help}" if error.help else error.message
        place = (error.path, error.line, error.column)
        self.errors[place] = FileError(error.path, "config", message, error.line, error.column)


class _Search:
    """The search for one run."""

    def __init__(self, cwd: str, config_path: str, known: Collection[str]) -> None:
        self._cwd = cwd
        self._finder = RootFinder(lenient=True)
        self._configs = _Configs(os.path.join(cwd, config_path) if config_path else "", known)
        self._named: dict[str, Root] = {}
        self._consulted = {os.path.join(cwd, config_path)} if config_path else set[str]()
        self._named_errors: list[FileError] = []
        self.walk = Walk(self._finder, self._configs.of, self._configs.keep)

    def add(self, paths: Sequence[str]) -> None:
        """Take the paths of the command line: folders first, outer before inner, whatever their order."""
        folders: set[str] = set()
        files: list[str] = []
        for path in paths:
            absolute = os.path.normpath(os.path.join(self._cwd, path)) if path else self._cwd
            self._consulted.add(absolute)
            try:
                mode = os.stat(absolute).st_mode
            except (OSError, ValueError) as error:
                missing = error if isinstance(error, OSError) else FileNotFoundError(2, "No such file or directory")
                self._named_errors.append(unreadable(missing, absolute))
                continue
            if stat.S_ISDIR(mode):
                folders.add(os.path.realpath(absolute))
            elif stat.S_ISREG(mode):
                files.append(absolute)
            else:
                self._named_errors.append(unreadable(NotRegularError(absolute, kind_of(mode)), absolute))
        ordered = sorted(folders, key=lambda folder: (len(folder), folder))
        for folder in ordered:
            self.walk.below(folder)
        self.walk.settle_links()
        for file in files:
            self._add_file(file, ordered)

    def _add_file(self, absolute: str, folders: Sequence[str]) -> None:
        folder = os.path.realpath(os.path.dirname(absolute))
        path = os.path.join(folder, os.path.basename(absolute))
        named = next((name for name in folders if is_below(path, name)), "")
        try:
            root = self._finder.root_of(folder, named)
            real = os.path.realpath(path)
            if real != path and real.endswith(SOURCE_SUFFIXES) and is_below(real, root.path):
                path, root = real, self._finder.root_of(os.path.dirname(real), named)
        except ConfigError as error:
            self._configs.keep(error)
            return
        if self._configs.of(root.path) is not None:
            self._named[path] = root

    def outcome(self) -> Discovery:
        """Everything found, in an order that does not depend on that of folders or arguments."""
        asked = {**self.walk.files, **self._named}
        # a project without Python files still has gates
        evidence = {path: root for path, root in self.walk.entered.items() if root.evidence != "named"}
        projects: dict[str, list[str]] = {path: [] for path in evidence}
        for path, root in asked.items():
            projects.setdefault(root.path, []).append(path)
            evidence[root.path] = root
        for error in self._finder.broken:
            self._configs.keep(error)
        found = [self._project(evidence[root], projects[root]) for root in sorted(projects)]
        errors = [*self.walk.errors, *self._named_errors, *self._configs.errors.values()]
        return Discovery(
            projects=found,
            errors=sorted(set(errors), key=lambda error: (error.path, error.kind, error.line, error.column)),
            left_out=dict(sorted(self.walk.left_out.items())),
            folders=self.walk.folders,
            consulted=self._consulted | self.walk.consulted | self._finder.consulted,
        )

    def _project(self, root: Root, paths: list[str]) -> Project:
        config = self._configs.of(root.path) or Config()
        offset = len(os.path.join(root.path, ""))
        is_test_path = IgnoreList(config.test_paths).covers if config.test_paths else None

        def source_file(path: str) -> SourceFile:
            relative = path[offset:].replace(os.sep, "/")
            return SourceFile(path, relative, role_of(relative, is_test_path), path in self._named)

        asked = [source_file(path) for path in paths if not path.endswith(_CONFIG_SUFFIXES)]
        context, complete = self._context(root, set(paths))
        rest = [source_file(path) for path in context]
        return Project(root.path, config, _in_order(asked), _in_order(rest), complete)

    def _context(self, root: Root, asked: set[str]) -> tuple[list[str], bool]:
        """The other files of the root, and whether these and the asked ones are all of it."""
        if root.evidence == "folder":
            return [], False
        if root.path in self.walk.entered:
            return [], True
        rest = Walk(self._finder, self._configs.of, _unsaid)  # nobody asked for what cannot be read here
        complete = rest.below(root.path, only=root.path, limit=CONTEXT_LIMIT)
        rest.settle_links()
        self.walk.folders |= rest.folders
        self._consulted |= rest.consulted
        return [path for path in rest.files if path not in asked], complete


def _unsaid(error: ConfigError) -> None:
    """Drop an error of the context."""


def _in_order(files: list[SourceFile]) -> list[SourceFile]:
    return sorted(files, key=lambda file: file.relative)
