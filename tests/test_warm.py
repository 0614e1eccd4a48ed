"""The warm path: a second look gives the same bytes, and never those of a tree that has changed since."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

import aether_lint
from aether_lint.warm import FOLDER, KEPT

SOURCE = Path(aether_lint.__file__).parent
FORBIDDEN = ("re", "typing", "dataclasses", "pathlib", "msgspec", "click", "pathspec", "rich", "json", "subprocess")

# The clock of a run, so that files that have just been written count as at rest.
LATER = 10
REMEMBER = """
import os, sys, time
from aether_lint.warm import Snapshot
root, seconds, *arguments = sys.argv[1:]
folders = {path for path, _, _ in os.walk(root) if ".aether" not in path}
looked_for = {os.path.join(os.path.dirname(root), "aether-lint.toml")}
snapshot = Snapshot(time.time_ns() + int(seconds) * 10**9, folders, looked_for)
print(snapshot.remember(arguments, [root], 1, b"found\\xff\\n", b"said\\n"))
"""
REPLAY = """
import sys
from aether_lint.warm import replay
code = replay(sys.argv[1:])
sys.exit(77 if code is None else code)
"""


class Outcome(Struct, frozen=True):
    code: int
    out: bytes
    err: bytes


MISS = Outcome(77, b"", b"")
HIT = Outcome(1, b"found\xff\n", b"said\n")


class Tree:
    """A project, and runs on it; every run is a process of its own, with a copy of the package."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.installed = folder / "site-packages"
        self.environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
        self.environment.update(PYTHONPATH=str(self.installed), PYTHONDONTWRITEBYTECODE="1")
        for path in (self.root / "pkg" / "empty", self.root / FOLDER, self.installed / "aether_lint"):
            path.mkdir(parents=True)
        for name in ("__init__.py", "warm.py"):
            shutil.copy(SOURCE / name, self.installed / "aether_lint" / name)
        (self.root / "pyproject.toml").write_text("[tool.aether-lint]\n")
        (self.root / "pkg" / "a.py").write_text("A = 1\n")

    def remember(self, *arguments: str, clock: int = LATER) -> bool:
        command = [sys.executable, "-c", REMEMBER, str(self.root), str(clock), *(arguments or ("check",))]
        run = self.run(command)
        assert run.stderr == b""
        return run.stdout.strip() == b"True"

    def replay(self, *arguments: str, cwd: Path | None = None) -> Outcome:
        run = self.run([sys.executable, "-c", REPLAY, *(arguments or ("check",))], cwd)
        return Outcome(run.returncode, run.stdout, run.stderr)

    def run(self, command: list[str], cwd: Path | None = None) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(command, cwd=cwd or self.root, env=self.environment, capture_output=True, check=False)

    def entries(self) -> list[Path]:
        return sorted((self.root / FOLDER).glob("run-*"))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_the_same_run_on_the_same_tree_says_the_same(tree: Tree) -> None:
    assert tree.replay() == MISS
    assert tree.remember()
    assert tree.replay() == HIT
    assert tree.replay() == HIT


