"""The index: what is lowered again, what is believed, and what several processes do to one file."""

import ast
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from aether_lint.engine.index import NO_FORK, Refreshed, Sources, refresh
from aether_lint.engine.index_file import FILE, FOLDER
from aether_lint.facts import Function, ModuleFacts
from aether_lint.lower import lower
from aether_lint.model import Span

pytestmark = pytest.mark.alone

LONG_AGO = time.time() - 3600


class SourceFile(Struct, frozen=True):
    path: str
    relative: str


class Project:
    """A folder with Python files, and the list of the files that were lowered, across processes."""

    def __init__(self, root: Path, log: Path) -> None:
        self.root = root
        self.log = log

    def write(self, name: str, text: str, *, age: float = 3600) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.age(path, age)
        return path

    def age(self, path: Path, seconds: float) -> None:
        stamp = time.time() - seconds
        os.utime(path, (stamp, stamp))

    def files(self) -> list[SourceFile]:
        return [SourceFile(str(p), p.relative_to(self.root).as_posix()) for p in sorted(self.root.rglob("*.py"))]

    def lowering(self, source: bytes, relative: str) -> ModuleFacts:
        with self.log.open("a") as log:
            log.write(ascii(relative) + "\n")
        if b"exit" in source:
            os._exit(1)
        return lower(source, relative)

    def refresh(self, *, jobs: int = 0, cache: bool = True, overlay: dict[str, bytes] | None = None) -> Refreshed:
        self.log.write_text("")
        sources = Sources(lowering=self.lowering, jobs=jobs, overlay=overlay or {})
        return refresh(str(self.root), self.files(), sources, cache=cache)

    @property
    def lowered(self) -> list[str]:
        return sorted(map(ast.literal_eval, self.log.read_text().splitlines()))

    @property
    def database(self) -> Path:
        return self.root / FOLDER / FILE


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    project = Project(root, tmp_path / "log")
    project.write("a.py", "A = 1\n")
    project.write("pkg/b.py", "B = 2\n")
    return project


