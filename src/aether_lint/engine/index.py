"""The facts of all files: those that are known and still true, and those that have to be lowered now."""

import os
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aether_lint import __version__
from aether_lint.engine.index_file import Loaded, Row, Stamp, count, load, save
from aether_lint.engine.lowering import Lowered, Lowering, encode, lower_file, lower_text
from aether_lint.engine.pool import Lost, balance, can_fork, forked
from aether_lint.engine.read import classify
from aether_lint.facts import FACTS_VERSION, FactsDecoder, ModuleFacts
from aether_lint.model import FileError

FORK_PAYS_BYTES = 150_000  # a second worker costs 2 ms, the lowering of 150 KB takes 50 ms
LONG_BYTES = 3_000_000  # lowered in a second by two workers
TIME_LIMIT = 30.0  # seconds for a file, and
SECONDS_PER_BYTE = 2e-5  # 20 s/MB more: twenty times what lowering takes
NO_FORK = -1

Outcome = ModuleFacts | FileError


class File(Protocol):
    """A file to know: its absolute path, and its path relative to the root with `/`."""

    @property
    def path(self) -> str:
        """Absolute."""

    @property
    def relative(self) -> str:
        """Relative to the root."""


Imported = Callable[[Sequence[ModuleFacts]], Sequence[File]]


class Refreshed(Struct):
    """Facts in the order of the files; errors with absolute paths; what there is to say about the index."""

    modules: list[ModuleFacts]
    errors: list[FileError]
    read: int = 0  # how many files had to be read
    note: str = ""


class Sources(Struct, frozen=True):
    """How to get at facts: texts that stand for files (by absolute path), limits, workers, and the lowering.

    `jobs` is the number of workers, 0 for one per processor, `NO_FORK` for none.
    """

    lowering: Lowering
    overlay: Mapping[str, bytes] = {}
    max_size: int = 10_000_000
    jobs: int = 0


class _Task(Struct, frozen=True):
    """A file to lower; `known` is the digest of the content that the index has facts for."""

    file: File
    stamp: Stamp
    known: bytes


def refresh(
    root: str,
    files: Sequence[File],
    sources: Sources,
    *,
    cache: bool = True,
    write: bool = True,
    imported: Imported = lambda modules: (),
) -> Refreshed:
    """The facts of `files`, from the index of `root` where it knows them, else lowered now.

    `imported` says, given the facts so far, which files they need besides; it is asked until it names no new ones.
    With `cache` off nothing is read from or written to disk, with `write` off nothing is written. What the overlay
    holds is never kept. Every failure costs one file. Raises nothing of its own.
    """
    version = flavor() if cache else ""
    loaded = load(root, version) if cache else Loaded()
    outcomes: dict[str, Outcome] = {}
    new: dict[str, Row] = {}
    decoder = FactsDecoder()
    wanted: list[File] = []
    while more := [file for file in files if file.path not in outcomes]:
        _look(more, sources, loaded.rows, outcomes, new, decoder)
        wanted += more
        files = imported([found for found in outcomes.values() if isinstance(found, ModuleFacts)])
    if cache and write and new:
        gone = [name for name in loaded.rows if name not in new and not os.path.lexists(os.path.join(root, name))]
        save(root, version, new, gone)
    found = [outcomes[file.path] for file in wanted]
    return Refreshed(
        [facts for facts in found if isinstance(facts, ModuleFacts)],
        [error for error in found if isinstance(error, FileError)],
        len(new),
        loaded.note,
    )


