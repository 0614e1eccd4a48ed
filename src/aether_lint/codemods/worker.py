"""Codemods in a process of their own: libcst's parser can end its process on deeply nested input.

The fix engine starts this and sends one job after the other; see `aether_lint.engine.fix_worker`.
"""

import sys
import threading
import warnings
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from aether_lint.codemods.apply import apply
from aether_lint.codemods.protocol import Done, Job, read_message, write_message
from aether_lint.codemods.source import decode, encode
from aether_lint.codemods.target import RefusedError

STACK = 512 * 1024 * 1024  # bytes of address space; 3,000 branches of one `if` need 60 MB
RECURSION_LIMIT = 50_000


def perform(job: Job) -> Done:
    """Never raises; a result that Python would not compile is given up."""
    try:
        source = decode(job.source)
        applied = apply(source.text, job.targets)
        after = encode(applied.text, source)
        if after != job.source:
            _check_compiles(after)
    except RefusedError as refusal:
        return _nothing(job, str(refusal))
    except RecursionError:
        return _nothing(job, "the file is nested too deeply for libcst")
    except Exception as error:
        return _nothing(job, f"the codemod failed ({type(error).__name__}: {error})")
    return Done(after, applied.outcomes)


def _nothing(job: Job, reason: str) -> Done:
    return Done(job.source, tuple(reason for _ in job.targets))


def _check_compiles(source: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<fixed>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise RefusedError(f"the result would not compile ({error})") from error


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Perform jobs until there are no more."""
    while message := read_message(jobs):
        job = msgspec.msgpack.decode(message, type=Job)
        write_message(answers, msgspec.msgpack.encode(perform(job)))


def with_large_stack(work: Callable[[], None]) -> None:
    """Do the work in a thread whose stack holds deep trees."""
    sys.setrecursionlimit(RECURSION_LIMIT)
    threading.stack_size(STACK)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def main() -> None:
    """Serve on standard input and output; anything printed meanwhile goes to standard error."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    with_large_stack(lambda: serve(sys.stdin.buffer, answers))
