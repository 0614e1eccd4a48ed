"""Reading regular files, and nothing else: a FIFO, a device or a huge file must not hang or fill memory."""

import os
import stat


class NotRegularError(OSError):
    """The path leads to something that is not a regular file. `kind` says what it is, in words."""

    def __init__(self, path: str, kind: str) -> None:
        self.path = path
        self.kind = kind
        super().__init__(f"{path} is {kind}, not a regular file")


class TooLargeError(OSError):
    """The file holds more than the limit. `size` and `limit` are bytes."""

    def __init__(self, path: str, size: int, limit: int) -> None:
        self.path = path
        self.size = size
        self.limit = limit
        super().__init__(f"{path} has {size} bytes, the limit is {limit}")


# Windows has neither; there, opening a device does not hang.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


def read_regular(path: str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes; links are followed.

    Raises `NotRegularError`, `TooLargeError`, or the `OSError` of the system. The check is made on the open
    file, and the read is bounded, so that a file that is exchanged or grows meanwhile changes nothing.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except ValueError as error:  # a NUL in the path
        raise FileNotFoundError(2, "No such file or directory", path) from error
    except OSError as error:
        kind = _kind_at(path)  # a socket cannot be opened at all, a folder not on Windows
        if kind:
            raise NotRegularError(path, kind) from error
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularError(path, kind_of(status.st_mode))
        if status.st_size > limit:
            raise TooLargeError(path, status.st_size, limit)
        data = _read_all(descriptor, limit + 1, status.st_size)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise TooLargeError(path, len(data), limit)
    return data


def kind_of(mode: int) -> str:
    """What a `st_mode` that is no regular file stands for, in words."""
    return next((words for test, words in _KINDS if test(mode)), "a special file")


def _kind_at(path: str) -> str:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return ""
    return "" if stat.S_ISREG(mode) else kind_of(mode)


def _read_all(descriptor: int, most: int, expected: int) -> bytes:
    chunks: list[bytes] = []
    total = 0
    size = min(most, expected + 1)  # one more than expected: the usual file is read at one go, its end seen at the next
    while total < most and (chunk := os.read(descriptor, min(most - total, max(size - total, 1 << 16)))):
        chunks.append(chunk)
        total += len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
