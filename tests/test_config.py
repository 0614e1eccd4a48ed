"""The root of a file, its settings, and errors that name line, key and remedy."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aether_lint.config import (
    Config,
    ConfigError,
    RootFinder,
    find_root,
    json_schema,
    load_config,
    settings,
)
from aether_lint.config.settings import EXPECTED, LIST_OF_TEXT, keys

KNOWN = {"AET101", "fallback-on-import-error", "AET102", "fallback-on-runtime-error", "AET201"}


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def failure(root: Path, text: str, name: str = "aether-lint.toml") -> ConfigError:
    write(root / name, text)
    with pytest.raises(ConfigError) as caught:
        load_config(str(root), KNOWN)
    assert caught.value.path == str(root / name)
    return caught.value


# --- roots


def test_the_nearest_configuration_wins_over_git_and_packaging(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.aether-lint]\n")
    (tmp_path / "a" / ".git").mkdir(parents=True)
    write(tmp_path / "a" / "b" / "pyproject.toml", "[project]\n")
    file = write(tmp_path / "a" / "b" / "c" / "x.py")
    assert find_root(str(file)) == str(tmp_path)
    write(tmp_path / "a" / "b" / "aether-lint.toml")
    assert find_root(str(file)) == str(tmp_path / "a" / "b")


def test_the_git_top_level_wins_over_nearer_packaging(tmp_path: Path) -> None:
    write(tmp_path / ".git", "gitdir: elsewhere\n")
    file = write(tmp_path / "a" / "x.py")
    write(tmp_path / "a" / "setup.py")
    assert find_root(str(file)) == str(tmp_path)


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py"])
def test_without_git_the_nearest_packaging_file_marks_the_root(tmp_path: Path, marker: str) -> None:
    write(tmp_path / "p" / marker)
    write(tmp_path / "setup.py")
    assert find_root(str(write(tmp_path / "p" / "q" / "x.py"))) == str(tmp_path / "p")


def test_without_any_marker_the_named_folder_or_else_the_files_folder_is_the_root(tmp_path: Path) -> None:
    folder = str(tmp_path / "a" / "b")
    assert RootFinder().root_of(folder, str(tmp_path)).evidence == "named"
    root = RootFinder().root_of(folder)
    assert (root.path, root.evidence) == (folder, "folder")


def test_a_broken_pyproject_of_a_parent_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[project\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:1:9: is not valid TOML"):
        find_root(str(write(tmp_path / "a" / "x.py")))


def test_what_stands_above_the_configured_root_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[project\n")
    write(tmp_path / "a" / "aether-lint.toml")
    assert find_root(str(write(tmp_path / "a" / "x.py"))) == str(tmp_path / "a")


# --- settings


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    config = load_config(str(tmp_path))
    assert config == Config()
    assert (config.min_confidence, config.fail_on, config.max_file_size) == ("medium", "warning", 10_000_000)


def test_both_places_give_the_same_settings(tmp_path: Path) -> None:
    table = 'min-confidence = "high"\nseverity = { AET101 = "info" }\n[PREFIXper-file-ignores]\n"a/*.py" = ["AET1"]\n'
    write(tmp_path / "own" / "aether-lint.toml", table.replace("PREFIX", ""))
    shared = "[tool.aether-lint]\n" + table.replace("PREFIX", "tool.aether-lint.")
    write(tmp_path / "shared" / "pyproject.toml", shared)
    own = load_config(str(tmp_path / "own"), KNOWN)
    assert own == load_config(str(tmp_path / "shared"), KNOWN)
    assert own.per_file_ignores == {"a/*.py": ("AET1",)}


def test_a_named_file_replaces_the_one_of_the_root(tmp_path: Path) -> None:
    write(tmp_path / "aether-lint.toml", 'fail-on = "error"')
    other = write(tmp_path / "other.toml", 'fail-on = "info"')
    assert load_config(str(tmp_path), path=str(other)).fail_on == "info"


def test_every_setting_tells_its_origin(tmp_path: Path) -> None:
    write(
        tmp_path / "pyproject.toml", '[project]\nname = "x"\n\n[tool.aether-lint]\nfail-on = "error"\nsrc = ["lib"]\n'
    )
    shown = {setting.key: (setting.value, setting.origin) for setting in settings(str(tmp_path))}
    assert shown["fail-on"] == ("error", "pyproject.toml:5")
    assert shown["src"] == (("lib",), "pyproject.toml:6")
    assert shown["baseline"] == ("", "default")


def test_the_schema_knows_every_key_and_no_other() -> None:
    schema: dict[str, Any] = json_schema()
    definition = schema["$defs"]["Config"]
    assert set(definition["properties"]) == set(keys())
    assert definition["additionalProperties"] is False
    assert all("description" in value or "anyOf" in value for value in definition["properties"].values())
    msgspec.json.encode(schema)


def test_every_key_that_is_no_list_of_text_says_what_it_expects() -> None:
    lists = {key for key, field in keys().items() if isinstance(field.default, tuple)}
    assert set(keys()) == lists | set(EXPECTED)
    assert LIST_OF_TEXT not in EXPECTED.values()


# --- errors


def test_an_unknown_key_names_its_place_and_the_nearest(tmp_path: Path) -> None:
    error = failure(tmp_path, '[tool.aether-lint]\nselect = ["AET1"]\nmin_confidense = "low"\n', "pyproject.toml")
    assert (error.line, error.column) == (3, 1)
    assert "unknown key `min_confidense`" in error.message
    assert error.help == "did you mean `min-confidence`?"


def test_an_unknown_key_without_neighbour_lists_the_valid_ones(tmp_path: Path) -> None:
    assert "valid keys: baseline, durable" in failure(tmp_path, "xyzzy = 1").help


def test_a_pyproject_table_in_the_own_file_is_explained(tmp_path: Path) -> None:
    assert "without `[tool.aether-lint]`" in failure(tmp_path, "[tool.aether-lint]\nselect = []").help


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('fail-on = "eror"', (1, 1), '`fail-on` must be one of info, warning, error, not "eror"'),
        ("max-file-size = 0", (1, 1), "`max-file-size` must be a whole number of bytes, at least 1, not 0"),
        ('max-file-size = "10 MB"', (1, 1), 'at least 1, not "10 MB"'),
        ("src = 'lib'", (1, 1), '`src` must be a list of text, not "lib"'),
        ("src = [\n  'é', 3,\n]", (2, 8), "`src` must be a list of text, not 3"),
        ("unsafe-fixes = 1", (1, 1), "`unsafe-fixes` must be true or false, not 1"),
        ("[severity]\nAET101 = 'fatal'", (2, 1), 'with error, warning or info, not "fatal"'),
        ("per-file-ignores.'x.py' = 'AET1'", (1, 18), "`per-file-ignores` must be a table of lists of rules"),
        ("per-file-ignores = { 'x.py' = [1] }", (1, 22), "`per-file-ignores` must be a table of lists of rules"),
        ("fix-guard = 'guard'", (1, 1), '`fix-guard` must be text of the form "package.module:callable"'),
        ("exclude = 2024-01-01", (1, 1), "a list of text, not a date"),
    ],
)
def test_a_value_of_the_wrong_kind_names_what_was_expected(
    tmp_path: Path, text: str, place: tuple[int, int], message: str
) -> None:
    error = failure(tmp_path, text)
    assert (error.line, error.column) == place
    assert message in error.message


def test_a_misspelled_choice_names_the_nearest(tmp_path: Path) -> None:
    assert failure(tmp_path, 'fail-on = "eror"').help == "did you mean `error`?"
    assert failure(tmp_path, '[severity]\nAET1 = "warn"').help == "did you mean `warning`?"


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        ('select = ["AET1", "AET191"]', (1, 19), "select"),
        ('ignore = ["fallback-on-import-eror"]', (1, 11), "ignore"),
        ('[severity]\nAET901 = "info"', (2, 1), "severity"),
        ('[per-file-ignores]\n"x" = ["AET101", "E501"]', (2, 18), "per-file-ignores"),
        ('fixable = ["all"]', (1, 12), "fixable"),
    ],
)
def test_an_unknown_rule_is_an_error_at_its_place(tmp_path: Path, text: str, place: tuple[int, int], key: str) -> None:
    error = failure(tmp_path, text)
    assert (error.line, error.column) == place
    assert error.message.startswith("unknown rule `")
    assert error.message.endswith(f"in `{key}`")


def test_an_unknown_rule_names_the_nearest(tmp_path: Path) -> None:
    assert failure(tmp_path, 'select = ["fallback-on-import-eror"]').help == "did you mean `fallback-on-import-error`?"


def test_prefixes_and_names_are_rules(tmp_path: Path) -> None:
    write(tmp_path / "aether-lint.toml", 'select = ["AET", "AET1", "AET10", "AET101", "fallback-on-runtime-error"]')
    assert len(load_config(str(tmp_path), KNOWN).select) == 5


@pytest.mark.parametrize(
    ("raw", "place", "message"),
    [
        (b"a = [1,\n", (2, 1), "is not valid TOML"),
        (b"a = 1\nb = = 2\n", (2, 5), "is not valid TOML"),
        (b"a = 1\na = 2\n", (2, 6), "is not valid TOML"),
        ("é = '".encode() + b"\xff'", (1, 6), "is not UTF-8: byte 0xff"),
        (b"a = " + b"[" * 100_000, (0, 0), "nested too deeply"),
    ],
)
def test_a_broken_file_names_its_line(tmp_path: Path, raw: bytes, place: tuple[int, int], message: str) -> None:
    path = tmp_path / "aether-lint.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        load_config(str(tmp_path))
    assert message in str(caught.value)
    if place != (0, 0):
        assert caught.value.line == place[0]


@pytest.mark.parametrize("table", ["tool = 3", "[tool]\naether-lint = 3"])
def test_something_else_in_place_of_the_table_is_an_error(tmp_path: Path, table: str) -> None:
    write(tmp_path / "pyproject.toml", table)
    if "aether" in table:
        with pytest.raises(ConfigError, match=r"2:1: `tool.aether-lint` must be a table"):
            load_config(str(tmp_path))
    else:
        assert load_config(str(tmp_path)) == Config()


def test_two_configurations_in_one_folder_are_an_error(tmp_path: Path) -> None:
    write(tmp_path / "aether-lint.toml")
    error = failure(tmp_path, "[tool.aether-lint]", "pyproject.toml")
    assert (error.line, error.help) == (1, "keep one of the two")


def test_a_configuration_that_is_no_regular_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "aether-lint.toml").mkdir()
    with pytest.raises(ConfigError, match="is a folder, not a regular file"):
        load_config(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_in_place_of_a_configuration_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    with pytest.raises(ConfigError, match="is a named pipe"):
        load_config(str(tmp_path))


def test_a_dangling_link_in_place_of_a_configuration_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "aether-lint.toml").symlink_to("nowhere")
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_config(str(tmp_path))
