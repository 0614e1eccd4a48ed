"""Fixes are judged again before they count, and files are replaced whole or not at all."""

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from aether_lint.codemods.protocol import Done
from aether_lint.engine.fix import unified_diff
from aether_lint.engine.fix_worker import FixWorker
from aether_lint.engine.mend import Change, Mending, objections
from aether_lint.engine.replace_file import SUFFIX, NotWrittenError, replace_file
from aether_lint.model import FileError, Finding, Fix, Report, Span

SRC = str(Path(__file__).parent.parent / "src")
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
READ = re.compile(rb'os\.getenv\("(\w+)", "(\w+)"\)')


def secret(path: str, source: bytes, found: "re.Match[bytes]") -> Finding:
    """What a linter that knows nothing but literal defaults says of one read."""
    line = source.count(b"\n", 0, found.start()) + 1
    column = found.start() - source.rfind(b"\n", 0, found.start())
    span = Span(line, column, line, column + len(found[0]))
    name = found[1].decode()
    return Finding(
        code="AET201",
        name="hard-coded-secret-default",
        family="env",
        severity="error",
        confidence="high",
        message=f"{name} has a default",
        help="",
        path=path,
        span=span,
        scope=name,
        fix=Fix("require_env", "unsafe", f"require {name}", span),
    )


class Project:
    """A few files in memory, and that linter."""

    def __init__(self, **files: bytes) -> None:
        self.files = {f"{name}.py": source for name, source in files.items()}
        self.judged = 0

    def judge(self, texts: Mapping[str, bytes]) -> Report:
        self.judged += 1
        files = self.files | dict(texts)
        findings = [secret(path, text, found) for path, text in files.items() for found in READ.finditer(text)]
        return Report(findings=findings, errors=self.errors(files))

    def errors(self, files: Mapping[str, bytes]) -> list[FileError]:
        return []

    def mend(self, worker: FixWorker) -> Mending:
        def transform(path: str, source: bytes, findings: Sequence[Finding]) -> Done:
            return worker.run(source, [finding.fix for finding in findings if finding.fix])

        mending = Mending(self.judge({}), self.judge, transform, lambda path: self.files[path])
        mending.run(lambda finding: finding.fix is not None)
        return mending


@pytest.fixture(scope="module")
def worker() -> Iterator[FixWorker]:
    with FixWorker() as running:
        yield running


def test_all_fixes_of_all_files_are_made_and_judged_together(worker: FixWorker) -> None:
    project = Project(
        a=b'import os\nA = os.getenv("A", "x")\nB = os.getenv("B", "x")\n', b=b'import os\nC = f(os.getenv("C", "x"))\n'
    )

    mending = project.mend(worker)

    assert [change.path for change in mending.changes] == ["a.py", "b.py"]
    assert mending.changes[1].after == b'import os\nC = f(os.environ["C"])\n'
    assert {finding.scope for finding in mending.fixed} == {"A", "B", "C"}
    assert mending.report.findings == []
    assert project.judged == 2


def test_fixes_on_one_line_take_a_round_each(worker: FixWorker) -> None:
    project = Project(a=b'import os\nx = f(os.getenv("A", "x"), os.getenv("B", "y"))\n')

    mending = project.mend(worker)

    assert mending.changes[0].after == b'import os\nx = f(os.environ["A"], os.environ["B"])\n'


def test_second_run_changes_nothing(worker: FixWorker) -> None:
    project = Project(a=b'import os\r\nA = os.getenv("A", "x")\r\n')
    project.files["a.py"] = project.mend(worker).changes[0].after

    assert project.mend(worker).changes == []


def test_fix_that_leaves_its_finding_is_not_kept(worker: FixWorker) -> None:
    class Stubborn(Project):
        def judge(self, texts: Mapping[str, bytes]) -> Report:
            report = super().judge(texts)
            stays = [finding for finding in super().judge({}).findings if finding.scope == "A"]
            return Report(findings=[*stays, *(finding for finding in report.findings if finding.scope != "A")])

    mending = Stubborn(a=b'import os\nA = os.getenv("A", "x")\nB = os.getenv("B", "x")\n').mend(worker)

    assert [(refusal.finding.scope, refusal.reason) for refusal in mending.refused] == [
        ("A", "AET201 would still be found there")
    ]
    assert [finding.scope for finding in mending.fixed] == ["B"]
    assert b'os.getenv("A", "x")' in mending.changes[0].after
    assert b'os.environ["B"]' in mending.changes[0].after