def is_cold(root: str, files: Sequence[File], *, cache: bool) -> bool:
    """Whether to lower `files` would take long, and the index of `root` does not know most of them either."""
    if not files or (cache and count(root, flavor()) > len(files) // 2):
        return False
    size = 0
    for file in files:
        with suppress(OSError, ValueError):
            size += os.stat(file.path).st_size
    return size > LONG_BYTES


def _look(
    files: Sequence[File],
    sources: Sources,
    rows: Mapping[str, Row],
    outcomes: dict[str, Outcome],
    new: dict[str, Row],
    decoder: FactsDecoder,
) -> None:
    """Find the outcome of each file; rows for the index go to `new`."""
    taken = time.time_ns()
    tasks = list(_stale(files, sources, rows, outcomes, decoder))
    for task, lowered in _lower_tasks(tasks, sources):
        file = task.file
        if lowered.error:
            outcomes[file.path] = replace(lowered.error, path=file.path)
            continue
        encoded = lowered.facts or rows[file.relative].facts
        new[file.relative] = Row(task.stamp, taken, lowered.digest, encoded)
        outcomes[file.path] = _decode(encoded, file, decoder) or FileError(
            file.path, "crash", "its facts cannot be decoded"
        )


def _stale(
    files: Sequence[File],
    sources: Sources,
    rows: Mapping[str, Row],
    outcomes: dict[str, Outcome],
    decoder: FactsDecoder,
) -> Iterator[_Task]:
    """The files that have to be read; the outcome of the others goes to `outcomes`."""
    for file in files:
        text = sources.overlay.get(file.path)
        if text is not None:
            outcomes[file.path] = _overlaid(file, text, sources.lowering)
            continue
        try:
            stamp = Stamp.of(os.stat(file.path))
        except (OSError, ValueError) as error:
            outcomes[file.path] = classify(error, file.path)
            continue
        row = rows.get(file.relative)
        facts = _decode(row.facts, file, decoder) if row and row.stamp == stamp and not row.is_racy else None
        if facts:
            outcomes[file.path] = facts
        else:
            yield _Task(file, stamp, row.digest if row and _decode(row.facts, file, decoder) else b"")


def _overlaid(file: File, text: bytes, lowering: Lowering) -> Outcome:
    try:
        facts: ModuleFacts = lower_text(text, file.relative, lowering)
    except Exception as error:
        return classify(error, file.path, text)
    return facts


def _lower_tasks(tasks: Sequence[_Task], sources: Sources) -> Iterator[tuple[_Task, Lowered]]:
    """Lower files, each in a worker where that is possible: a file that kills its process costs only itself."""

    def lower(number: int) -> Lowered:
        task = tasks[number]
        return lower_file(task.file.path, task.file.relative, task.known, sources.max_size, sources.lowering)

    if not tasks:
        return
    if sources.jobs == NO_FORK or not can_fork():
        yield from ((task, lower(number)) for number, task in enumerate(tasks))
        return
    sizes = [task.stamp.size for task in tasks]
    shares = balance(sizes, _workers(sizes, sources.jobs))
    for number, answer in forked(lambda i: encode(lower(i)), shares, lambda i: _time_limit(sizes[i])):
        task = tasks[number]
        if isinstance(answer, Lost):
            error = FileError(task.file.path, "crash", f"the process that read this file {answer.why}")
            yield task, Lowered(b"", error=error)
        else:
            yield task, _ANSWERS.decode(answer)


def _workers(sizes: Sequence[int], jobs: int) -> int:
    most = jobs or os.cpu_count() or 1
    return max(1, min(most, sum(sizes) // FORK_PAYS_BYTES))


def _time_limit(size: int) -> float:
    return TIME_LIMIT + size * SECONDS_PER_BYTE


def _decode(encoded: bytes, file: File, decoder: FactsDecoder) -> ModuleFacts | None:
    try:
        facts = decoder.decode(encoded)
    except msgspec.MsgspecError:
        return None
    return facts if facts.path == file.relative else replace(facts, path=file.relative)


def flavor() -> str:
    """What the facts in an index depend on beside the sources: this Python's grammar, and our own code."""
    code = zlib.crc32(b"".join(_own_sources()))
    python = f"{sys.implementation.name}-{sys.version_info.major}.{sys.version_info.minor}"
    return f"{python} {FACTS_VERSION} {__version__} {code:08x}"


def _own_sources() -> Iterator[bytes]:
    """The code that makes facts: a checkout under development has one version and many states."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folder = os.path.join(package, "lower")
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".py")]
    for path in [*paths, os.path.join(package, "facts.py")]:
        with open(path, "rb") as file:
            yield file.read()


_ANSWERS = msgspec.msgpack.Decoder(Lowered)
