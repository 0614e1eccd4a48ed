"""The import statements of a file, read off its text."""

import hashlib
import os
import re
from collections.abc import Sequence

IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n;#]+)|import[ \t]+([^\n;#]+))",
    re.MULTILINE,
)
MAX_SOURCE = 10_000_000

Statement = tuple[str, str, str, str]  # dots, base and names of `from … import …`, or what follows `import`


def import_lines(root: str, path: str) -> list[Statement]:
    """The statements of a file; none of one that cannot be read, which the engine reports."""
    try:
        full = os.path.join(root, path)
        if os.path.getsize(full) > MAX_SOURCE:
            return []
        with open(full, encoding="utf-8", errors="replace") as stream:
            return IMPORT.findall(stream.read())
    except OSError:
        return []


def digest(statements: Sequence[Statement]) -> str:
    """What tells whether the imports of a file have changed."""
    return hashlib.sha256(repr(statements).encode("utf-8", "surrogateescape")).hexdigest()[:16]
