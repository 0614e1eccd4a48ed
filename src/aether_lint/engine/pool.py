"""Work spread over forked processes, so that one bad item costs that item and two cores are used.

`os.fork` and pipes instead of `multiprocessing`: two workers start in 2 ms (a `Pool` needs 34, spawn 75) and
inherit everything the work refers to. A worker answers item by item; the first item without an answer is the
one that killed it, and the rest goes to a new worker. A watchdog of the system (an interval timer whose signal
kills) ends an item that never returns, also when the parent is gone.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from msgspec import Struct

Work = Callable[[int], bytes]
Limit = Callable[[int], float]

_HEADER = 8  # item number and length of the answer, 4 bytes each
_CHUNK = 1 << 20
_PIPE_SIZE = 1 << 20  # Linux gives 64 KB: a worker would wait for the parent after every second file


class Lost(Struct, frozen=True):
    """An item whose worker did not live to answer; `why` completes the sentence "the worker ..."."""

    why: str


class _Worker:
    """A child, the read end of its pipe, and the items it has not answered yet, in its order."""

    def __init__(self, pid: int, descriptor: int, items: list[int]) -> None:
        self.pid = pid
        self.descriptor = descriptor
        self.items = items
        self.answered = 0
        self.buffer = bytearray()

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """The complete answers in the buffer; they are removed from it."""
        start = 0
        while len(self.buffer) >= start + _HEADER:
            item = int.from_bytes(self.buffer[start : start + 4], "little")
            end = start + _HEADER + int.from_bytes(self.buffer[start + 4 : start + _HEADER], "little")
            if len(self.buffer) < end:
                break
            yield item, bytes(self.buffer[start + _HEADER : end])
            self.answered += 1
            start = end
        del self.buffer[:start]


def can_fork() -> bool:
    """Whether this process may fork: the system has it, and no other thread is alive that could hold a lock."""
    if not hasattr(os, "fork") or sys.platform in ("win32", "emscripten", "wasi"):
        return False
    with suppress(OSError):
        return len(os.listdir("/proc/self/task")) == 1  # also sees the threads that libraries start in C
    import _thread

    return _thread._count() == 0


def forked(work: Work, shares: Sequence[list[int]], limit: Limit) -> Iterator[tuple[int, bytes | Lost]]:
    """Call `work(i)` for every item of `shares`, each share in a process; yield (i, answer) as answers come.

    `work` must not raise. `limit(i)` is the time in seconds after which item i is given up. Answers come in no
    particular order, each item exactly once. Closing the generator, or an exception such as KeyboardInterrupt on its
    way through, leaves no child behind.
    """
    import select

    poll = select.poll()
    workers: dict[int, _Worker] = {}

    def start(items: list[int]) -> None:
        worker = _spawn(work, items, limit, [w.descriptor for w in workers.values()])
        workers[worker.descriptor] = worker
        poll.register(worker.descriptor, select.POLLIN)

    try:
        for items in shares:
            start(items)
        while workers:
            for descriptor, _ in poll.poll():
                worker = workers[descriptor]
                data = os.read(descriptor, _CHUNK)
                worker.buffer += data
                yield from worker.frames()
                if data:
                    continue
                poll.unregister(descriptor)
                rest = worker.items[worker.answered :]
                why = _bury(workers.pop(descriptor))
                if rest:
                    yield rest[0], Lost(why)
                if rest[1:]:
                    start(rest[1:])
    finally:
        for worker in workers.values():
            os.kill(worker.pid, signal.SIGKILL)
            _bury(worker)


class Background:
    """One piece of work that a forked process does meanwhile; use it as a context, which leaves no child behind.

    `work` must not raise; it is given up after `limit` seconds. Its process leads a group of its own, so that what it
    starts ends with it. Without `fork`, or where nothing can be forked, `result` does the work.
    """

    def __init__(self, work: Callable[[], bytes], limit: float, *, fork: bool = True) -> None:
        self._work = work
        forks = fork and can_fork()
        self._worker = _spawn(lambda _: work(), [0], lambda _: limit, (), leads=True) if forks else None

    def __enter__(self) -> "Background":
        return self

    def __exit__(self, *_: object) -> None:
        worker, self._worker = self._worker, None
        if worker:
            with suppress(ProcessLookupError, PermissionError):  # it is gone, or has not begun to lead
                os.killpg(worker.pid, signal.SIGKILL)
            os.kill(worker.pid, signal.SIGKILL)
            _bury(worker)

    def result(self) -> "bytes | Lost":
        """Wait for the answer. Ask once."""
        worker = self._worker
        if worker is None:
            return self._work()
        while data := os.read(worker.descriptor, _CHUNK):
            worker.buffer += data
        self._worker = None
        why = _bury(worker)
        return next((answer for _, answer in worker.frames()), Lost(why))


def balance(weights: Sequence[int], parts: int) -> list[list[int]]:
    """Split the indices of `weights` into at most `parts` lists of about equal weight, heaviest first."""
    order = sorted(range(len(weights)), key=lambda i: (-weights[i], i))
    loads = [0] * max(1, min(parts, len(weights)))
    chunks: list[list[int]] = [[] for _ in loads]
    for i in order:
        lightest = loads.index(min(loads))
        loads[lightest] += weights[i] + 1
        chunks[lightest].append(i)
    return [chunk for chunk in chunks if chunk]


def slices(weights: Sequence[int], parts: int) -> list[list[int]]:
    """Split the indices of `weights` into at most `parts` lists of about equal weight, neighbors together."""
    chunks: list[list[int]] = [[] for _ in range(max(1, parts))]
    total = sum(weights) + len(weights) or 1
    before = 0
    for i, weight in enumerate(weights):
        chunks[before * len(chunks) // total].append(i)
        before += weight + 1
    return [chunk for chunk in chunks if chunk]


def _spawn(work: Work, items: list[int], limit: Limit, inherited: Sequence[int], *, leads: bool = False) -> _Worker:
    reading, writing = os.pipe()
    _widen(writing)
    pid = os.fork()
    if pid == 0:  # pragma: no cover - the coverage of a child that leaves by os._exit is not recorded
        if leads:
            os.setpgid(0, 0)
        _serve(work, items, limit, writing, (reading, *inherited))
    os.close(writing)
    return _Worker(pid, reading, items)


def _serve(work: Work, items: list[int], limit: Limit, writing: int, foreign: Sequence[int]) -> None:
    """The life of a worker. It never returns into the code that forked it."""
    try:
        for descriptor in foreign:  # else a sibling's pipe stays open when the parent is killed
            os.close(descriptor)
        gc.disable()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # the parent is gone: so are we, without a word
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        _silence()
        for item in items:
            signal.setitimer(signal.ITIMER_REAL, limit(item))
            answer = work(item)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _write(writing, item.to_bytes(4, "little") + len(answer).to_bytes(4, "little") + answer)
    finally:
        os._exit(0)


def _silence() -> None:
    """What a dying interpreter prints is no part of our output; the parent names the file instead."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _widen(descriptor: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # over the user's limit: slower, and still right
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)


def _bury(worker: _Worker) -> str:
    """Close the pipe, take the exit status, and say what ended the worker."""
    os.close(worker.descriptor)
    _, status = os.waitpid(worker.pid, 0)
    if not os.WIFSIGNALED(status):
        return "ended without an answer"
    number = os.WTERMSIG(status)
    if number == signal.SIGALRM:
        return "was given up after its time limit"
    return f"was killed by {_signal_name(number)}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
