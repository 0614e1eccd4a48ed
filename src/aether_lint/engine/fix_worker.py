"""The process that runs codemods: started when first needed, started again when a file has ended it."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, cast

import msgspec

from aether_lint.codemods.protocol import Done, Job, read_message, write_message
from aether_lint.codemods.target import Target
from aether_lint.model import Fix

TIME_LIMIT = 30.0  # seconds for one file; one of 20,000 lines takes 4
# The module search path is handed over, and nothing else is looked at: the folder we are in belongs to the
# analysed project, whose `libcst.py` or `sitecustomize` must not run.
_START = "import sys; sys.path[:] = sys.argv[1:]; from aether_lint.codemods.worker import main; main()"


class FixWorker:
    """Runs codemods on sources, one after the other. Use it as a context manager."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "FixWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def run(self, source: bytes, fixes: Sequence[Fix]) -> Done:
        """Never raises for what the source does to the worker: then nothing is fixed, and the outcomes say why."""
        process = self._started()
        job = msgspec.msgpack.encode(Job(source, tuple(_target(fix) for fix in fixes)))
        timer = threading.Timer(self._time_limit, process.kill)
        timer.start()
        try:
            write_message(cast(BinaryIO, process.stdin), job)
            answer = read_message(cast(BinaryIO, process.stdout))
        except OSError:
            answer = b""
        finally:
            timer.cancel()
            timer.join()
        if not answer:
            self._stop()
            return Done(source, tuple("libcst did not survive this file (too deep?)" for _ in fixes))
        return msgspec.msgpack.decode(answer, type=Done)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, *_search_path()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):  # the pipe of a dead worker
                    stream.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _search_path() -> list[str]:
    """Where modules are found; the working directory last, so that nothing in it hides a module of ours."""
    here = os.getcwd()
    entries = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    return [*entries, here] if len(entries) < len(sys.path) else entries


def _target(fix: Fix) -> Target:
    return Target(fix.codemod, fix.target, fix.arguments)
