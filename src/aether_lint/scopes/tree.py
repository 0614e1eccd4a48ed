"""The files of a project, as git sees them: tracked or new, never ignored; a plain walk where there is no git."""

import os
import subprocess
from collections.abc import Iterator, Sequence

from msgspec import Struct

from aether_lint.catalog.word_list import word_set

# Never part of a project, whatever git says.
PRUNED = word_set(
    ".git .hg .svn .tox .nox .venv venv node_modules __pycache__ .mypy_cache .ruff_cache .pytest_cache "
    ".aether_lint_cache .eggs site-packages __pypackages__ .ipynb_checkpoints"
)
GIT_TIMEOUT = 30  # seconds


class Tree(Struct):
    """All files under a root: posix paths relative to it, sorted."""

    root: str
    files: tuple[str, ...]

    def names(self) -> frozenset[str]:
        """The paths as a set."""
        return frozenset(self.files)

    def directories(self) -> frozenset[str]:
        """Every folder that holds a file, at any depth; the root itself is ""."""
        found = {""}
        for path in self.files:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)


def read_tree(root: str, exclude: Sequence[str] = ()) -> Tree:
    """List the project's files below `root`, without those that match the gitignore-style `exclude`.

    Subfolders with a configuration of aether-lint of their own are other projects and left out.
    """
    files = _from_git(root)
    if not any(path.endswith(".py") for path in files):
        files = sorted(_from_walk(root))
    # A folder with a placeholder in its name is a project template: its files are no Python and no TOML yet.
    kept = [path for path in files if PRUNED.isdisjoint(path.split("/")) and "{{" not in path and "{%" not in path]
    if exclude:
        import pathspec

        spec = pathspec.PathSpec.from_lines("gitwildmatch", exclude)
        kept = [path for path in kept if not spec.match_file(path)]
    inner = _inner_roots(root, kept)
    environments = {p.rpartition("/")[0] + "/" for p in kept if p.endswith("/pyvenv.cfg")}
    apart = tuple(inner | environments)
    return Tree(root, tuple(path for path in kept if not path.startswith(apart)) if apart else tuple(kept))


def _from_git(root: str) -> list[str]:
    command = ["git", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-C", root, "ls-files", "-z"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        run = subprocess.run(
            [*command, "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            env=environment,
            timeout=GIT_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    if run.returncode:
        return []
    names = {os.fsdecode(name) for name in run.stdout.split(b"\0") if name}
    return sorted(name for name in names if os.path.lexists(os.path.join(root, name)))


def _from_walk(root: str) -> Iterator[str]:
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if name not in PRUNED)
        if folder != root and "pyvenv.cfg" in names:
            subfolders.clear()
            continue
        prefix = os.path.relpath(folder, root).replace(os.sep, "/")
        yield from (name if prefix == "." else f"{prefix}/{name}" for name in names)


def _inner_roots(root: str, files: Sequence[str]) -> set[str]:
    inner = {path.rpartition("/")[0] + "/" for path in files if path.endswith("/aether-lint.toml")}
    for path in files:
        if path.endswith("/pyproject.toml"):
            try:
                with open(os.path.join(root, path), "rb") as stream:
                    if b"[tool.aether-lint" in stream.read():
                        inner.add(path.rpartition("/")[0] + "/")
            except OSError:
                continue
    return inner
