"""Reading a file, and saying what was wrong with it."""

import os
import socket
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether_lint.engine.read import Unanalysed, classify, read_source
from aether_lint.model import FileError

LIMIT = 1000


def error_of(path: Path | str, limit: int = LIMIT) -> FileError:
    with pytest.raises(Unanalysed) as caught:
        read_source(str(path), limit)
    assert caught.value.error.path == str(path)
    return caught.value.error


def compile_error(source: bytes) -> FileError:
    """What compiling `source` comes to, on a stack that holds what this Python's parser allows itself."""
    outcome: list[FileError] = []

    def run() -> None:
        try:
            compile(source, "x.py", "exec", 0x400, dont_inherit=True)
        except BaseException as error:
            outcome.append(classify(error, "x.py", source))

    previous = threading.stack_size(256 << 20)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
    assert outcome, "it compiles"
    return outcome[0]


@pytest.mark.parametrize("size", [0, 1, LIMIT])
def test_a_file_up_to_the_limit_is_read(tmp_path: Path, size: int) -> None:
    (tmp_path / "x.py").write_bytes(b"#" * size)
    assert read_source(str(tmp_path / "x.py"), LIMIT) == b"#" * size


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"x = 1\n")
    (tmp_path / "link.py").symlink_to("x.py")
    assert read_source(str(tmp_path / "link.py"), LIMIT) == b"x = 1\n"


def test_a_file_over_the_limit_says_both_sizes(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"#" * (LIMIT + 1))
    error = error_of(tmp_path / "x.py")
    assert (error.kind, error.message) == ("too-large", "1001 bytes, more than the 1000 of `max-file-size`")


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="no /proc here")
def test_a_file_that_hides_its_size_is_read_up_to_the_limit() -> None:
    assert os.stat("/proc/self/maps").st_size == 0
    assert len(read_source("/proc/self/maps", 10_000_000)) > 0
    assert error_of("/proc/self/maps", 10).kind == "too-large"


def test_a_missing_file_and_a_dangling_link_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to("nowhere.py")
    assert error_of(tmp_path / "gone.py").message == "does not exist (any more)"
    assert error_of(tmp_path / "link.py").message == "a link that leads nowhere"
    assert error_of(tmp_path / "a\0b.py").kind == "unreadable"


def test_a_folder_is_no_regular_file(tmp_path: Path) -> None:
    error = error_of(tmp_path)
    assert (error.kind, error.message) == ("not-regular", "a folder, not a regular file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    assert error_of(tmp_path / "x.py").message == "a named pipe, not a regular file"


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero here")
def test_a_link_to_a_device_does_not_fill_memory(tmp_path: Path) -> None:
    (tmp_path / "x.py").symlink_to("/dev/zero")
    assert error_of(tmp_path / "x.py").message == "a character device, not a regular file"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets here")
def test_a_socket_is_no_regular_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("x.py")
        assert error_of("x.py").message == "a socket, not a regular file"


def test_a_link_loop_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.py").symlink_to("x.py")
    assert error_of(tmp_path / "x.py").kind == "unreadable"


@pytest.mark.parametrize(
    ("source", "kind", "place", "words"),
    [
        (b"x = 1\ndef f(:\n", "syntax", (2, 7), "not valid Python"),
        (b"if x:\npass\n", "syntax", (2, 1), "indent"),
        (b"x = 1\ny = '\0'\n", "syntax", (2, 6), "NUL"),
        (b"x = 1\ny = 'caf\xe9'\n", "encoding", (2, 9), "byte 0xe9"),
        ("x = 'é\N{SNOWMAN}".encode() + b"\xff'", "encoding", (1, 8), "byte 0xff"),
        ("x = 1\n".encode("utf-16"), "encoding", (1, 1), "UTF-16"),
        ("x = 1\n".encode("utf-32"), "encoding", (1, 1), "UTF-32"),
        (b"# coding: klingon\nx = 1\n", "encoding", None, "klingon"),
        (b"x = " + b"(" * 400 + b")" * 400, "too-deep", None, ""),
        (b"x = " + b"-" * 100_000 + b"1", "too-deep", None, ""),
    ],
)
def test_what_compile_raises_gets_a_kind_and_a_place(
    source: bytes, kind: str, place: tuple[int, int] | None, words: str
) -> None:
    error = compile_error(source)
    assert error.kind == kind
    assert words in error.message
    if place is not None:
        assert (error.line, error.column) == place


def test_a_syntax_error_says_which_python_runs() -> None:
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in compile_error(b"x = = 1").message


@pytest.mark.parametrize("error", [KeyError("x"), AssertionError(), ZeroDivisionError("a\nb"), ValueError("odd")])
def test_any_other_exception_is_a_crash_by_name(error: Exception) -> None:
    classified = classify(error, "x.py", b"x = 1")
    assert classified.kind == "crash"
    assert type(error).__name__ in classified.message
    assert "\n" not in classified.message


def test_an_exception_while_reading_keeps_its_kind() -> None:
    error = FileError("x.py", "too-large", "big")
    assert classify(Unanalysed(error), "x.py") is error
    assert classify(PermissionError(13, "Permission denied"), "x.py").kind == "unreadable"


HOSTILE = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet="(){}[]:\n\t #'\"\\fxb\0é", max_size=40).map(str.encode),
)


@given(HOSTILE)
def test_no_bytes_are_taken_for_a_crash(source: bytes) -> None:
    try:
        compile(source, "x.py", "exec", 0x400, dont_inherit=True)
    except Exception as error:
        classified = classify(error, "x.py", source)
        assert classified.kind in ("syntax", "encoding", "too-deep")
        assert classified.line >= 0
        assert (classified.line > 0) == (classified.column > 0)
    except Warning:
        pass
