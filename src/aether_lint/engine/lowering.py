"""One file's bytes to its encoded facts, or to an error that names it. Runs in a worker or in place."""

import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aether_lint.engine.read import classify, read_source
from aether_lint.model import FileError

try:  # `hashlib` loads OpenSSL: 3.5 MB and 4 ms
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

Lowering = Callable[[bytes, str], Any]
T = TypeVar("T")

STACK_BYTES = 512 << 20  # reserved, not touched: only a deep file makes the system back it with memory
# 3,000 elifs need 3,000 levels of the compiler's converter and some 10,000 frames of ours; 512 MB hold 100,000
# frames of 5 KB, more than any frame of CPython takes.
DEEP_RECURSION = 100_000


class Lowered(Struct, frozen=True, array_like=True):
    """The outcome of one file: encoded facts, or nothing where `digest` is the known one, or an error.

    Both may lack the path: not every name of a file can be encoded, and who asked knows it.
    """

    digest: bytes
    facts: bytes = b""
    error: FileError | None = None


def lower_file(path: str, relative: str, known: bytes, max_size: int, lowering: Lowering) -> Lowered:
    """Read and lower a file, unless its content has the digest `known`. Never raises an `Exception`."""
    source = b""
    try:
        source = read_source(path, max_size)
        digest = content_digest(source)
        if digest == known:
            return Lowered(digest)
        return Lowered(digest, encode(_portable(lower_text(source, relative, lowering))))
    except Exception as error:
        return Lowered(b"", error=replace(classify(error, path, source), path=""))


def lower_text(source: bytes, relative: str, lowering: Lowering) -> Any:
    """The facts of a text. What is nested deeply gets a second try on a large stack. Raises what `compile` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler's SyntaxWarnings are not ours to print
        try:
            return lowering(source, relative)
        except RecursionError:
            return on_deep_stack(lambda: lowering(source, relative))


def _portable(facts: Any) -> Any:
    """Facts that can be encoded: a name that is not UTF-8 holds lone surrogates."""
    try:
        facts.path.encode()
    except UnicodeEncodeError:
        return replace(facts, path="")
    return facts


def content_digest(source: bytes) -> bytes:
    """What identifies a content in the index."""
    return blake2b(source, digest_size=16).digest()


def encode(facts: Any) -> bytes:
    """Facts as the index keeps them."""
    return msgspec.msgpack.encode(facts)


def on_deep_stack(work: Callable[[], T]) -> T:
    """The result of `work()`, called in a thread with a stack of `STACK_BYTES`. Raises what it raises."""
    import _thread

    results: list[T] = []
    errors: list[BaseException] = []
    done = _thread.allocate_lock()
    done.acquire()

    def run() -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEP_RECURSION))
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error.with_traceback(None))
        finally:
            sys.setrecursionlimit(limit)
            done.release()

    before = _thread.stack_size(STACK_BYTES)
    try:
        _thread.start_new_thread(run, ())
    except RuntimeError as error:  # the address space is limited (ulimit -v)
        raise RecursionError("no memory for a deep stack") from error
    finally:
        _thread.stack_size(before)
    done.acquire()
    if errors:
        raise errors[0]
    return results[0]
