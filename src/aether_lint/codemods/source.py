"""Python source as bytes and as text, there and back without a change: encoding cookie, byte order mark, line ends."""

import codecs
import io
import tokenize

from msgspec import Struct

from aether_lint.codemods.target import RefusedError


class Source(Struct, frozen=True):
    """Decoded source. In `text` a file whose lines end in CR alone has LF instead: `carriage_returns`."""

    text: str
    encoding: str
    byte_order_mark: bool
    carriage_returns: bool


def decode(data: bytes) -> Source:
    """Raises `RefusedError` where the declared encoding is unknown, wrong, or does not lead back to the same bytes."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        mark = data.startswith(codecs.BOM_UTF8)
        text = data[len(codecs.BOM_UTF8) if mark else 0 :].decode("utf-8" if mark else encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise RefusedError(f"the encoding of this file is not what it declares ({error})") from error
    alone = "\r" in text and "\n" not in text
    source = Source(text.replace("\r", "\n") if alone else text, "utf-8" if mark else encoding, mark, alone)
    if encode(source.text, source) != data:
        raise RefusedError(f"the encoding {encoding} does not lead back to the same bytes")
    return source


def encode(text: str, like: Source) -> bytes:
    """The bytes of `text`, in the form that `like` was read from. Raises `RefusedError` where it cannot hold them."""
    if like.carriage_returns:
        text = text.replace("\n", "\r")
    try:
        data = text.encode(like.encoding)
    except UnicodeEncodeError as error:
        raise RefusedError(f"the fix needs a character that {like.encoding} does not have") from error
    return codecs.BOM_UTF8 + data if like.byte_order_mark else data
