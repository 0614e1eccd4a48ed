"""What a command has to say: its exit code and its text, written in one place."""

import os
import sys
from collections.abc import Callable

from msgspec import Struct, structs


class Outcome(Struct, frozen=True):
    """The exit code of a command, and what goes to stdout and stderr.

    `afterwards` is called with the code and the bytes of both when they have been written.
    """

    code: int
    stdout: str = ""
    stderr: str = ""
    afterwards: Callable[[int, bytes, bytes], object] | None = None

    def then(self, afterwards: Callable[[int, bytes, bytes], object]) -> "Outcome":
        """The same outcome with something to do afterwards."""
        return structs.replace(self, afterwards=afterwards)


def emit(outcome: Outcome) -> None:
    """Write an outcome. What the terminal's encoding cannot show is escaped. Raises `BrokenPipeError`."""
    written: list[bytes] = []
    for stream, text in ((sys.stdout, outcome.stdout), (sys.stderr, outcome.stderr)):
        data = text.encode(stream.encoding, "backslashreplace")
        rest = memoryview(data)
        while rest:  # with PYTHONUNBUFFERED, `buffer` is a raw stream, which may take a part only
            rest = rest[stream.buffer.write(rest) or 0 :]
        stream.flush()
        written.append(data)
    if outcome.afterwards:
        outcome.afterwards(outcome.code, *written)


def silence(descriptor: int) -> None:
    """Nobody reads any more: keep the interpreter from flushing into the closed pipe when it exits."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
