"""The pool, with real processes: who dies, who is named, and who is left."""

import faulthandler
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aether_lint.engine.pool import Background, Lost, balance, can_fork, forked, slices

pytestmark = [pytest.mark.alone, pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")]


def patient(item: int) -> float:
    return 60.0


def square(item: int) -> bytes:
    return str(item * item).encode()


def test_every_item_is_answered_once() -> None:
    answers = list(forked(square, balance([1] * 100, 3), patient))
    assert sorted(item for item, _ in answers) == list(range(100))
    assert dict(answers)[12] == b"144"


def test_an_answer_larger_than_the_pipe_arrives_whole() -> None:
    size = 5_000_000
    assert list(forked(lambda item: bytes(size), [[0], [1]], patient)) in (
        [(0, bytes(size)), (1, bytes(size))],
        [(1, bytes(size)), (0, bytes(size))],
    )


def test_nothing_to_do_starts_nobody() -> None:
    assert list(forked(square, [], patient)) == []


def test_a_worker_killed_by_kill_9_costs_the_item_it_worked_on() -> None:
    def work(item: int) -> bytes:
        if item in (3, 8):
            os.kill(os.getpid(), signal.SIGKILL)
        return square(item)

    answers = dict(forked(work, balance([1] * 10, 2), patient))
    assert {item for item, answer in answers.items() if isinstance(answer, Lost)} == {3, 8}
    assert answers[3] == Lost("was killed by SIGKILL")
    assert answers[9] == b"81"


def test_an_item_that_never_returns_is_given_up() -> None:
    def work(item: int) -> bytes:
        while item == 1:
            pass
        return square(item)

    started = time.monotonic()
    answers = dict(forked(work, [[0, 1, 2]], lambda item: 0.3))
    assert answers == {0: b"0", 1: Lost("was given up after its time limit"), 2: b"4"}
    assert time.monotonic() - started < 5


def test_a_worker_whose_interpreter_dies_costs_one_item() -> None:
    def work(item: int) -> bytes:
        if item == 0:
            faulthandler.disable()
            os.kill(os.getpid(), signal.SIGSEGV)
        return square(item)

    assert dict(forked(work, [[0, 1]], patient)) == {0: Lost("was killed by SIGSEGV"), 1: b"1"}


def test_work_that_breaks_its_promise_and_raises_costs_one_item() -> None:
    def work(item: int) -> bytes:
        return square(1 // item)

    assert dict(forked(work, [[0, 1]], patient)) == {0: Lost("ended without an answer"), 1: b"1"}


def test_workers_inherit_what_the_work_refers_to_and_leave_nothing_in_the_parent() -> None:
    seen: list[int] = []

    def work(item: int) -> bytes:
        seen.append(item)
        return str(len(seen)).encode()

    assert dict(forked(work, [[0, 1, 2]], patient)) == {0: b"1", 1: b"2", 2: b"3"}
    assert seen == []


def test_closing_early_leaves_no_child() -> None:
    def work(item: int) -> bytes:
        time.sleep(0 if item == 0 else 60)
        return b""

    answers = forked(work, [[0, 1], [2, 3]], patient)
    assert next(answers) == (0, b"")
    answers.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


INTERRUPTED = """
import os, sys, time
from aether_lint.engine.pool import forked

def work(item):
    with open(os.path.join(sys.argv[1], str(os.getpid())), "w"):
        pass
    time.sleep(60)
    return b""

try:
    list(forked(work, [[0], [1]], lambda item: 60.0))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_parent_that_is_stopped_leaves_no_worker(tmp_path: Path, number: int) -> None:
    parent = subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(tmp_path)], env=_environment())
    workers = _wait_for_workers(tmp_path, 2)
    parent.send_signal(number)
    assert parent.wait(20) == (130 if number == signal.SIGINT else -signal.SIGKILL)
    if number == signal.SIGINT:
        assert not [pid for pid in workers if _alive(pid)]
    for pid in workers:  # after a kill -9 they end by themselves when they answer or when their time is up
        if _alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_a_worker_whose_parent_was_killed_ends_at_its_time_limit(tmp_path: Path) -> None:
    source = INTERRUPTED.replace("60.0", "1.5")
    parent = subprocess.Popen([sys.executable, "-c", source, str(tmp_path)], env=_environment())
    workers = _wait_for_workers(tmp_path, 2)
    parent.kill()
    parent.wait(20)
    deadline = time.monotonic() + 20
    while any(map(_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in workers if _alive(pid)]


def test_work_in_the_background_goes_on_meanwhile() -> None:
    def work() -> bytes:
        time.sleep(0.5)
        return b"done"

    started = time.monotonic()
    with Background(work, 60) as background:
        time.sleep(0.5)
        assert background.result() == b"done"
    assert time.monotonic() - started < 0.9


def test_work_in_the_background_that_dies_or_never_ends_is_lost() -> None:
    def die() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    def sleep() -> bytes:
        time.sleep(60)
        return b""

    with Background(die, 60) as background:
        assert background.result() == Lost("was killed by SIGKILL")
    with Background(sleep, 0.2) as background:
        assert background.result() == Lost("was given up after its time limit")


def test_leaving_early_ends_the_background_and_what_it_started(tmp_path: Path) -> None:
    def work() -> bytes:
        child = subprocess.Popen(["sleep", "60"])
        (tmp_path / str(child.pid)).touch()
        child.wait()
        return b""

    with Background(work, 60):
        (pid,) = _wait_for_workers(tmp_path, 1)
    deadline = time.monotonic() + 5
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(pid)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_heavy_items_are_spread() -> None:
    weights = [10, 1, 9, 1, 8, 2]
    assert sorted(sum(weights[i] for i in chunk) for chunk in balance(weights, 2)) in ([15, 16], [14, 17], [12, 19])
    assert sorted(i for chunk in balance([5] * 7, 3) for i in chunk) == list(range(7))
    assert balance([1], 8) == [[0]]
    assert balance([], 2) == []


def test_neighbors_stay_together() -> None:
    assert slices([1] * 6, 2) == [[0, 1, 2], [3, 4, 5]]
    assert slices([9, 1, 1, 1, 1, 1, 1, 1, 1, 1], 2) == [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]
    assert slices([5], 4) == [[0]]
    assert slices([0, 0], 2) == [[0], [1]]
    assert slices([], 2) == []


def test_no_fork_while_another_thread_is_alive() -> None:
    import threading

    assert can_fork()
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        assert not can_fork()
    finally:
        release.set()
        thread.join()


def _environment() -> dict[str, str]:
    import aether_lint

    source = str(Path(aether_lint.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": source}


def _wait_for_workers(folder: Path, count: int) -> list[int]:
    deadline = time.monotonic() + 20
    while len(names := os.listdir(folder)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(names) == count
    return [int(name) for name in names]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat") as status:
            return status.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return True
