"""Where the lines of a script in a YAML file are."""

import re

from aether_lint.model import Span
from aether_lint.scopes.documents import Document, Keys
from aether_lint.scopes.shell import ShellCommand


class ScriptPlace:
    """Maps places inside a script (0-based) to places in the file that holds it (1-based)."""

    def __init__(self, document: Document, keys: Keys, text: str) -> None:
        lines = document.text.splitlines()
        key = document.locate(*keys)
        header = lines[key.line - 1] if key.line <= len(lines) else ""
        block = re.search(r"(?::|-)\s+([|>])[-+\d]*\s*(?:#.*)?$", header)
        self._lines = lines
        self._key = key
        self._folded = bool(block and block[1] == ">") or (
            block is None and "\n" not in text and len(text) > len(header)
        )
        if block:
            self._start = key.line + 1
            first = next((line for line in lines[key.line :] if line.strip()), "")
            self._indent = len(first) - len(first.lstrip())
        else:
            self._start = key.line
            value = re.match(r"\s*(?:-\s+)?(?:[\w-]+:\s+)?(?:-\s+)?[\"']?", header)
            self._indent = value.end() if value else 0

    def span(self, command: ShellCommand) -> Span:
        """The place of a command."""
        if self._folded:
            return self._search(command)
        line, end = self._start + command.line, self._start + command.end_line
        return Span(line, command.column + self._indent + 1, end, command.end_column + self._indent + 1)

    def at(self, line: int, column: int, end_column: int) -> Span:
        """The place of a piece of one script line."""
        return Span(self._start + line, column + self._indent + 1, self._start + line, end_column + self._indent + 1)

    def _search(self, command: ShellCommand) -> Span:
        """Folded text has lost its lines: the command is where its first words stand."""
        words = [word for word in command.words[:2] if word.isascii()]
        for number in range(self._start - 1, min(len(self._lines), self._start + 60)):
            column = self._lines[number].find(" ".join(words)) if words else -1
            if column >= 0:
                return Span(number + 1, column + 1, number + 1, len(self._lines[number].rstrip()) + 1)
        return self._key
