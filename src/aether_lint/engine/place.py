"""What holds in a folder: its root, what is excluded, what git ignores and what it tracks all the same."""

import os
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from aether_lint.config import Config, Root
from aether_lint.engine.git_files import TrackedFiles, git_folders
from aether_lint.engine.gitignore import IgnoreList, parse_lines
from aether_lint.files import read_regular

_GITIGNORE_LIMIT = 1_000_000  # bytes

Patterns = tuple[tuple[IgnoreList, str], ...]  # each with the path of its folder, with `/` at the end

EXCLUDED = "excluded"
IGNORED = "git-ignored"


class Place(Struct, frozen=True):
    """What holds in a folder. Paths that it is asked about are absolute, with `/`.

    The first of `ignores` that says anything decides: the deepest. `top` is the top of the git work tree, with `/`
    at the end, or empty. `only_tracked`: the folder is ignored by git, and still has tracked files.
    """

    root: Root
    excludes: Patterns
    ignores: Patterns
    top: str = ""
    tracked: TrackedFiles | None = None
    only_tracked: bool = False

    def folder_left_out(self, path: str) -> str:
        """Why a folder is left out, or an empty string."""
        if _decide(self.excludes, path, folder=True):
            return EXCLUDED
        if self._ignores_folder(path) and not (self.tracked and self.tracked.below(path[len(self.top) :])):
            return IGNORED
        return ""

    def file_left_out(self, path: str) -> str:
        """Why a Python file is left out, or an empty string."""
        if _decide(self.excludes, path, folder=False):
            return EXCLUDED
        ignored = self.only_tracked or _decide(self.ignores, path, folder=False)
        if ignored and not (self.tracked and self.tracked.file(path[len(self.top) :])):
            return IGNORED
        return ""

    def below(self, path: str) -> "Place":
        """What holds in a folder that is not left out, before anything in it is known."""
        return replace(self, only_tracked=True) if self._ignores_folder(path) and not self.only_tracked else self

    def with_root(self, root: Root, config: Config) -> "Place":
        """The same in another root; what the outer one excludes stays excluded."""
        return replace(self, root=root, excludes=self.excludes + excludes_of(root, config))

    def with_top(self, folder: str) -> "Place":
        """At the top of another work tree: what the outer one ignores is no concern of it."""
        tracked = TrackedFiles(git_folders(folder)[0])
        return replace(self, top=slashed(folder), ignores=info_exclude(folder), tracked=tracked, only_tracked=False)

    def with_gitignore(self, folder: str) -> "Place":
        """With the `.gitignore` of a folder."""
        return replace(self, ignores=gitignore(folder) + self.ignores)

    def sparing(self, folder: str) -> "Place":
        """Without the patterns that leave `folder` out: it was named."""
        path = slashed(folder)[:-1]
        return replace(self, excludes=_sparing(self.excludes, path), ignores=_sparing(self.ignores, path))

    def _ignores_folder(self, path: str) -> bool:
        return self.only_tracked or _decide(self.ignores, path, folder=True)


def excludes_of(root: Root, config: Config) -> Patterns:
    """The patterns of a configuration."""
    patterns = (*config.exclude, *config.extend_exclude)
    return ((IgnoreList(patterns), slashed(root.path)),) if patterns else ()


def info_exclude(top: str) -> Patterns:
    """The patterns of a work tree that are not in it."""
    return _read(info_exclude_path(top), top)


def info_exclude_path(top: str) -> str:
    """Where they stand."""
    return os.path.join(git_folders(top)[1], "info", "exclude")


def gitignore(folder: str) -> Patterns:
    """The patterns of the `.gitignore` of a folder, none if it has none."""
    return _read(os.path.join(folder, ".gitignore"), folder)


def slashed(folder: str) -> str:
    """A folder's path with `/`, also at its end."""
    posix = folder.replace(os.sep, "/")
    return posix if posix.endswith("/") else posix + "/"


def _read(path: str, folder: str) -> Patterns:
    try:
        text = read_regular(path, _GITIGNORE_LIMIT).decode("utf-8", "surrogateescape")
    except OSError:
        return ()  # what cannot be read ignores nothing: more is checked, not less
    return ((IgnoreList(parse_lines(text)), slashed(folder)),)


def _sparing(patterns: Iterable[tuple[IgnoreList, str]], path: str) -> Patterns:
    return tuple(
        (ignores.sparing(path[len(base) :]) if path.startswith(base) else ignores, base) for ignores, base in patterns
    )


def _decide(patterns: Patterns, path: str, *, folder: bool) -> bool:
    """Whether the first list that says anything leaves the path out."""
    for ignore_list, base in patterns:
        relative = path[len(base) :]
        verdict = ignore_list.folder(relative) if folder else ignore_list.file(relative)
        if verdict is not None:
            return verdict
    return False
