"""From a path to its bytes, and from whatever reading or parsing raised to an error that names the file."""

import os
import sys

from aether_lint.files import NotRegularError, TooLargeError, read_regular
from aether_lint.model import ErrorKind, FileError

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# How CPython's tokenizer and parser spell their limits; they are no fault of the grammar of the file.
_DEPTH_WORDS = ("too many nested parentheses", "too many statically nested blocks", "too many levels of indentation")
_ENCODING_WORDS = ("(unicode error) 'utf-8' codec", "encoding problem", "unknown encoding", "non-utf-8 code")
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


class Unanalysed(Exception):  # noqa: N818  (it carries an error, and is the outcome of one file, not of the run)
    """A file that could not be analysed; `error` is what the report says about it."""

    def __init__(self, error: FileError) -> None:
        self.error = error
        super().__init__(error)


def read_source(path: str, max_size: int) -> bytes:
    """The bytes of a regular file of at most `max_size` bytes. Raises `Unanalysed`, never anything else."""
    try:
        return read_regular(path, max_size)
    except OSError as error:
        raise Unanalysed(unreadable(error, path)) from error


def unreadable(error: OSError, path: str) -> FileError:
    """What the report says of a path that the system did not let us read."""
    match error:
        case NotRegularError():
            return FileError(path, "not-regular", f"{error.kind}, not a regular file")
        case TooLargeError():
            message = f"{error.size} bytes, more than the {error.limit} of `max-file-size`"
            return FileError(path, "too-large", message)
        case FileNotFoundError():
            dangling = os.path.islink(path)
            return FileError(
                path, "unreadable", "a link that leads nowhere" if dangling else "does not exist (any more)"
            )
        case PermissionError():
            return FileError(path, "unreadable", "permission denied")
    return FileError(path, "unreadable", (error.strerror or type(error).__name__).lower())


def classify(error: BaseException, path: str, source: bytes = b"") -> FileError:
    """What the report says of a file that `compile(source, path, "exec", ...)` or our own code raised on.

    Line and column are 1-based, 0 where unknown; `source` helps to find them where the exception does not say.
    """
    match error:
        case Unanalysed():
            return error.error
        case OSError():
            return unreadable(error, path)
        case RecursionError() | MemoryError():
            return FileError(path, "too-deep", f"nested too deeply for Python {_PYTHON} to parse")
    mark = next((name for mark, name in _BYTE_ORDER_MARKS if source.startswith(mark)), "")
    if mark and isinstance(error, SyntaxError | ValueError):
        return FileError(path, "encoding", f"{mark} text; Python source is UTF-8 unless it declares its encoding", 1, 1)
    match error:
        case SyntaxError():
            return _classify_syntax(error, path, source)
        case UnicodeDecodeError():
            return _undecodable(path, error, source)
        case ValueError() if "null byte" in str(error):
            return FileError(path, "syntax", "contains a NUL byte", *_place_of(source, source.find(b"\0")))
    return FileError(path, "crash", f"aether-lint failed on this file: {_brief(error)}")


def _classify_syntax(error: SyntaxError, path: str, source: bytes) -> FileError:
    message = str(error.msg or "invalid syntax")
    lowered = message.lower()
    line = max(error.lineno or 0, 0)
    column = max(error.offset or 0, 1) if line else 0
    kind: ErrorKind = "syntax"
    if "null byte" in lowered:
        return FileError(path, "syntax", "contains a NUL byte", *_place_of(source, source.find(b"\0")))
    if any(words in lowered for words in _DEPTH_WORDS):
        kind = "too-deep"
    elif any(words in lowered for words in _ENCODING_WORDS):
        return _misencoded(path, source, message, line)
    return FileError(path, kind, f"not valid Python {_PYTHON}: {message}", line, column)


def _misencoded(path: str, source: bytes, message: str, line: int) -> FileError:
    """Bytes that are not in the encoding of the file; the parser itself seldom says where."""
    try:
        source.decode()
    except UnicodeDecodeError as error:
        if "encoding" not in message:
            return _undecodable(path, error, source)
    return FileError(path, "encoding", message.removeprefix("(unicode error) "), line, 1 if line else 0)


def _undecodable(path: str, error: UnicodeDecodeError, source: bytes) -> FileError:
    byte = error.object[error.start : error.start + 1].hex()
    message = f"not {error.encoding.upper()}: byte 0x{byte}, and no encoding is declared"
    return FileError(path, "encoding", message, *_place_of(source, error.start))


def _place_of(source: bytes, offset: int) -> tuple[int, int]:
    """Line and column of a byte, 1-based, in characters; (0, 0) if there is none."""
    if offset < 0 or not source:
        return 0, 0
    before = source[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line_start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_start:].decode(errors="replace")) + 1


def _brief(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