def test_of_two_equal_findings_only_the_one_that_stays_is_refused(worker: FixWorker) -> None:
    class Twins(Project):
        def judge(self, texts: Mapping[str, bytes]) -> Report:
            report = super().judge(texts)
            text = texts.get("a.py", self.files["a.py"])
            found = [replace(finding, scope="same") for finding in report.findings]
            if b'"A", "x"' not in text:
                found.append(replace(secret("a.py", b"", next(READ.finditer(self.files["a.py"]))), scope="same"))
            return Report(findings=found)

    source = b'import os\nA = os.getenv("A", "x")\nB = os.getenv("B", "x")\nC = os.getenv("C", "x")\n'
    mending = Twins(a=source).mend(worker)

    assert [refusal.finding.message for refusal in mending.refused] == ["A has a default"]
    assert [finding.message for finding in mending.fixed] == ["B has a default", "C has a default"]


def test_harm_costs_the_files_where_it_shows(worker: FixWorker) -> None:
    class Harmed(Project):
        def errors(self, files: Mapping[str, bytes]) -> list[FileError]:
            return [FileError("c.py", "crash", "it broke")] if b"environ[" in files["c.py"] else []

    sources = dict.fromkeys("abcdefgh", b'import os\nA = os.getenv("A", "x")\n')
    project = Harmed(**sources)
    mending = project.mend(worker)

    assert [change.path for change in mending.changes] == [f"{name}.py" for name in "abdefgh"]
    assert [refusal.finding.path for refusal in mending.refused] == ["c.py"]
    assert project.judged == 4


def test_fix_that_adds_a_finding_in_another_file_is_not_kept(worker: FixWorker) -> None:
    class Chained(Project):
        def judge(self, texts: Mapping[str, bytes]) -> Report:
            report = super().judge(texts)
            if b'environ["A"]' in texts.get("a.py", b""):
                other = secret("b.py", b'os.getenv("Z", "x")', next(READ.finditer(b'os.getenv("Z", "x")')))
                report.findings.append(other)
            return report

    mending = Chained(a=b'import os\nA = os.getenv("A", "x")\n', b=b'import os\nB = os.getenv("B", "x")\n').mend(worker)

    assert [change.path for change in mending.changes] == ["b.py"]
    assert mending.refused[0].reason == "AET201 would appear at b.py:1: Z has a default"


def test_fix_after_which_the_file_cannot_be_analyzed_is_not_kept(worker: FixWorker) -> None:
    class Fragile(Project):
        def errors(self, files: Mapping[str, bytes]) -> list[FileError]:
            return [FileError(path, "crash", "it broke") for path, text in files.items() if b"environ[" in text]

    mending = Fragile(a=b'import os\nA = os.getenv("A", "x")\n').mend(worker)

    assert mending.changes == []
    assert mending.refused[0].reason == "a.py could not be analyzed afterwards: it broke"


def test_file_that_was_not_analyzed_is_left_alone(worker: FixWorker) -> None:
    class Broken(Project):
        def errors(self, files: Mapping[str, bytes]) -> list[FileError]:
            return [FileError("a.py", "crash", "it broke")]

    assert Broken(a=b'import os\nA = os.getenv("A", "x")\n').mend(worker).changes == []


def test_finding_that_goes_with_a_fix_is_counted_as_healed(worker: FixWorker) -> None:
    class Linked(Project):
        def judge(self, texts: Mapping[str, bytes]) -> Report:
            report = super().judge(texts)
            use = Finding("AET104", "x", "fallback", "error", "high", "uses A", "", "b.py", Span(1, 1, 1, 2))
            report.findings += [use for finding in report.findings if finding.scope == "A"]
            return report

    mending = Linked(a=b'import os\nA = os.getenv("A", "x")\n', b=b"1\n").mend(worker)

    assert [finding.code for finding in mending.fixed] == ["AET201"]
    assert [finding.code for finding in mending.healed] == ["AET104"]


def test_moved_lines_are_no_new_findings() -> None:
    before, after = (
        Report(findings=[secret("a.py", text, found) for found in READ.finditer(text)])
        for text in (b'os.getenv("A", "x")\nos.getenv("B", "x")', b'\n\n\nos.getenv("B", "x")')
    )

    assert objections(before, after, before.findings[:1]) == ([], [])


