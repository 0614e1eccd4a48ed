"""What the fix engine and the process of the codemods say to each other. Imports no libcst."""

from typing import BinaryIO

import msgspec

from aether_lint.codemods.target import Target

HEADER = 8  # bytes before each message: its length


class Job(msgspec.Struct, frozen=True):
    """A source and what to fix in it."""

    source: bytes
    targets: tuple[Target, ...]


class Done(msgspec.Struct, frozen=True):
    """The source after the fixes, and for each target why it was not fixed: "" where it was."""

    source: bytes
    outcomes: tuple[str, ...]


def read_message(stream: BinaryIO) -> bytes:
    """The next message; empty at the end of the stream, also where it breaks off."""
    header = stream.read(HEADER)
    if len(header) < HEADER:
        return b""
    size = int.from_bytes(header, "little")
    data = stream.read(size)
    return data if len(data) == size else b""


def write_message(stream: BinaryIO, data: bytes) -> None:
    """Raises OSError where the other side is gone."""
    stream.write(len(data).to_bytes(HEADER, "little") + data)
    stream.flush()
