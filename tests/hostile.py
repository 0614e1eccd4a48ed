"""A tree of everything that a linter must not trip over: what it can analyze, what it cannot, and what hangs or kills.

Every file that can be analyzed holds `SEED`, which has one finding, so that a report shows that it was read to the end.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

CAP = 10_000_000  # bytes, the default of `max-file-size`

SEED = """\
import redis


class LocalSessions:
    def __init__(self):
        self._items = {}

    def get(self, key):
        return self._items.get(key)

    def set(self, key, value):
        self._items[key] = value


def open_sessions(url):
    try:
        client = redis.Redis.from_url(url)
        client.ping()
    except redis.ConnectionError:
        return LocalSessions()
    return client
"""
SEED_CODE = "AET102"


class HostileTree(NamedTuple):
    """What a report must say of a tree. Paths are relative to it, with `/`; errors have the kinds that are right.

    `analyzed` files have a finding each and no error; of `undecided` ones, a finding or one of the kinds. `missing`
    are the parts that this system cannot make, and why.
    """

    root: Path
    analyzed: set[str]
    errors: dict[str, set[str]]
    undecided: dict[str, set[str]]
    missing: dict[str, str]


def build(root: Path, *, heavy: bool = True) -> HostileTree:
    """Make the tree below a folder that exists, with the parts that take seconds to analyze or without.

    Call `reopen` before it is removed.
    """
    tree = HostileTree(root, set(), {}, {}, {})
    _put(root, "aether-lint.toml", b"")
    light = (_encodings, _shapes, _names, _links, _broken, _closed, _special)
    for make in (*light, _large, _deep) if heavy else light:
        make(tree)
    return tree


def reopen(tree: HostileTree) -> None:
    """Make everything readable again."""
    for path in ("closed.py", "closed"):
        if (tree.root / path).exists():
            (tree.root / path).chmod(0o700)


def _put(root: Path, path: str | bytes, content: bytes) -> None:
    target = os.path.join(os.fsencode(root), path if isinstance(path, bytes) else path.encode())
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content)


def _good(tree: HostileTree, path: str, content: bytes) -> None:
    _put(tree.root, path, content)
    tree.analyzed.add(path)


def _bad(tree: HostileTree, path: str, content: bytes, *kinds: str) -> None:
    _put(tree.root, path, content)
    tree.errors[path] = set(kinds)


def _encodings(tree: HostileTree) -> None:
    _good(tree, "bom.py", b"\xef\xbb\xbf" + SEED.encode())
    _good(tree, "latin1.py", b"# coding: latin-1\nNAME = '\xe9'\n" + SEED.encode())
    _good(tree, "crlf.py", SEED.replace("\n", "\r\n").encode())
    _good(tree, "cr.py", SEED.replace("\n", "\r").encode())
    _bad(tree, "undeclared.py", b"NAME = '\xe9'\n" + SEED.encode(), "encoding")
    _bad(tree, "utf16.py", SEED.encode("utf-16"), "encoding")


def _shapes(tree: HostileTree) -> None:
    nested = "".join(f"{' ' * depth}if FLAGS[{depth}]:\n" for depth in range(95)) + " " * 95 + "pass\n"
    _good(tree, "nested.py", (SEED + "\nFLAGS = [True] * 95\n" + nested).encode())
    _good(tree, "folder.py/inside.py", SEED.encode())
    _good(tree, "empty/seed.py", SEED.encode())
    _put(tree.root, "empty/__init__.py", b"")


def _large(tree: HostileTree) -> None:
    row = "    ('%07d', 'a row of a table that somebody keeps in source', 1.5, None),\n"
    _good(tree, "large.py", (SEED + "\nROWS = [\n" + "".join(row % n for n in range(70_000)) + "]\n").encode())
    assert 5_000_000 < (tree.root / "large.py").stat().st_size < CAP


def _names(tree: HostileTree) -> None:
    names = ("new\nline.py", "::error file=x.py,line=1::forged.py", "esc\x1b[31m.py", "right\u202eto left.py", "a b.py")
    for name in (*names, os.fsdecode(b"not-\xff-utf8.py")):
        _odd_name(tree, name)


def _odd_name(tree: HostileTree, name: str) -> None:
    try:
        _put(tree.root, os.fsencode(name), SEED.encode())
    except (OSError, ValueError) as error:  # Windows, and the file systems of macOS
        tree.missing[ascii(name)] = f"no such names here: {error}"
    else:
        tree.analyzed.add(name)


def _links(tree: HostileTree) -> None:
    def link(path: str, target: str) -> None:
        (tree.root / path).parent.mkdir(parents=True, exist_ok=True)
        (tree.root / path).symlink_to(target)

    _good(tree, "linked/real.py", SEED.encode())
    try:
        link("linked/again.py", "real.py")
    except OSError as error:  # Windows asks for a right
        tree.missing["links"] = f"links cannot be made here: {error}"
        return
    link("again.py", "linked/again.py")
    link("linked/loop", "..")
    link("linked/self", "self")
    link("dangling.py", "nowhere.py")
    tree.errors["dangling.py"] = {"unreadable"}
    if os.path.exists("/dev/zero"):
        link("zero.py", "/dev/zero")
        tree.errors["zero.py"] = {"not-regular"}
    else:
        tree.missing["zero.py"] = "there is no /dev/zero"


def _broken(tree: HostileTree) -> None:
    _bad(tree, "broken.py", b"def f(:\n    pass\n", "syntax")
    _bad(tree, "nul.py", b"x = 1\0\n", "syntax")
    _bad(tree, "parentheses.py", b"x = " + b"(" * 400 + b")" * 400 + b"\n", "too-deep", "syntax")
    _put(tree.root, "huge.py", b"")
    os.truncate(tree.root / "huge.py", CAP + 1)
    tree.errors["huge.py"] = {"too-large"}


def _closed(tree: HostileTree) -> None:
    if not hasattr(os, "geteuid"):
        tree.missing["closed"] = "no modes here"
        return
    _bad(tree, "closed.py", SEED.encode(), "unreadable")
    _put(tree.root, "closed/inside.py", SEED.encode())
    tree.errors["closed"] = {"unreadable"}
    (tree.root / "closed.py").chmod(0)
    (tree.root / "closed").chmod(0)


def _special(tree: HostileTree) -> None:
    make_pipe: Callable[[Path], None] | None = getattr(os, "mkfifo", None)
    if make_pipe is None:
        tree.missing["pipe.py"] = "no named pipes here"
        return
    make_pipe(tree.root / "pipe.py")
    tree.errors["pipe.py"] = {"not-regular"}


def _deep(tree: HostileTree) -> None:
    elifs = "if X == 0:\n    Y = 0\n" + "".join(f"elif X == {n}:\n    Y = {n}\n" for n in range(1, 3000))
    terms = "TOTAL = " + " + ".join(["X"] * 20_000) + "\n"
    for name, text in (("elifs.py", elifs), ("terms.py", terms)):
        _put(tree.root, name, (SEED + "\nX = 1\n" + text).encode())
        tree.undecided[name] = {"too-deep"}


if __name__ == "__main__":
    build(Path(sys.argv[1]))
