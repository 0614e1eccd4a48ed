"""The lines of reported files, for code frames."""

import os
from collections.abc import Mapping, Sequence
from tokenize import detect_encoding

from aether_lint.files import read_regular

LIMIT = 100_000_000  # bytes; a frame of a larger file is left out, its finding is not


class SourceLines:
    """Reads each path of a report once; `overlay` holds the text of paths that are not to be read from disk."""

    def __init__(self, folder: str, overlay: Mapping[str, bytes]) -> None:
        self._folder = folder
        self._overlay = overlay
        self._lines: dict[str, Sequence[str]] = {}

    def __call__(self, path: str) -> Sequence[str]:
        """The lines without line ends, split as Python splits them; none where the file cannot be read."""
        if path not in self._lines:
            self._lines[path] = self._read(path)
        return self._lines[path]

    def _read(self, path: str) -> Sequence[str]:
        try:
            data = self._overlay.get(path)
            if data is None:
                data = read_regular(os.path.join(self._folder, path), LIMIT)
            return _decode(data, path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        except (OSError, SyntaxError, LookupError):
            return ()


def _decode(data: bytes, path: str) -> str:
    encoding = "utf-8-sig"
    if path.endswith((".py", ".pyi")):
        lines = iter(data.split(b"\n", 2)[:2])
        encoding, _ = detect_encoding(lambda: next(lines) + b"\n")  # PEP 263
    return data.decode(encoding, "replace")
