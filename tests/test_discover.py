"""Which files a run is about, what is left out and why, and what cannot be looked at."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aether_lint.config import ConfigError
from aether_lint.engine.discover import Discovery, Project, discover
from aether_lint.engine.git_files import TrackedFiles, git_folders


def tree(root: Path, *files: str) -> Path:
    """Make empty files."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


def put(root: Path, file: str, text: str) -> None:
    tree(root, file)
    (root / file).write_text(text, encoding="utf-8")


def found(root: Path, *paths: str) -> Discovery:
    return discover(paths or (".",), str(root))


def asked(discovery: Discovery) -> list[str]:
    return [file.relative for project in discovery.projects for file in project.files]


def only(discovery: Discovery) -> Project:
    assert len(discovery.projects) == 1
    return discovery.projects[0]


def git(root: Path, *arguments: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "HOME": str(root),
    }
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout


# --- what is taken


def test_python_files_at_every_level_are_found_in_order(tmp_path: Path) -> None:
    tree(tmp_path, "b.py", "a/z.py", "a/b/c.py", "a.py", "README.md", "gui.pyw", "a/stub.pyi")
    assert asked(found(tmp_path)) == ["a.py", "a/b/c.py", "a/z.py", "b.py", "gui.pyw"]


def test_a_folder_named_like_a_file_is_descended(tmp_path: Path) -> None:
    assert asked(found(tree(tmp_path, "x.py/y.py"))) == ["x.py/y.py"]


def test_odd_names_are_kept(tmp_path: Path) -> None:
    names = ["a\nb.py", "c\x1b[31m.py", "d e.py"]
    tree(tmp_path, *names)
    with open(os.path.join(os.fsencode(tmp_path), b"\xff.py"), "wb"):
        pass
    assert asked(found(tmp_path)) == sorted([*names, os.fsdecode(b"\xff.py")])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_the_order_does_not_depend_on_that_of_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    root = tree(tmp_path_factory.mktemp("order"), "a.py", "a/b.py", "c/d/e.py", "c/f.py", "g/h.py", "z.py")
    (root / "link.py").symlink_to("c/f.py")
    (root / "c" / "outside.py").symlink_to(__file__)
    (root / "outside.py").symlink_to(__file__)
    plain = found(root)
    scandir = os.scandir

    class Shuffled:
        def __init__(self, path: str) -> None:
            self._listing = scandir(path)

        def __enter__(self) -> Iterator["os.DirEntry[str]"]:
            entries = list(self._listing)
            random.Random(seed).shuffle(entries)
            return iter(entries)

        def __exit__(self, *_: object) -> None:
            self._listing.close()

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", Shuffled)
        assert found(root) == plain


def test_the_order_of_arguments_does_not_matter(tmp_path: Path) -> None:
    tree(tmp_path, "a/b/c.py", "a/d.py", "e.py")
    paths = ["a/b", ".", "a/d.py", "e.py", "a"]
    expected = found(tmp_path, *paths)
    assert asked(expected) == ["a/b/c.py", "a/d.py", "e.py"]
    for _ in range(5):
        random.shuffle(paths)
        assert found(tmp_path, *paths) == expected


# --- roots


def test_files_are_grouped_by_root(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "aether-lint.toml",
        "a.py",
        "sub/aether-lint.toml",
        "sub/b.py",
        "sub/deep/pyproject.toml",
        "sub/deep/c.py",
    )
    projects = found(tmp_path).projects
    assert [os.path.relpath(project.root, tmp_path) for project in projects] == [".", "sub"]
    assert [file.relative for file in projects[1].files] == ["b.py", "deep/c.py"]


def test_the_rest_of_the_root_is_context(tmp_path: Path) -> None:
    tree(tmp_path, "aether-lint.toml", "a.py", "sub/b.py", "sub/c.py", "other/aether-lint.toml", "other/d.py")
    project = only(found(tmp_path, "sub/b.py"))
    assert [(file.relative, file.named) for file in project.files] == [("sub/b.py", True)]
    assert [file.relative for file in project.context] == ["a.py", "sub/c.py"]
    assert project.complete
    assert [file.relative for file in only(found(tmp_path, "sub")).context] == ["a.py"]


def test_the_working_directory_decides_nothing(tmp_path: Path) -> None:
    tree(tmp_path, "aether-lint.toml", "a/b.py", "c.py")
    from_above = discover(["a/b.py"], str(tmp_path))
    from_within = discover(["b.py"], str(tmp_path / "a"))
    assert from_above.projects == from_within.projects


