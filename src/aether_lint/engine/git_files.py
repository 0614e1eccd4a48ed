"""What git itself knows of a work tree, read without running git: where its folder is, and what is tracked.

A tracked file is never ignored, whatever the patterns say; `git add -f lib/x.py` is common where a template's
`.gitignore` names `lib/`. Source of the format: gitformat-index(5), gitrepository-layout(5).
"""

import os

from aether_lint.files import read_regular

_INDEX_LIMIT = 500_000_000
_NAME_MASK = 0xFFF


def git_folders(top: str) -> tuple[str, str]:
    """The git folder of a work tree and the common one that linked work trees share; empty where there is none."""
    entry = os.path.join(top, ".git")
    folder = entry
    if os.path.isfile(entry):
        text = _read_text(entry)
        if not text.startswith("gitdir:"):
            return "", ""
        folder = os.path.normpath(os.path.join(top, text.removeprefix("gitdir:").strip()))
    common = _read_text(os.path.join(folder, "commondir")).strip()
    return folder, os.path.normpath(os.path.join(folder, common)) if common else folder


class TrackedFiles:
    """Which paths the index of a work tree lists; read when it is asked for the first time."""

    def __init__(self, git_folder: str) -> None:
        self.path = os.path.join(git_folder, "index")
        self._raw: bytes | None = None
        self._names: frozenset[bytes] | None = None  # of an index that shortens its names

    def file(self, relative: str) -> bool:
        """Whether a file, by its path below the top level with `/`, is tracked."""
        name = os.fsencode(relative)
        raw = self._load()
        if self._names is not None:
            return name in self._names
        at = raw.find(name + b"\0")
        while at >= 0:
            # the name's length stands before it, so that the end of a longer name is not taken for it
            if int.from_bytes(raw[at - 2 : at], "big") & _NAME_MASK == min(len(name), _NAME_MASK):
                return True
            if _is_extended(raw, at, len(name)):
                return True
            at = raw.find(name + b"\0", at + 1)
        return False

    def below(self, folder: str) -> bool:
        """Whether some file below a folder may be tracked; never false where one is."""
        prefix = os.fsencode(folder) + b"/"
        raw = self._load()
        if self._names is not None:
            return any(name.startswith(prefix) for name in self._names)
        return prefix in raw

    @property
    def was_read(self) -> bool:
        """Whether the index was asked at all."""
        return self._raw is not None

    def _load(self) -> bytes:
        if self._raw is None:
            self._raw = _read_bytes(self.path)
            if self._raw[:4] == b"DIRC" and int.from_bytes(self._raw[4:8], "big") == 4:
                self._names = frozenset(_compressed_names(self._raw))
        return self._raw


def _is_extended(raw: bytes, at: int, length: int) -> bool:
    """Version 3 puts 16 more flags between the length and the name, and says so in the first."""
    flags = int.from_bytes(raw[at - 4 : at - 2], "big")
    return bool(flags & 0x4000) and flags & _NAME_MASK == min(length, _NAME_MASK)


def _compressed_names(raw: bytes) -> list[bytes]:
    """The names of a version 4 index: each drops the end of the one before and adds its own."""
    names: list[bytes] = []
    previous = b""
    at = 12
    try:
        for _ in range(int.from_bytes(raw[8:12], "big")):
            flags = int.from_bytes(raw[at + 60 : at + 62], "big")
            at += 64 if flags & 0x4000 else 62
            dropped, at = _varint(raw, at)
            end = raw.index(b"\0", at)
            previous = previous[: len(previous) - dropped] + raw[at:end]
            names.append(previous)
            at = end + 1
    except (IndexError, ValueError):
        pass  # a broken index: git says so itself; what was read holds
    return names


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    byte = raw[at]
    at += 1
    value = byte & 127
    while byte & 128:
        byte = raw[at]
        at += 1
        value = ((value + 1) << 7) | (byte & 127)
    return value, at


def _read_text(path: str) -> str:
    return _read_bytes(path).decode("utf-8", "surrogateescape")


def _read_bytes(path: str) -> bytes:
    """The bytes of a file, none if there is none: without an index nothing is tracked."""
    try:
        return read_regular(path, _INDEX_LIMIT)
    except OSError:
        return b""