def fixes(source: bytes) -> list[Fix]:
    return [fix for found in READ.finditer(source) if (fix := secret("a.py", source, found).fix)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            b'\xef\xbb\xbfimport os\r\nf(os.getenv("A", "x"))\r\n\r\n# \xc3\xa9\r\n',
            b'\xef\xbb\xbfimport os\r\nf(os.environ["A"])\r\n\r\n# \xc3\xa9\r\n',
        ),
        (b'import os\rf(os.getenv("A", "x"))\r', b'import os\rf(os.environ["A"])\r'),
        (
            b'# -*- coding: latin-1 -*-\nimport os\nf("\xe9", os.getenv("A", "x"))\n',
            b'# -*- coding: latin-1 -*-\nimport os\nf("\xe9", os.environ["A"])\n',
        ),
        (b'import os\nf(os.getenv("A", "x"))', b'import os\nf(os.environ["A"])'),
        (b'import os\n\n\r\nf(os.getenv("A", "x"))\n\r\n', b'import os\n\n\r\nf(os.environ["A"])\n\r\n'),
    ],
    ids=["bom_and_crlf", "cr_alone", "latin_1", "no_end_of_line", "mixed_line_ends"],
)
def test_bytes_around_the_edit_are_kept(worker: FixWorker, before: bytes, after: bytes) -> None:
    source = before.replace(b"\r", b"\n") if b"\n" not in before else before
    planned = fixes(source)

    assert worker.run(before, planned) == Done(after, ("",))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b'import os\nf(os.getenv("A", "x"))\n# \xff\n', "encoding"),
        (b'# coding: utf-16\nf(os.getenv("A", "x"))\n', "encoding"),
        (b'f(os.getenv("A", "x"))\nprint 1\n', "cannot parse"),
        (b'f(os.getenv("A", "x"))\n\x0cx = 1\n', "unchanged"),
    ],
)
def test_source_that_cannot_be_given_back_is_left_alone(worker: FixWorker, source: bytes, reason: str) -> None:
    done = worker.run(source, fixes(source))

    assert done.source == source
    assert reason in done.outcomes[0]


def test_deep_source_costs_itself_alone() -> None:
    deep = b'import os\nf(os.getenv("A", "x"))\n' + b"(" * 20_000 + b")" * 20_000
    with FixWorker(time_limit=5) as worker:
        lost = worker.run(deep, fixes(deep))
        fine = worker.run(b'import os\nf(os.getenv("A", "x"))\n', fixes(b'import os\nf(os.getenv("A", "x"))\n'))

    assert lost.source == deep
    assert lost.outcomes[0]
    assert fine.outcomes == ("",)


def test_a_thousand_branches_are_no_problem(worker: FixWorker) -> None:
    source = b'import os\nf(os.getenv("A", "x"))\nif a:\n  b\n' + b"elif a:\n  b\n" * 1000

    outcomes = worker.run(source, fixes(source)).outcomes
    if sys.version_info[:2] == (3, 12):  # its early releases limit recursion through C whatever the stack
        assert outcomes in {("",), ("the file is nested too deeply for libcst",)}
    else:
        assert outcomes == ("",)


def test_modules_of_the_analysed_project_do_not_run(tmp_path: Path) -> None:
    for name in ("libcst", "sitecustomize", "msgspec", "usercustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the analysed project ran')\n")
    program = (
        "from aether_lint.engine.fix_worker import FixWorker\nfrom aether_lint.model import Fix, Span\n"
        "with FixWorker() as worker:\n"
        '    print(worker.run(b\'import os\\nf(os.getenv("A", "x"))\\n\', '
        "[Fix('require_env', 'unsafe', '', Span(2, 3, 2, 22))]).outcomes)\n"
    )
    environment = os.environ | {"PYTHONPATH": SRC}

    done = subprocess.run(
        [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    if sys.version_info >= (3, 11):
        assert done.stdout == "('',)\n", done.stderr


# ---- replacing files


def attempt(path: Path, before: bytes, after: bytes = b"new\n") -> str:
    """Why the file was not written; empty if it was."""
    try:
        replace_file(str(path), before, after)
    except NotWrittenError as error:
        return str(error)
    return ""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"old\n")
    return path


def left_over(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.name.endswith(SUFFIX)]


def test_mode_is_kept_and_nothing_is_left_behind(file: Path) -> None:
    file.chmod(0o751)

    assert attempt(file, b"old\n") == ""

    assert file.read_bytes() == b"new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert left_over(file.parent) == []


@pytest.mark.skipif(not AS_ROOT, reason="only root may give files away")
def test_owner_and_group_are_kept(file: Path) -> None:
    os.chown(file, 12345, 54321)

    assert attempt(file, b"old\n") == ""
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)


