"""Texts that a host has decoded, as bytes that Python reads the same text from."""

import io
from tokenize import detect_encoding

from aether_lint.files import read_regular


def encoded(text: str) -> bytes:
    """The text in the encoding that it declares (PEP 263), so that columns come out the same."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        return data
    return data if encoding == "utf-8" else text.encode(encoding, "replace")


def is_on_disk(path: str, text: str | bytes, limit: int) -> bool:
    """Whether the file at `path` holds this text, whatever its line ends are."""
    try:
        data = read_regular(path, limit)
        if isinstance(text, bytes):
            return data == text
        encoding, _ = detect_encoding(io.BytesIO(data).readline)
        return _lines(data.decode(encoding)) == _lines(text)
    except (OSError, SyntaxError, UnicodeDecodeError):
        return False


def _lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
