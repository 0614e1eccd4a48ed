"""aether-lint inside flake8: the same findings at the same places, with nothing to configure.

flake8 makes one `Plugin` a file, in its own or in worker processes, and calls `parse_options` once in each process
that it starts. Its own `--select`, `--ignore` and `# noqa` apply on top of the project's configuration.
"""

import argparse
import ast
import os
from collections.abc import Iterator, Sequence
from typing import ClassVar

from flake8.exceptions import ExecutionError

from aether_lint import __version__
from aether_lint.config import ConfigError
from aether_lint.engine.host import HostSession
from aether_lint.report.escape import escape


class Plugin:
    """The findings of one file. `session` is set by `parse_options`, which flake8 calls before it makes any."""

    name = "aether-lint"
    version = __version__
    session: ClassVar[HostSession] = HostSession()

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """`tree` makes flake8 call this for files that parse, only; the text is in `lines`, with line ends."""
        self._path = os.path.abspath(filename)
        self._text = "".join(lines)

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Bring the index up to date before any worker is started. Raises `ExecutionError` for a bad config."""
        cls.session = HostSession(noqa=not options.disable_noqa)
        try:
            cls.session.prepare(options.filenames or ["."])
            cls.session.share()
        except ConfigError as error:
            raise ExecutionError(f"aether-lint: {escape(str(error))}") from error

    def run(self) -> Iterator[tuple[int, int, str, type["Plugin"]]]:
        """Line (1-based), column (0-based: flake8 prints it plus one), text with the code, and the plugin."""
        try:
            findings = self.session.findings_for(self._path, self._text)
        except ConfigError as error:
            raise ExecutionError(f"aether-lint: {escape(str(error))}") from error
        for finding in findings:
            text = f"{finding.code} {escape(finding.message)}"
            yield finding.span.line, finding.span.column - 1, text, type(self)