def test_symbolic_link_is_followed(file: Path) -> None:
    link = file.with_name("link.py")
    link.symlink_to(file)

    assert attempt(link, b"old\n") == ""
    assert link.is_symlink()
    assert file.read_bytes() == b"new\n"


def test_hard_link_is_refused(file: Path) -> None:
    os.link(file, file.with_name("other.py"))

    assert "2 hard links" in attempt(file, b"old\n")
    assert file.read_bytes() == b"old\n"


def test_changed_file_is_refused(file: Path) -> None:
    file.write_bytes(b"someone else\n")

    assert attempt(file, b"old\n") == "it has changed meanwhile"
    assert file.read_bytes() == b"someone else\n"


def test_vanished_file_and_fifo_are_refused(file: Path) -> None:
    file.unlink()
    assert attempt(file, b"old\n") == "no such file or directory"
    os.mkfifo(file)
    assert attempt(file, b"old\n") == "not a regular file"


def as_nobody(work: Callable[[], str]) -> str:
    """Do the work in a child without root's rights; what it returns."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        os.write(writable, work().encode())
        os._exit(0)
    os.close(writable)
    os.waitpid(child, 0)
    with os.fdopen(readable, "rb") as answer:
        return answer.read().decode()


def open_to_all(path: Path, top: Path) -> None:
    """Let everybody pass the folders from `path` up to the temporary folder."""
    for folder in (path, *path.parents):
        if folder == Path(top.anchor) or folder == Path("/tmp"):
            return
        if folder.is_dir():
            folder.chmod(0o755)


@pytest.mark.skipif(not AS_ROOT, reason="needs another user")
def test_read_only_folder_and_file_are_errors_and_lose_nothing(file: Path) -> None:
    open_to_all(file, file.parent)
    os.chown(file, 65534, 65534)
    assert as_nobody(lambda: attempt(file, b"old\n")) == "permission denied"  # the folder is root's
    file.parent.chmod(0o777)
    file.chmod(0o444)
    assert "may not be written" in as_nobody(lambda: attempt(file, b"old\n"))
    os.chown(file, 0, 0)
    file.chmod(0o666)
    assert "owner or group" in as_nobody(lambda: attempt(file, b"old\n"))
    assert file.read_bytes() == b"old\n"
    assert left_over(file.parent) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits a child")
def test_full_disk_is_an_error_and_loses_nothing(file: Path) -> None:
    """A limit on the size of files is the full disk of one process."""
    import resource

    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        reason = attempt(file, b"old\n", b"x" * 100_000)
        os.write(writable, reason.encode())
        os._exit(0)
    os.close(writable)
    os.waitpid(child, 0)
    with os.fdopen(readable, "rb") as answer:
        assert answer.read().decode() == os.strerror(errno.EFBIG).lower()
    assert file.read_bytes() == b"old\n"
    assert left_over(file.parent) == []


def test_killed_at_any_moment_the_file_is_old_or_new(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    sources = [letter * 400_000 for letter in (b"a", b"b")]
    path.write_bytes(sources[0])
    program = (
        "import sys\nfrom aether_lint.engine.replace_file import replace_file\n"
        "a, b = b'a' * 400_000, b'b' * 400_000\nbefore = open(sys.argv[1], 'rb').read()\nprint('go', flush=True)\n"
        "while True:\n    after = b if before == a else a\n"
        "    replace_file(sys.argv[1], before, after)\n    before = after\n"
    )
    seen: set[bytes] = set()
    for turn in range(60):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(path)], env=os.environ | {"PYTHONPATH": SRC}, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.003 * (turn % 20))
        child.kill()
        child.communicate()
        assert path.read_bytes() in sources
        seen.add(path.read_bytes()[:1])
        if turn > 12 and len(seen) == 2:
            return
    pytest.fail("no turn changed the file")


# ---- diffs


def test_diff_counts_lines_as_other_tools_do() -> None:
    diff = unified_diff(Change("a.py", b"x\x0cy\r\nz", b"x\x0cy\r\nw"))

    assert diff == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x\x0cy\r\n-z\n\\ No newline at end of file\n"
        "+w\n\\ No newline at end of file\n"
    )
