"""What a run is asked for."""

import os
from collections.abc import Mapping

from msgspec import Struct

from aether_lint.engine.policy import Selection
from aether_lint.model import Confidence, Severity


class CheckRequest(Struct, frozen=True):
    """What to check, and how. Paths are absolute or relative to `cwd`; what is None or empty is as the config says.

    `stdin` is the text of `stdin_filename`, checked against the project on disk; `overlay` holds texts of other
    files, by absolute path, that stand for what is on disk. `jobs` is the number of workers, 0 for as many as pay,
    -1 for none: then everything happens in this process.
    """

    paths: tuple[str, ...] = (".",)
    cwd: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    min_confidence: Confidence | None = None
    fail_on: Severity | None = None
    jobs: int | None = None
    no_cache: bool = False
    config_path: str | None = None
    stdin: bytes | None = None
    stdin_filename: str = ""
    overlay: Mapping[str, bytes] = {}
    show_suppressed: bool = False
    baseline: str | None = None
    write_baseline: bool = False

    @property
    def selection(self) -> Selection:
        """The part of it that chooses among rules and findings."""
        return Selection(self.select, self.ignore, self.extend_select, self.min_confidence, self.fail_on)

    @property
    def folder(self) -> str:
        """The working directory, as a real path."""
        return os.path.realpath(self.cwd or os.getcwd())

    def absolute(self, path: str) -> str:
        """A path of the request as a real path."""
        return os.path.realpath(os.path.join(self.folder, path))

    @property
    def texts(self) -> dict[str, bytes]:
        """The texts that stand for files, by real path."""
        texts = {self.absolute(path): text for path, text in self.overlay.items()}
        if self.stdin is not None:
            texts[self.absolute(self.stdin_filename)] = self.stdin
        return texts
