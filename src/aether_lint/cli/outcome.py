"""What a command has to say: its exit code and its text, written in one place."""

import os
import sys

from msgspec import Struct


class Outcome(Struct, frozen=True):
    """The exit code of a command, and what goes to stdout and stderr."""

    code: int
    stdout: str = ""
    stderr: str = ""


def emit(outcome: Outcome) -> None:
    """Write an outcome. What the terminal's encoding cannot show is escaped. Raises `BrokenPipeError`."""
    for stream, text in ((sys.stdout, outcome.stdout), (sys.stderr, outcome.stderr)):
        if text:
            stream.flush()
            stream.buffer.write(text.encode(stream.encoding, "backslashreplace"))
            stream.flush()


def silence(descriptor: int = 1) -> None:
    """Nobody reads any more: keep the interpreter from flushing into the closed pipe when it exits."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