def test_without_any_marker_the_named_files_are_all_there_is(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "b.py")
    project = only(found(tmp_path, "a.py"))
    assert (project.root, project.context, project.complete) == (str(tmp_path), [], False)
    assert only(found(tmp_path)).complete


def test_a_named_folder_is_the_root_of_a_named_file_in_it(tmp_path: Path) -> None:
    tree(tmp_path, "a/b/c.py")
    for paths in ((".", "a/b/c.py"), ("a/b/c.py", "."), ("a", ".")):
        assert asked(found(tmp_path, *paths)) == ["a/b/c.py"]


def test_a_project_without_python_files_is_one(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml")
    assert only(found(tmp_path)).files == []


def test_a_named_configuration_file_is_not_read_as_python(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml", "a.py")
    project = only(found(tmp_path, "pyproject.toml"))
    assert project.files == []
    assert [file.relative for file in project.context] == ["a.py"]


# --- what is left out


def test_folders_without_source_of_the_project_are_left_out_and_counted(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "env/pyvenv.cfg", "env/x.py", "conda/conda-meta/history", "conda/x.py")
    tree(tmp_path, "node_modules/x.py", "lib/site-packages/x.py", "build/lib/x.py", "dist/x.py", ".git/x.py")
    tree(tmp_path, "__pycache__/x.py", ".mypy_cache/x.py", "store/CACHEDIR.TAG", "store/x.py")
    discovery = found(tmp_path)
    assert asked(discovery) == ["a.py"]
    assert discovery.left_out == {"build output": 2, "cache": 2, "installed packages": 2, "virtual environment": 2}


def test_a_package_named_build_is_source(tmp_path: Path) -> None:
    assert asked(found(tree(tmp_path, "src/build/__init__.py"))) == ["src/build/__init__.py"]


def test_ignored_paths_are_left_out_at_every_level(tmp_path: Path) -> None:
    (tmp_path / ".git" / "info").mkdir(parents=True)
    put(tmp_path, ".git/info/exclude", "private.py\n")
    put(tmp_path, ".gitignore", "out/\n*_pb2.py\n")
    put(tmp_path, "a/.gitignore", "!kept_pb2.py\n/local.py\n")
    tree(tmp_path, "out/x.py", "x_pb2.py", "private.py", "a/kept_pb2.py", "a/local.py", "a/b/local.py", "a/b/out/y.py")
    discovery = found(tmp_path)
    assert asked(discovery) == ["a/b/local.py", "a/kept_pb2.py"]
    assert discovery.left_out == {"git-ignored": 5}
    assert asked(found(tmp_path / "a" / "b")) == ["a/b/local.py"]


def test_a_tracked_file_is_never_ignored(tmp_path: Path) -> None:
    for version in ("2", "4"):
        root = tmp_path / version
        put(root, ".gitignore", "lib/\ngenerated.py\n")
        tree(
            root,
            "app/lib/tracked.py",
            "app/lib/new.py",
            "app/lib/deep/x.py",
            "generated.py",
            "other/generated.py",
            "lib/y.py",
        )
        git(root, "init", "-q")
        git(root, "add", "-f", "app/lib/tracked.py", "generated.py")
        git(root, "update-index", "--index-version", version)
        assert asked(found(root)) == ["app/lib/tracked.py", "generated.py"]


def test_the_index_of_a_linked_work_tree_is_read(tmp_path: Path) -> None:
    main = tree(tmp_path / "main", "lib/x.py")
    put(main, ".gitignore", "lib/\n")
    git(main, "init", "-q")
    git(main, "add", "-f", ".")
    git(main, "commit", "-qm", "first")
    put(main, ".git/info/exclude", "secret.py\n")
    git(main, "worktree", "add", "-q", str(tmp_path / "linked"))
    tree(tmp_path / "linked", "secret.py", "lib/new.py")
    assert asked(found(tmp_path / "linked")) == ["lib/x.py"]


def test_the_end_of_a_longer_name_is_not_taken_for_tracked(tmp_path: Path) -> None:
    tree(tmp_path, "a/b.py")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    tracked = TrackedFiles(git_folders(str(tmp_path))[0])
    assert tracked.file("a/b.py")
    assert not tracked.file("b.py")
    assert not tracked.file("a/b")


def test_another_work_tree_inside_has_its_own_patterns(tmp_path: Path) -> None:
    tree(tmp_path, ".git/HEAD", "sub/.git/HEAD", "sub/gen.py", "gen.py")
    put(tmp_path, ".gitignore", "gen.py\n")
    assert [os.path.basename(project.root) for project in found(tmp_path).projects if project.files] == ["sub"]


def test_excluded_paths_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "aether-lint.toml", 'exclude = ["legacy"]\nextend-exclude = ["app/*_pb2.py"]\n')
    tree(tmp_path, "legacy/x.py", "app/legacy/x.py", "app/x_pb2.py", "app/x.py", "x_pb2.py")
    discovery = found(tmp_path)
    assert asked(discovery) == ["app/x.py", "x_pb2.py"]
    assert discovery.left_out == {"excluded": 3}


def test_an_excluded_root_is_not_entered(tmp_path: Path) -> None:
    put(tmp_path, "aether-lint.toml", 'exclude = ["fixtures"]\n')
    put(tmp_path, "fixtures/aether-lint.toml", "broken =")
    assert found(tmp_path).errors == []


def test_a_named_path_is_read_whatever_its_place(tmp_path: Path) -> None:
    put(tmp_path, "aether-lint.toml", 'exclude = ["legacy", "b.py"]\n')
    put(tmp_path, ".gitignore", "out/\n")
    tree(tmp_path, "legacy/deep/a.py", "legacy/deep/b.py", "out/c.py", "env/pyvenv.cfg", "env/d.py", "build/e.py")
    discovery = found(tmp_path, "legacy/deep", "out", "env", "build", "legacy/deep/b.py")
    assert asked(discovery) == ["build/e.py", "env/d.py", "legacy/deep/a.py", "legacy/deep/b.py", "out/c.py"]
    assert [file.relative for file in only(discovery).files if file.named] == ["legacy/deep/b.py"]


# --- links


def test_links_to_files_inside_are_read_once_by_real_path(tmp_path: Path) -> None:
    tree(tmp_path, "a/real.py", "z.py")
    (tmp_path / "a" / "link.py").symlink_to("real.py")
    (tmp_path / "link.py").symlink_to("a/link.py")
    assert asked(found(tmp_path)) == ["a/real.py", "z.py"]
    assert asked(found(tmp_path, "link.py")) == ["real.py"]


def test_a_link_to_a_file_outside_is_source_of_the_project(tmp_path: Path) -> None:
    tree(tmp_path, "outside.py", "root/aether-lint.toml")
    (tmp_path / "root" / "b.py").symlink_to("../outside.py")
    (tmp_path / "root" / "a.py").symlink_to("../outside.py")
    assert asked(found(tmp_path / "root")) == ["a.py"]


def test_links_to_folders_are_counted_and_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "a/b/x.py", "c/y.py")
    (tmp_path / "a" / "b" / "up").symlink_to("..")
    (tmp_path / "a" / "self").symlink_to("../a")
    (tmp_path / "other.py").symlink_to("c")
    discovery = found(tmp_path)
    assert asked(discovery) == ["a/b/x.py", "c/y.py"]
    assert discovery.left_out == {"link loop": 2, "linked folder": 1}