@pytest.fixture
def aged(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose index was made so long after its last change that stamps alone decide."""
    project.refresh()
    later = time.time_ns() + 10_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later)
    project.refresh()
    return project


def names(result: Refreshed) -> list[str]:
    return [module.path for module in result.modules]


def test_a_second_run_lowers_nothing(project: Project) -> None:
    assert names(project.refresh()) == ["a.py", "pkg/b.py"]
    assert project.lowered == ["a.py", "pkg/b.py"]
    again = project.refresh()
    assert names(again) == ["a.py", "pkg/b.py"]
    assert project.lowered == []


def test_old_stamps_that_agree_are_not_even_read(aged: Project) -> None:
    assert aged.refresh().read == 0


def test_facts_from_the_index_are_the_facts(project: Project) -> None:
    assert project.refresh().modules == project.refresh().modules == project.refresh(cache=False).modules


def test_an_edit_is_seen(aged: Project) -> None:
    aged.write("a.py", "A = 3\n")
    result = aged.refresh()
    assert aged.lowered == ["a.py"]
    assert result.modules[0] == lower(b"A = 3\n", "a.py")


def test_an_edit_that_keeps_size_and_time_is_seen(aged: Project) -> None:
    before = (aged.root / "a.py").stat()
    (aged.root / "a.py").write_text("A = 9\n")
    os.utime(aged.root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    aged.refresh()
    assert aged.lowered == ["a.py"]


def test_an_edit_within_the_tick_of_the_clock_is_seen(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system whose clock stands still: the stamp is the same before and after the edit."""
    real = os.stat

    def coarse(path: str, **options: Any) -> os.stat_result:
        status = real(path, **options)
        if not str(path).endswith("a.py"):
            return status
        return os.stat_result(list(status), {"st_mtime_ns": moment, "st_ctime_ns": moment})

    moment = time.time_ns() // 10**9 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: moment + 500_000_000)
    monkeypatch.setattr(os, "stat", coarse)
    project.refresh()
    (project.root / "a.py").write_text("A = 9\n")
    assert project.refresh().modules[0] == lower(b"A = 9\n", "a.py")
    assert project.lowered == ["a.py"]


def test_a_touched_file_is_read_and_not_lowered(aged: Project) -> None:
    aged.age(aged.root / "a.py", 1800)
    assert aged.refresh().read == 1
    assert aged.lowered == []


def test_a_file_that_comes_and_one_that_goes(aged: Project) -> None:
    aged.write("c.py", "C = 1\n")
    (aged.root / "a.py").unlink()
    assert names(aged.refresh()) == ["c.py", "pkg/b.py"]
    assert aged.lowered == ["c.py"]
    with closing(sqlite3.connect(aged.database)) as connection, connection:
        assert sorted(connection.execute("SELECT path FROM module")) == [(b"c.py",), (b"pkg/b.py",)]


def test_without_cache_nothing_is_written(project: Project) -> None:
    assert names(project.refresh(cache=False)) == ["a.py", "pkg/b.py"]
    assert not (project.root / FOLDER).exists()


def test_the_folder_keeps_itself_out_of_commits_and_backups(project: Project) -> None:
    project.refresh()
    assert (project.root / FOLDER / ".gitignore").read_text() == "*\n"
    assert (
        (project.root / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )


def test_an_overlay_is_laid_over_the_index_and_not_kept(project: Project) -> None:
    project.refresh()
    path = str(project.root / "a.py")
    assert project.refresh(overlay={path: b"OTHER = 1\n"}).modules[0] == lower(b"OTHER = 1\n", "a.py")
    assert project.refresh().modules[0] == lower(b"A = 1\n", "a.py")
    assert project.lowered == []


def test_a_broken_overlay_costs_that_file(project: Project) -> None:
    path = str(project.root / "a.py")
    result = project.refresh(overlay={path: b"def\n"})
    assert [(error.path, error.kind) for error in result.errors] == [(path, "syntax")]
    assert names(result) == ["pkg/b.py"]


@pytest.mark.parametrize("jobs", [NO_FORK, 1, 2])
def test_each_bad_file_is_an_error_by_name_and_the_rest_is_there(project: Project, jobs: int) -> None:
    project.write("syntax.py", "def\n")
    (project.root / "fifo.py").symlink_to(os.devnull)
    (project.root / "dangling.py").symlink_to(project.root / "nowhere")
    result = project.refresh(jobs=jobs)
    assert names(result) == ["a.py", "pkg/b.py"]
    kinds = {os.path.basename(error.path): error.kind for error in result.errors}
    assert kinds == {"syntax.py": "syntax", "fifo.py": "not-regular", "dangling.py": "unreadable"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
@pytest.mark.parametrize("jobs", [NO_FORK, 1])
def test_names_that_are_not_utf_8_are_names(project: Project, jobs: int) -> None:
    for name, text in ((b"odd\xff.py", "A = 1\n"), (b"odd\xff\n.py", "def\n")):
        Path(os.fsdecode(os.fsencode(project.root) + b"/" + name)).write_text(text)
    for _ in range(2):
        result = project.refresh(jobs=jobs)
        assert names(result) == ["a.py", os.fsdecode(b"odd\xff.py"), "pkg/b.py"]
        assert [error.path for error in result.errors] == [os.fsdecode(os.fsencode(project.root) + b"/odd\xff\n.py")]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_kills_its_worker_is_an_error_by_name(project: Project, jobs: int) -> None:
    killer = project.write("killer.py", "exit\n" + "#" * 400_000)
    result = project.refresh(jobs=jobs)
    assert [(error.path, error.kind) for error in result.errors] == [(str(killer), "crash")]
    assert names(result) == ["a.py", "pkg/b.py"]


def test_a_crash_of_the_lowering_is_an_error_by_name(project: Project) -> None:
    def crash(source: bytes, relative: str) -> ModuleFacts:
        raise KeyError(relative)

    result = refresh(str(project.root), project.files(), Sources(lowering=crash))
    assert [error.kind for error in result.errors] == ["crash", "crash"]


@pytest.mark.parametrize("jobs", [NO_FORK, 1])
@pytest.mark.parametrize(
    "text",
    [
        "if a:\n    pass\n" + "".join(f"elif a == {i}:\n    pass\n" for i in range(3000)),
        "x = " + " + ".join(["a"] * 20_000) + "\n",
        "x = " + "(" * 400 + ")" * 400 + "\n",
        "x = " + "-" * 50_000 + "1\n",
        "x = a" + ".b" * 50_000 + "\n",
        "x = a" + "()" * 50_000 + "\n",
    ],
    ids=["elifs", "terms", "parentheses", "signs", "attributes", "calls"],
)
def test_deep_input_is_analyzed_or_named(project: Project, text: str, jobs: int) -> None:
    path = project.write("deep.py", text)
    result = refresh(str(project.root), project.files(), Sources(lowering=lower, jobs=jobs))
    assert set(names(result)) >= {"a.py", "pkg/b.py"}
    assert len(result.modules) + len(result.errors) == 3
    assert [error.path for error in result.errors] in ([], [str(path)])
    assert not [error for error in result.errors if error.kind == "crash"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"no database at all" * 1000,
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:100] + bytes(len(data) - 100),
        lambda data: data[:-600] + bytes(600),
    ],
    ids=["text", "empty", "half", "zeroes", "tail"],
)
def test_a_damaged_index_is_rebuilt(project: Project, damage: Callable[[bytes], bytes]) -> None:
    project.refresh()
    database = project.database
    with database.open("r+b") as file:
        data = file.read()
        file.seek(0)
        file.truncate()
        file.write(damage(data))
    assert names(project.refresh()) == ["a.py", "pkg/b.py"]
    project.refresh()
    assert project.lowered == []


def test_a_corrupt_index_is_said(project: Project) -> None:
    project.refresh()
    with project.database.open("r+b") as file:
        file.write(b"no database at all")
    assert "corrupt" in project.refresh().note
    assert project.refresh().note == ""


def test_a_flipped_bit_in_stored_facts_is_noticed(aged: Project) -> None:
    with closing(sqlite3.connect(aged.database)) as connection, connection:
        connection.execute("UPDATE module SET facts = replace(facts, 'A', 'B') WHERE path = CAST('a.py' AS BLOB)")
    assert aged.refresh().modules[0] == lower(b"A = 1\n", "a.py")


def test_an_index_that_came_with_the_tree_is_not_believed(aged: Project, tmp_path: Path) -> None:
    facts = ModuleFacts("a.py", "", (Function("", "module", Span(1, 1, 1, 1)),), ())
    forged = Project(tmp_path / "forged", tmp_path / "log2")
    shutil.copytree(aged.root, forged.root)
    assert forged.refresh().modules[0] != facts
    assert forged.lowered == ["a.py", "pkg/b.py"]


def test_facts_of_another_version_are_not_used_and_do_not_pile_up(
    aged: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether_lint.engine.index.FACTS_VERSION", 10_000)
    aged.refresh()
    assert aged.lowered == ["a.py", "pkg/b.py"]
    with closing(sqlite3.connect(aged.database)) as connection, connection:
        assert list(connection.execute("SELECT count(*) FROM module")) == [(2,)]


def test_a_cache_folder_that_is_a_link_is_left_alone(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project.root / FOLDER).symlink_to(elsewhere)
    assert names(project.refresh()) == ["a.py", "pkg/b.py"]
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO on this system")
def test_a_fifo_in_place_of_the_index_does_not_hang(project: Project) -> None:
    (project.root / FOLDER).mkdir()
    os.mkfifo(project.database)
    assert names(project.refresh()) == ["a.py", "pkg/b.py"]


def test_a_file_in_place_of_the_folder_costs_only_the_cache(project: Project) -> None:
    (project.root / FOLDER).write_text("")
    assert names(project.refresh()) == ["a.py", "pkg/b.py"]


def test_an_index_that_another_process_holds_is_waited_for_and_done_without(
    aged: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether_lint.engine.index_file.BUSY_SECONDS", 0.2)
    holder = sqlite3.connect(aged.database, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    aged.write("a.py", "A = 3\n")
    assert aged.refresh().modules[0] == lower(b"A = 3\n", "a.py")
    holder.execute("ROLLBACK")
    holder.close()


READ_ONLY = """
import os, sys
from pathlib import Path
from tests_index import Project
Project(Path(sys.argv[3]), Path(sys.argv[2])).refresh()  # imports what is imported late
if os.getuid() == 0:
    os.setuid(65534)
project = Project(Path(sys.argv[1]), Path(sys.argv[2]))
result = project.refresh()
print([m.path for m in result.modules], project.lowered, result.note)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no read-only folders")
def test_in_a_read_only_tree_the_index_is_read(aged: Project, tmp_path: Path) -> None:
    for folder in [tmp_path, *(path for path in tmp_path.parents if path.name.startswith("pytest-"))]:
        folder.chmod(0o755)
    aged.log.chmod(0o666)
    for folder in (aged.root, aged.root / FOLDER):
        folder.chmod(0o555)
    output = finish(start_script(tmp_path, READ_ONLY, aged.root, aged.log, tmp_path / "script"))
    assert output.split("]") == ["['a.py', 'pkg/b.py'", " [", " \n"]
    assert sorted(path.name for path in (aged.root / FOLDER).iterdir()) == [".gitignore", "CACHEDIR.TAG", FILE]
    for folder in (aged.root / FOLDER, aged.root):
        folder.chmod(0o755)


CONCURRENT = """
import sys
from pathlib import Path
from tests_index import Project
project = Project(Path(sys.argv[1]), Path(sys.argv[2]))
for round in range(15):
    project.write(f"m{sys.argv[3]}.py", f"V = {round}\\n", age=round)
    result = project.refresh()
    assert not result.note, result.note
    own = [m for m in result.modules if m.path == f"m{sys.argv[3]}.py"]
    assert f"value={round}" in repr(own).replace(" ", ""), own
print("done")
"""


def start_script(tmp_path: Path, text: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start a script that can import this file as `tests_index`."""
    folder = tmp_path / "script"
    if not folder.exists():
        folder.mkdir()
        shutil.copy(__file__, folder / "tests_index.py")
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child: "subprocess.Popen[str]") -> str:
    output, errors = child.communicate(timeout=120)
    assert (errors, child.returncode) == ("", 0)
    return output


def test_processes_at_once_neither_corrupt_the_index_nor_hang(project: Project, tmp_path: Path) -> None:
    for i in range(20):
        project.write(f"pkg/n{i}.py", f"N = {i}\n" * 50)
    children = [start_script(tmp_path, CONCURRENT, project.root, tmp_path / f"log{i}", i) for i in range(4)]
    assert [finish(child) for child in children] == ["done\n"] * 4
    with closing(sqlite3.connect(project.database)) as connection:
        assert list(connection.execute("PRAGMA integrity_check")) == [("ok",)]


def test_a_writer_killed_at_any_moment_leaves_a_sound_index(project: Project, tmp_path: Path) -> None:
    for i in range(8):
        child = start_script(tmp_path, CONCURRENT, project.root, tmp_path / "log9", 9)
        time.sleep(0.25 + i * 0.03)
        child.kill()
        child.communicate()
    result = project.refresh()
    assert result.note == ""
    assert {"a.py", "pkg/b.py"} <= set(names(result))
