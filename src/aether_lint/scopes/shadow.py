"""A copy of a project with some files replaced, for measuring what an edit of a configuration would change."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aether_lint.scopes.tree import Tree


@contextmanager
def shadow(tree: Tree, overlay: Mapping[str, bytes]) -> Iterator[Tree]:
    """The tree in a temporary folder, with `overlay` (paths relative to the root) in place of those files.

    Files are linked where the file system allows it; the tools only list and read them. A `.git` folder ends the
    search of mypy and ruff for configurations further up.
    """
    with tempfile.TemporaryDirectory(prefix="aether-lint-") as folder:
        root = os.path.realpath(folder)
        os.mkdir(os.path.join(root, ".git"))
        for path in (*tree.files, *(path for path in overlay if path not in tree.names())):
            target = os.path.join(root, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if path in overlay:
                with open(target, "wb") as stream:
                    stream.write(overlay[path])
            else:
                _link(os.path.join(tree.root, path), target)
        yield Tree(root, tuple(sorted({*tree.files, *overlay})))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        if os.path.isfile(source):
            shutil.copyfile(source, target)
