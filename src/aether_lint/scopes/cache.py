"""What the tools said, kept between runs: a JSON file that is valid for one state of tree and configuration."""

import hashlib
import json
import os
from collections.abc import Iterable
from typing import Any

FOLDER = ".aether_lint_cache"
FILE = "gates.json"
MARKS = {".gitignore": "*\n", "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n"}


class Cache:
    """Answers by question. What this run neither asked nor stored is dropped on `save`."""

    def __init__(self, root: str, enabled: bool = True, code: str = "") -> None:
        self.state = ""  # of tree and configuration, which most answers depend on
        self._path = os.path.join(root, FOLDER, FILE)
        self._code = code
        self._enabled = enabled
        self._old: dict[str, Any] = self._load() if enabled else {}
        self._new: dict[str, Any] = {}
        self._stored = False

    def _load(self) -> dict[str, Any]:
        try:
            with open(self._path, encoding="utf-8") as stream:
                entries = json.load(stream)
        except (OSError, ValueError, RecursionError):
            return {}
        return entries if isinstance(entries, dict) else {}

    def key(self, *question: object, everywhere: bool = False) -> str:
        """The key of a question; it depends on the project's state unless `everywhere`, on our own code always."""
        text = json.dumps([question, self._code, "" if everywhere else self.state], sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def get(self, key: str) -> Any:
        """The answer stored under `key`, or None."""
        value = self._new.get(key, self._old.get(key))
        if value is not None:
            self._new[key] = value
        return value

    def put(self, key: str, value: Any) -> None:
        """Store an answer (anything JSON holds)."""
        self._new[key] = value
        self._stored = True

    def save(self) -> None:
        """Write atomically if anything is new; a tree that cannot be written to is no error."""
        if not self._enabled or not (self._stored or len(self._new) < len(self._old)):
            return
        folder = os.path.dirname(self._path)
        try:
            os.makedirs(folder, exist_ok=True)
            for name, text in MARKS.items():
                if not os.path.exists(os.path.join(folder, name)):
                    with open(os.path.join(folder, name), "w", encoding="utf-8") as mark:
                        mark.write(text)
            import tempfile

            handle, temporary = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as stream:
                json.dump(self._new, stream)
            os.replace(temporary, self._path)
        except OSError:
            return


def state_of(root: str, names: Iterable[str], *more: str) -> str:
    """A digest of the stat of `names` (relative to the root) and of `more`, such as the tools' versions."""
    digest = hashlib.sha256()
    for name in names:
        try:
            stat = os.stat(os.path.join(root, name))
            mark = f"{name} {stat.st_mtime_ns} {stat.st_size}\n"
        except OSError:
            mark = f"{name} gone\n"
        digest.update(mark.encode("utf-8", "surrogateescape"))
    digest.update("\n".join(more).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