def test_a_named_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    tree(tmp_path, "real/x.py")
    (tmp_path / "link").symlink_to("real")
    assert only(found(tmp_path, "link")).files[0].path == str(tmp_path / "real" / "x.py")


# --- errors


def test_what_is_no_file_is_an_error_by_name(tmp_path: Path) -> None:
    tree(tmp_path, "ok.py")
    (tmp_path / "dangling.py").symlink_to("nowhere")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / ".#editor.py").symlink_to("user@host.1")
    (tmp_path / "current").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    discovery = found(tmp_path)
    assert asked(discovery) == ["ok.py"]
    errors = {os.path.basename(error.path): (error.kind, error.message) for error in discovery.errors}
    assert errors.keys() == {"dangling.py", "loop.py", "pipe.py", "zero.py"}
    assert errors["dangling.py"] == ("unreadable", "a link that leads nowhere")
    assert errors["pipe.py"] == ("not-regular", "a named pipe, not a regular file")
    assert errors["zero.py"] == ("not-regular", "a character device, not a regular file")


@pytest.mark.parametrize("name", ["missing.py", "missing", "a\0b.py"])
def test_a_named_path_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    discovery = found(tmp_path, name)
    assert [error.kind for error in discovery.errors] == ["unreadable"]
    assert asked(discovery) == []


def test_a_named_pipe_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [error.kind for error in found(tmp_path, "pipe").errors] == ["not-regular"]


def test_a_folder_that_is_closed_is_an_error(tmp_path: Path) -> None:
    tree(tmp_path, "a/x.py", "b.py")
    (tmp_path / "a").chmod(0)
    if os.access(tmp_path / "a", os.R_OK):
        pytest.skip("root may read everything; test_hostile_input.py tries it without root's rights")
    try:
        discovery = found(tmp_path)
    finally:
        (tmp_path / "a").chmod(0o700)
    assert [(error.kind, error.message) for error in discovery.errors] == [("unreadable", "permission denied")]
    assert asked(discovery) == ["b.py"]


