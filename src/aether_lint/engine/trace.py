"""What a run can tell about itself when asked: the time of each phase, and what its answer depends on."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from aether_lint.warm import Snapshot

PHASES_VARIABLE = "AETHER_LINT_PHASES"


class Trace:
    """Collects during one run. `phases` are seconds by name, in order of first use."""

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self._started = time.time_ns()
        self._snapshot: Snapshot | None = None
        self._roots: list[str] = []

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time of a block to a phase."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + time.perf_counter() - start

    def depends_on(self, roots: Sequence[str], folders: Iterable[str], files: Iterable[str]) -> None:
        """Take the state of what the run is going to read; see `Snapshot`. The answer may be kept in one of `roots`."""
        self._roots = list(roots)
        self._snapshot = Snapshot(self._started, set(folders), set(files))

    def remember(self, arguments: Sequence[str], code: int, out: bytes, err: bytes) -> bool:
        """Keep the outcome for the same run on the same tree, if nothing changes. False if it may not be kept."""
        if self._snapshot is None:
            return False
        return self._snapshot.remember(list(arguments), self._roots, code, out, err)

    def publish(self) -> None:
        """Write the phases as JSON to the file that the environment names, for benchmarks."""
        path = os.environ.get(PHASES_VARIABLE)
        if path:
            import json

            with suppress(OSError), open(path, "w", encoding="utf-8") as file:
                json.dump(self.phases, file)
