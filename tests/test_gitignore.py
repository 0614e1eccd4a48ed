"""What git ignores, checked against git itself."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aether_lint.engine.gitignore import IgnoreList, parse_lines

FOLDERS = ("a", "b", "a/b", "a/build", "b/x.py", "a/b/a", "src", "src/a")
NAMES = ("x.py", "b.py", "build.pyw")
FILES = tuple(
    path for folder in ("", *FOLDERS) for name in NAMES if (path := f"{folder}/{name}".lstrip("/")) not in FOLDERS
)
PIECES = (
    "a",
    "b",
    "x",
    "py",
    "src",
    "build",
    "*",
    "**",
    "?",
    ".",
    "/",
    "[ab]",
    "[!x]",
    "[a-",
    "\\x",
    ".py",
    "[[:alpha:]]",
)
LINES = st.builds(
    "{}{}{}".format,
    st.sampled_from(("", "", "", "!", "/", "!/")),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join),
    st.sampled_from(("", "", "/", " ", "\r")),
)


def ignored_by_us(text: str) -> set[str]:
    """Walk the tree as discovery does."""
    patterns = IgnoreList(parse_lines(text))
    out: set[str] = set()
    for folder in sorted(FOLDERS, key=len):
        if os.path.dirname(folder) in out or patterns.folder(folder):
            out.add(folder)
    return out | {file for file in FILES if os.path.dirname(file) in out or patterns.file(file)}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for file in FILES:
        (root / file).touch()
    run(root, "init", "-q")
    return root


def run(root: Path, *arguments: str, text: str = "") -> str:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *arguments], cwd=root, input=text, text=True, capture_output=True, env=environment, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def ignored_by_git(root: Path, text: str) -> set[str]:
    (root / ".gitignore").write_bytes(text.encode())
    return set(run(root, "check-ignore", "--no-index", "--stdin", text="\n".join((*FOLDERS, *FILES))).splitlines())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=4))
def test_random_patterns_ignore_what_git_ignores(repository: Path, lines: list[str]) -> None:
    text = "\n".join(lines)
    assert ignored_by_us(text) == ignored_by_git(repository, text)


@pytest.mark.parametrize(
    "text",
    [
        "*\n!*/\n!*.py\n",
        "/*\n!/src\n",
        "\ufeffa/\n",
        "a/**/b.py\n**/build\nsrc/**\n",
        "*.py[wc]\n!a/build.pyw\n",
        "\\!x.py\n# comment\n\\#x\n\n   \n",
        "[[:alpha:]].py\n[[:bogus:]].py\n[]x].py\n[^/]*.py\n",
        "build\r\nb.py \r\n",
        "x.py\\\n",
    ],
)
def test_the_usual_shapes_ignore_what_git_ignores(repository: Path, text: str) -> None:
    assert ignored_by_us(text) == ignored_by_git(repository, text)


def test_a_named_folder_is_spared_and_what_lies_in_it_is_not() -> None:
    patterns = IgnoreList(["vendor", "generated.py", "!keep.py"]).sparing("vendor/lib")
    assert patterns.folder("vendor") is None
    assert patterns.folder("vendor/lib") is None
    assert patterns.file("vendor/lib/generated.py") is True


def test_a_file_is_covered_by_a_pattern_of_its_folder() -> None:
    patterns = IgnoreList(["legacy/", "app/*_pb2.py"])
    assert patterns.covers("app/legacy/deep/x.py")
    assert patterns.covers("app/x_pb2.py")
    assert not patterns.covers("app/sub/x_pb2.py")


@given(st.text(max_size=30), st.text(max_size=20))
def test_any_line_is_a_pattern_or_none(line: str, path: str) -> None:
    IgnoreList([line]).covers(path)