def test_a_broken_configuration_costs_its_own_root_only(tmp_path: Path) -> None:
    tree(tmp_path, "aether-lint.toml", "a.py", "sub/b.py")
    put(tmp_path, "sub/aether-lint.toml", "slect = []\n")
    discovery = found(tmp_path)
    assert asked(discovery) == ["a.py"]
    (error,) = discovery.errors
    assert (error.kind, error.path, error.line, error.column) == (
        "config",
        str(tmp_path / "sub/aether-lint.toml"),
        1,
        1,
    )
    assert error.message == "unknown key `slect`; did you mean `select`?"


def test_a_broken_pyproject_that_does_not_name_us_is_an_error_and_its_code_is_read(tmp_path: Path) -> None:
    tree(tmp_path, ".git/HEAD", "a.py", "template/b.py")
    put(tmp_path, "template/pyproject.toml", "[project]\nname = {{ name }}\n")
    discovery = found(tmp_path)
    assert asked(discovery) == ["a.py", "template/b.py"]
    assert [(error.kind, error.line) for error in discovery.errors] == [("config", 2)]
    assert found(tmp_path, "a.py").errors == []
    assert len(found(tmp_path, "template/b.py").errors) == 1


def test_an_unknown_rule_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "aether-lint.toml", 'select = ["AET999"]\n')
    tree(tmp_path, "a.py")
    (error,) = discover(["."], str(tmp_path), known={"AET101"}).errors
    assert (error.line, error.column) == (1, 11)


def test_a_configuration_given_by_name_holds_for_every_root(tmp_path: Path) -> None:
    put(tmp_path, "own.toml", 'exclude = ["gen"]\n')
    put(tmp_path, "p/aether-lint.toml", "nonsense = 1")
    tree(tmp_path, "p/gen/x.py", "p/y.py")
    discovery = discover(["p"], str(tmp_path), "own.toml")
    assert asked(discovery) == ["y.py"]
    assert str(tmp_path / "own.toml") in discovery.consulted
    with pytest.raises(ConfigError, match="cannot be read"):
        discover(["p"], str(tmp_path), "missing.toml")


# --- roles


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("app/main.py", "service"),
        ("app/docs/routes.py", "service"),
        ("app/tools/search.py", "service"),
        ("docs/conf.py", "sample"),
        ("tools/release.py", "script"),
        ("app/scripts/seed.py", "script"),
        ("setup.py", "script"),
        ("app/tests/factories.py", "test"),
        ("app/test_main.py", "test"),
        ("app/main_test.py", "test"),
        ("conftest.py", "test"),
        ("app/latest.py", "service"),
        ("app/contest.py", "service"),
        ("app/migrations/0001_initial.py", "migration"),
        ("alembic/versions/ab12.py", "migration"),
        ("examples/basic/app.py", "sample"),
        ("qa/checks.py", "test"),
    ],
)
def test_roles_go_by_the_path_below_the_root(tmp_path: Path, path: str, role: str) -> None:
    root = tmp_path / "tests" / "examples"  # above the root, names mean nothing
    put(root, "aether-lint.toml", 'test-paths = ["qa/"]\n')
    assert [file.role for file in only(found(tree(root, path))).files] == [role]


# --- what the answer depends on


def test_what_decided_is_named(tmp_path: Path) -> None:
    tree(tmp_path, "aether-lint.toml", "a/b/x.py", "env/pyvenv.cfg")
    discovery = found(tmp_path, "a", "env", "missing.py")
    assert {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a/b"), str(tmp_path / "env")} <= discovery.folders
    names = {"aether-lint.toml", "a/.git", "a/pyproject.toml", ".gitignore", "missing.py"}
    assert {str(tmp_path / name) for name in names} <= discovery.consulted
    assert str(tmp_path / "env") in found(tmp_path).consulted


def test_fifteen_hundred_files_take_a_fraction_of_a_second(tmp_path: Path) -> None:
    for package in range(75):
        tree(tmp_path, *(f"src/p{package}/m{module}.py" for module in range(20)))
    put(tmp_path, ".gitignore", "\n".join(f"name{number}\n*.e{number}\nd{number}/" for number in range(40)))
    best = min(_seconds(tmp_path) for _ in range(3))
    assert best < 0.1 * 5  # a slow or busy machine; 12 ms where this was written


def _seconds(root: Path) -> float:
    start = time.perf_counter()
    assert len(asked(found(root))) == 1500
    return time.perf_counter() - start
