"""The numbers of AET501 and AET511 are those of mypy and ruff, run as processes on the same project."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from aether_lint.config.settings import Config
from aether_lint.model import FileError
from aether_lint.scopes.observations import Dropped, Scope, Selection, Silenced
from aether_lint.scopes.observe import survey
from gates_project import MODULES, mypy_sources, of_kind, project, ruff_files, seen

pytestmark = pytest.mark.once

NARROW_MYPY = {
    "pyproject.toml": '[tool.mypy]\nfiles = ["app/orders.py"]\n',
    "mypy.ini": "[mypy]\nfiles = app/orders.py\n",
    ".mypy.ini": "[mypy]\nfiles = app/orders.py\n",
    "setup.cfg": "[metadata]\nname = app\n\n[mypy]\nfiles = app/orders.py\n",
}
NARROW_RUFF = {
    "pyproject.toml": '[tool.ruff]\ninclude = ["app/orders.py"]\n',
    "ruff.toml": 'include = ["app/orders.py"]\n',
    ".ruff.toml": 'include = ["app/orders.py"]\n',
}


def scope(root: Path, tool: str) -> Scope:
    found = [one for one in of_kind(root, Scope) if isinstance(one, Scope) and one.tool == tool]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("place", NARROW_MYPY)
def test_mypy_scope_is_what_mypy_is_given(tmp_path: Path, place: str) -> None:
    project(tmp_path, {place: NARROW_MYPY[place]})
    found = scope(tmp_path, "mypy")
    assert (found.named, found.total) == (len(mypy_sources(tmp_path)), len(MODULES))
    assert found.place.path == place
    assert NARROW_MYPY[place].splitlines()[found.place.span.line - 1].startswith("files")


@pytest.mark.parametrize(
    ("setting", "narrow"),
    [
        ('files = ["app/*.py"]', True),
        ('files = ["app/**/*.py"]', False),
        ('packages = ["app"]', False),
        ('packages = ["app.billing"]', True),
        ('modules = ["app.orders"]', True),
        ('files = "app"', False),
        ('files = ["app"]\nexclude = "app/(orders|prices|stock)"', False),  # the exclude is the finding
    ],
)
def test_targets_mean_what_they_mean_to_mypy(tmp_path: Path, setting: str, narrow: bool) -> None:
    modules = (*MODULES, *(f"app/billing/part{number}.py" for number in range(6)))
    project(tmp_path, {"pyproject.toml": f"[tool.mypy]\n{setting}\n"}, modules)
    found = [one for one in of_kind(tmp_path, Scope) if isinstance(one, Scope)]
    assert bool(found) == narrow
    if narrow and "modules" not in setting:
        assert found[0].named == len(mypy_sources(tmp_path))


def test_imports_are_followed_as_mypy_follows_them(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[tool.mypy]\nfiles = ["app/orders.py"]\n',
        "app/orders.py": "from . import prices\n",
        "app/prices.py": "import app.stock\n",
    }
    project(tmp_path, files)
    assert of_kind(tmp_path, Scope) == []
    files["pyproject.toml"] += 'follow_imports = "silent"\n'
    project(tmp_path, files)
    assert scope(tmp_path, "mypy").covered == 1


def test_empty_mypy_ini_shadows_pyproject(tmp_path: Path) -> None:
    project(tmp_path, {**NARROW_MYPY, "mypy.ini": "", ".mypy.ini": ""})
    assert of_kind(tmp_path, Scope) == []


def test_command_line_beats_files_and_keeps_exclude(tmp_path: Path) -> None:
    configuration = '[tool.mypy]\nfiles = ["app/orders.py"]\nexclude = ["app/(prices|stock)"]\n'
    workflow = "on: pull_request\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: mypy app\n"
    project(tmp_path, {"pyproject.toml": configuration, ".github/workflows/t.yml": workflow})
    row = next(row for row in survey(str(tmp_path), Config(), use_cache=False).rows if row.tool == "mypy")
    assert row.covered == len(mypy_sources(tmp_path, "app")) == 3
    assert {type(one) for one in seen(tmp_path)[0]} >= {Dropped}


def test_exclude_does_not_apply_to_files_that_a_hook_passes(tmp_path: Path) -> None:
    hook = "repos:\n  - repo: https://github.com/pre-commit/mirrors-mypy\n    rev: v1\n    hooks:\n      - id: mypy\n"
    project(tmp_path, {"mypy.ini": "[mypy]\nexclude = app/\n", ".pre-commit-config.yaml": hook})
    row = next(row for row in survey(str(tmp_path), Config(), use_cache=False).rows if row.tool == "mypy")
    assert row.covered == len(mypy_sources(tmp_path, *MODULES)) == len(MODULES)
    excluding = hook + "        exclude: ^app/(orders|prices|stock)\n"
    project(tmp_path, {".pre-commit-config.yaml": excluding})
    assert scope(tmp_path, "mypy").covered == 2


def test_star_override_silences_nothing(tmp_path: Path) -> None:
    override = '[tool.mypy]\nfiles = ["app"]\n[[tool.mypy.overrides]]\nmodule = "%s"\nignore_errors = true\n'
    project(tmp_path, {"pyproject.toml": override % "*"})
    assert of_kind(tmp_path, Silenced) == []
    project(tmp_path, {"pyproject.toml": override % "app.*"})
    assert len(of_kind(tmp_path, Silenced)) == 1


@pytest.mark.parametrize("place", NARROW_RUFF)
def test_ruff_scope_is_what_ruff_lints(tmp_path: Path, place: str) -> None:
    project(tmp_path, {place: NARROW_RUFF[place]})
    found = scope(tmp_path, "ruff")
    assert (found.covered, found.total) == (len(ruff_files(tmp_path)), len(MODULES))
    assert found.place.path == place


def test_flags_of_the_command_reach_ruff(tmp_path: Path) -> None:
    dropped = "app/orders.py,app/prices.py,app/stock.py"
    run = f"ruff check . --exclude {dropped} --output-file out.txt --fix"
    workflow = f"on: pull_request\njobs:\n  l:\n    runs-on: x\n    steps:\n      - run: {run}\n"
    project(tmp_path, {"ruff.toml": "", ".github/workflows/l.yml": workflow})
    assert scope(tmp_path, "ruff").covered == len(ruff_files(tmp_path, ".", "--exclude", dropped))
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    ("configuration", "left_out"),
    [
        ('required-version = ">=99"\ninclude = ["app/orders.py"]\n', "required-version"),
        ('include = ["app/orders.py"]\n[lint]\nselect = ["F", "ZZZ9"]\n', "selector ZZZ9"),
        ('include = ["app/orders.py"]\nno-such-key = 1\n', "no-such-key"),
        ('extend = "base/ruff.toml"\nno-such-key = 1\n', "no-such-key"),
    ],
)
def test_configuration_of_another_ruff_is_read_without_what_ours_refuses(
    tmp_path: Path, configuration: str, left_out: str
) -> None:
    project(tmp_path, {"ruff.toml": configuration, "base/ruff.toml": 'include = ["app/orders.py"]\n'})
    observations, errors = seen(tmp_path)
    assert errors == []
    found = [one for one in observations if isinstance(one, Scope | Selection)]
    if "extend" in configuration:  # `include` stands in the base: nothing in this file to point at
        assert found == []
    else:
        assert [(one.covered, left_out in one.note) for one in found if isinstance(one, Scope)] == [(1, True)]


def test_broken_nested_ruff_configuration_costs_its_folder_alone(tmp_path: Path) -> None:
    project(tmp_path, {"ruff.toml": "", "other/ruff.toml": "no-such = \n", "other/a.py": ""})
    rows = survey(str(tmp_path), Config(), use_cache=False)
    assert next(row for row in rows.rows if row.tool == "ruff").covered == len(MODULES)
    assert [(error.path, error.line) for error in rows.errors] == [("other/ruff.toml", 1)]


def test_what_still_fails_is_an_error(tmp_path: Path) -> None:
    project(tmp_path, {"ruff.toml": 'line-length = "wide"\n'})
    errors = seen(tmp_path)[1]
    assert [(error.path, error.kind) for error in errors] == [("ruff.toml", "tool")]


def test_mypy_option_that_is_not_valid_is_said_by_mypy(tmp_path: Path) -> None:
    project(tmp_path, {"mypy.ini": "[mypy]\nfiles = app\nexclude = (\n"})
    assert [(error.path, error.kind) for error in seen(tmp_path)[1]] == [("mypy.ini", "tool")]


def test_python_executable_of_the_project_is_not_run(tmp_path: Path) -> None:
    script = tmp_path / "python"
    project(tmp_path, {"mypy.ini": f"[mypy]\npackages = app\npython_executable = {script}\n"})
    script.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    script.chmod(0o755)
    seen(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_modules_of_the_project_do_not_shadow_those_of_mypy(tmp_path: Path) -> None:
    shadows = {
        f"{name}.py": "raise SystemExit(3)\n" for name in ("typing_extensions", "json", "mypy_extensions", "ast")
    }
    project(tmp_path, {"mypy.ini": "[mypy]\nfiles = app/orders.py\n", **shadows})
    assert scope(tmp_path, "mypy").named == 1


def test_first_party_modules_are_told_by_layout_and_metadata(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[tool.setuptools.packages.find]\nwhere = ["src"]\n',
        "src/shop/__init__.py": "",
        "src/shop/orders.py": "",
        "src/shop/tests/test_orders.py": "",
        "src/shop/migrations/0001_initial.py": "",
        "src/shop/wire_pb2.py": "",
        "src/shop/_vendor/lib.py": "",
        "src/shop/made.py": "# This file is @generated, do not edit.\n",
        "src/space/part/code.py": "",
        "docs/conf.py": "",
        "release.py": "",
        "setup.py": "",
        "scripts/deploy.py": "",
        "services/mail/pyproject.toml": '[project]\nname = "mail"\nversion = "1"\n',
        "services/mail/main.py": "",
        "services/mail/test_main.py": "",
    }
    project(tmp_path, files, ())
    found = survey(str(tmp_path), Config(), use_cache=False)
    assert found.modules == [
        "services/mail/main.py",
        "src/shop/__init__.py",
        "src/shop/orders.py",
        "src/space/part/code.py",
    ]
    assert set(found.apart) == {"beside the packages", "generated", "migrations", "tests", "tooling", "vendored"}


def test_answers_are_kept_until_something_changes(tmp_path: Path) -> None:
    project(tmp_path, {"mypy.ini": "[mypy]\nfiles = app/orders.py\n"})
    first = survey(str(tmp_path), Config())
    kept = tmp_path / ".aether_lint_cache" / "gates.json"
    written = kept.stat().st_mtime_ns
    assert survey(str(tmp_path), Config()) == first
    assert kept.stat().st_mtime_ns == written
    project(tmp_path, {"mypy.ini": "[mypy]\nfiles = app\n"})
    assert survey(str(tmp_path), Config()).observations == []
    kept.write_text('{"broken": [1', encoding="utf-8")
    assert survey(str(tmp_path), Config()).observations == []


@pytest.mark.parametrize(
    ("edit", "measured_anew"),
    [("LIMIT = 2\n", False), ("from app import stock\n", True), ("# mypy: ignore-errors\nX = 1\n", True)],
)
def test_code_moves_no_gate_but_imports_and_comments_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str, measured_anew: bool
) -> None:
    project(tmp_path, {"mypy.ini": "[mypy]\nfiles = app/orders.py\n", "app/orders.py": "LIMIT = 10\n"})
    first = survey(str(tmp_path), Config())
    (tmp_path / "app/orders.py").write_text(edit, encoding="utf-8")
    asked: list[Sequence[object]] = []
    monkeypatch.setattr("aether_lint.scopes.mypy_scope.ask_mypy", asked.append)
    again = survey(str(tmp_path), Config())
    assert asked == []  # the answers of the tools are kept in any case
    assert (again != first) is measured_anew


def test_missing_tool_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aether_lint.scopes import tools

    project(tmp_path, {"mypy.ini": "[mypy]\nfiles = app\n", "ruff.toml": ""})
    tools.ruff_command.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "ruff.__main__", None)
    errors: list[FileError] = seen(tmp_path)[1]
    monkeypatch.undo()
    tools.ruff_command.cache_clear()
    assert [(error.path, error.kind) for error in errors] == [("ruff.toml", "tool")]
    assert "not installed" in errors[0].message