def edit_keeping_size_and_time(tree: Tree) -> None:
    path = tree.root / "pkg" / "a.py"
    before = path.stat()
    path.write_text("A = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_by_a_folder(tree: Tree) -> None:
    (tree.root / "pkg" / "a.py").unlink()
    (tree.root / "pkg" / "a.py").mkdir()


CHANGES: dict[str, Callable[[Tree], object]] = {
    "touch": lambda tree: (tree.root / "pkg" / "a.py").touch(),
    "edit": lambda tree: (tree.root / "pkg" / "a.py").write_text("A = 10\n"),
    "edit that keeps size and time": edit_keeping_size_and_time,
    "new file": lambda tree: (tree.root / "b.py").write_text(""),
    "new file in a folder without any": lambda tree: (tree.root / "pkg" / "empty" / "b.py").write_text(""),
    "new folder": lambda tree: (tree.root / "pkg" / "new").mkdir(),
    "deleted file": lambda tree: (tree.root / "pkg" / "a.py").unlink(),
    "renamed file": lambda tree: (tree.root / "pkg" / "a.py").rename(tree.root / "pkg" / "b.py"),
    "file replaced by a folder": replace_by_a_folder,
    "deleted folder": lambda tree: (tree.root / "pkg" / "empty").rmdir(),
    "configuration edited": lambda tree: (tree.root / "pyproject.toml").write_text("[tool.aether-lint]\nselect = []"),
    "new configuration": lambda tree: (tree.root / "aether-lint.toml").write_text(""),
    "new configuration above": lambda tree: (tree.root.parent / "aether-lint.toml").write_text(""),
    "new .gitignore": lambda tree: (tree.root / "pkg" / ".gitignore").write_text("a.py\n"),
    "permissions": lambda tree: (tree.root / "pkg" / "a.py").chmod(0o200),
    "new distribution installed": lambda tree: (tree.installed / "plugin.dist-info").mkdir(),
    "aether-lint reinstalled": lambda tree: (tree.installed / "aether_lint" / "__init__.py").touch(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_answer_after_a_change(tree: Tree, change: str) -> None:
    assert tree.remember()
    CHANGES[change](tree)
    assert tree.replay() == MISS


@pytest.mark.parametrize(
    ("name", "value"),
    [("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("COLUMNS", "40"), ("CI", "true-ish"), ("PYTHONIOENCODING", "ascii")],
)
def test_no_answer_in_another_environment(tree: Tree, name: str, value: str) -> None:
    assert tree.remember()
    tree.environment[name] = value
    assert tree.replay() == MISS


def test_no_answer_for_other_arguments_or_another_folder(tree: Tree) -> None:
    assert tree.remember("check", "pkg")
    assert tree.replay("check", "pkg") == HIT
    assert tree.replay("check") == MISS
    assert tree.replay("check", "pkg", "-q") == MISS
    assert tree.replay("fix", "pkg") == MISS
    assert tree.replay("check", "pkg", cwd=tree.root / "pkg") == MISS


def test_the_answer_is_found_from_another_folder_when_the_tree_is_named(tree: Tree, tmp_path: Path) -> None:
    arguments = ("check", str(tree.root / "pkg"))
    assert tree.remember(*arguments)
    assert tree.replay(*arguments) == HIT
    assert tree.replay(*arguments, cwd=tmp_path) == MISS


def test_stdin_is_never_answered_from_the_past(tree: Tree) -> None:
    tree.remember("check", "-")
    assert tree.replay("check", "-") == MISS


def test_commands_that_change_things_are_never_answered_from_the_past(tree: Tree) -> None:
    assert not tree.remember("fix")
    assert tree.entries() == []


def test_a_tree_that_has_just_changed_is_not_remembered(tree: Tree) -> None:
    assert not tree.remember(clock=0)
    assert tree.entries() == []


def test_nothing_is_written_without_a_cache_folder(tree: Tree) -> None:
    (tree.root / FOLDER).rmdir()
    assert not tree.remember()
    assert not (tree.root / FOLDER).exists()


def test_nothing_is_written_through_a_link(tree: Tree, tmp_path: Path) -> None:
    (tree.root / FOLDER).rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tree.root / FOLDER).symlink_to(tmp_path / "elsewhere")
    assert not tree.remember()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("cut", [0, 5, 40, -1])
def test_a_damaged_entry_is_no_answer(tree: Tree, cut: int) -> None:
    assert tree.remember()
    (entry,) = tree.entries()
    status = entry.stat()
    entry.write_bytes(entry.read_bytes()[:cut])
    os.utime(entry, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert tree.replay() == MISS


def test_an_entry_that_came_with_the_tree_is_not_believed(tree: Tree) -> None:
    assert tree.remember()
    (entry,) = tree.entries()
    data = entry.read_bytes()
    copy = entry.with_suffix(".copy")
    shutil.copy2(entry, copy)
    copy.replace(entry)
    assert entry.read_bytes() == data
    assert tree.replay() == MISS


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO on this system")
def test_a_fifo_in_place_of_an_entry_does_not_hang(tree: Tree) -> None:
    assert tree.remember()
    (entry,) = tree.entries()
    entry.unlink()
    os.mkfifo(entry)
    assert tree.replay() == MISS


def test_entries_do_not_pile_up(tree: Tree) -> None:
    for number in range(KEPT + 3):
        assert tree.remember("check", f"--jobs={number + 1}")
    assert len(tree.entries()) == KEPT


def test_a_reader_that_goes_away_is_no_traceback(tree: Tree) -> None:
    assert tree.remember()
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", REPLAY, "check"]
    run = subprocess.run(
        command, cwd=tree.root, env=tree.environment, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (run.returncode, run.stderr) == (2, b"")


def test_a_hit_imports_next_to_nothing(tree: Tree) -> None:
    listing = "import sys; print(*sys.modules)"
    bare = set(tree.run([sys.executable, "-c", listing]).stdout.decode().split())
    assert tree.remember()
    script = "import sys; from aether_lint.warm import replay; assert replay(sys.argv[1:]) == 1; print(*sys.modules)"
    output = tree.run([sys.executable, "-c", script, "check"]).stdout.split(b"\n", 1)[1]
    added = set(output.decode().split()) - bare
    assert added <= {"aether_lint", "aether_lint.warm", "marshal", "time"}
    assert not added & set(FORBIDDEN)


def test_a_hit_is_fast(tree: Tree) -> None:
    """Loose by design: what is measured is that nothing heavy is done, not the machine."""
    for number in range(2000):
        (tree.root / "pkg" / f"m{number}.py").touch()
    assert tree.remember()
    start = time.perf_counter()
    assert tree.replay() == HIT
    assert time.perf_counter() - start < 1


class Program:
    """The program itself, on a project of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.environment = {**os.environ, "PYTHONPATH": str(SOURCE.parent), "PYTHONDONTWRITEBYTECODE": "1"}
        (folder / "aether-lint.toml").write_text("")
        (folder / "app.py").write_text("A = 1  # aether: ignore[AET101] -- once there was a reason\n")

    def check(self) -> tuple[int, bytes, bool]:
        """Exit code, output, and whether it came from the past: click had not to be imported."""
        command = [sys.executable, "-X", "importtime", "-m", "aether_lint", "check", "--output-format", "concise"]
        run = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, check=False)
        imported = {line.rpartition(b"|")[2].strip().decode() for line in run.stderr.splitlines()}
        warm = "aether_lint.warm" in imported and "aether_lint.cli.app" not in imported
        if warm:
            assert not imported & {*FORBIDDEN, "aether_lint.rules", "aether_lint.engine"}
        return run.returncode, run.stdout, warm


def test_the_program_answers_from_the_past_until_something_changes(tmp_path: Path) -> None:
    program = Program(tmp_path)
    first = program.check()
    assert first[0] == 1
    assert b"AET001" in first[1]
    time.sleep(2.2)  # only what has been at rest for that long is remembered
    program.check()
    assert program.check() == (*first[:2], True)
    (tmp_path / "app.py").write_text("A = 1\n")
    code, output, warm = program.check()
    assert (code, warm) == (0, False)
    assert b"AET001" not in output
