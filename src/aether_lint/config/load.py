"""From the configuration file of a root to its `Config`, or to an error that names line, key and remedy."""

import os
from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from aether_lint.config.error import ConfigError, did_you_mean
from aether_lint.config.settings import EXPECTED, LIST_OF_TEXT, SELECTOR_LISTS, SELECTOR_TABLES, Config, keys
from aether_lint.config.toml_source import Step, TomlSource, read_toml, shown

OWN_FILE = "aether-lint.toml"
SHARED_FILE = "pyproject.toml"
_TABLE = ("tool", "aether-lint")


class Setting(Struct, frozen=True):
    """A value that is in force, and where it comes from: `path:line`, or `default`."""

    key: str
    value: object
    origin: str


class ConfigSource:
    """The file that configures a root, and the table in it; `table_path` leads from the document to the table."""

    def __init__(self, toml: TomlSource) -> None:
        self.toml = toml
        self.path = toml.path
        self.table_path: tuple[str, ...] = () if os.path.basename(toml.path) != SHARED_FILE else _TABLE

    @property
    def table(self) -> dict[str, Any]:
        """The table of settings. Raises `ConfigError` where something else stands in its place."""
        table: dict[str, Any] = self.toml.data
        for depth, step in enumerate(self.table_path, 1):
            inner = table.get(step, {})
            if not isinstance(inner, dict):
                name = ".".join(self.table_path[:depth])
                raise self.error(f"`{name}` must be a table", self.table_path[:depth], absolute=True)
            table = inner
        return table

    def error(
        self, message: str, steps: tuple[Step, ...] = (), *, help: str = "", absolute: bool = False
    ) -> ConfigError:
        """A `ConfigError` at the key that `steps` leads to."""
        line, column = self.toml.locate(steps if absolute else (*self.table_path, *steps))
        return ConfigError(self.path, message, line=line, column=column, help=help)


def find_source(root: str) -> ConfigSource | None:
    """The configuration that stands in the folder `root` itself. Raises `ConfigError` for a broken file."""
    own = os.path.join(root, OWN_FILE)
    shared = os.path.join(root, SHARED_FILE)
    source = ConfigSource(read_toml(own)) if os.path.lexists(own) else None
    if os.path.lexists(shared):
        other = ConfigSource(read_toml(shared))
        if is_configured(other.toml):
            if source is not None:
                message = f"`[tool.aether-lint]` stands here, and the same folder has an {OWN_FILE}"
                raise other.error(message, help="keep one of the two")
            return other
    return source


def is_configured(toml: TomlSource) -> bool:
    """Whether a pyproject.toml has `[tool.aether-lint]`."""
    tool = toml.data.get("tool", {})
    return isinstance(tool, dict) and "aether-lint" in tool


def load_config(root: str, known: Collection[str] = (), *, path: str = "") -> Config:
    """The configuration of a root; the defaults where none stands there.

    `known` are the codes and names of all rules: selectors are checked against it unless it is empty. `path`
    names a file to use in place of the root's own. Raises `ConfigError`.
    """
    source = ConfigSource(read_toml(path)) if path else find_source(root)
    return Config() if source is None else build_config(source, known)


def build_config(source: ConfigSource, known: Collection[str] = ()) -> Config:
    """Turn a table into a `Config`. Raises `ConfigError`."""
    table = source.table
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise _explain(source, table) from error
    if known:
        _check_selectors(source, table, known)
    return config


def settings(root: str, known: Collection[str] = (), *, path: str = "") -> list[Setting]:
    """Every setting of a root with its value and origin, in the order of `Config`. Raises `ConfigError`."""
    config = load_config(root, known, path=path)
    source = ConfigSource(read_toml(path)) if path else find_source(root)
    origin = origins(source, root) if source else {}
    return [Setting(key, getattr(config, field.name), origin.get(key, "default")) for key, field in keys().items()]


def origins(source: ConfigSource, folder: str) -> dict[str, str]:
    """Key -> `path:line` of every key that the source sets; paths are relative to `folder`."""
    path = shown(source.path, folder)
    return {key: f"{path}:{source.toml.locate((*source.table_path, key))[0]}" for key in source.table}


def _explain(source: ConfigSource, table: dict[str, Any]) -> ConfigError:
    """Which key does not fit, and what was expected."""
    valid = keys()
    for key, value in table.items():
        if key not in valid:
            return _unknown_key(source, key, valid)
        try:
            msgspec.convert(value, valid[key].type)
        except msgspec.ValidationError:
            steps = (key, *_inner(value, valid[key].type))
            return _wrong_value(source, steps, value)
    return source.error("cannot be used")


def _unknown_key(source: ConfigSource, key: str, valid: Collection[str]) -> ConfigError:
    if not source.table_path and key == "tool":
        remedy = f"in {OWN_FILE} the keys stand at the top level, without `[tool.aether-lint]`"
    else:
        remedy = did_you_mean(key, valid) or f"valid keys: {', '.join(sorted(valid))}"
    return source.error(f"unknown key `{key}`", (key,), help=remedy)


def _inner(value: object, kind: object) -> tuple[Step, ...]:
    """Where in a list or table the item stands that does not fit."""
    parts: list[tuple[Step, object]] = []
    if isinstance(value, list):
        parts = list(enumerate(value))
    elif isinstance(value, dict):
        parts = list(value.items())
    for step, part in parts:
        candidate = [part] if isinstance(value, list) else {step: part}
        try:
            msgspec.convert(candidate, kind)
        except msgspec.ValidationError:
            return (step,)
    return ()


def _wrong_value(source: ConfigSource, steps: tuple[Step, ...], value: Any) -> ConfigError:
    key = str(steps[0])
    for step in steps[1:]:
        value = value[step]
    expected = EXPECTED.get(key, LIST_OF_TEXT)
    choices = expected.replace(",", " ").replace("or ", "").split()
    remedy = did_you_mean(value, choices) if isinstance(value, str) and key in _CHOICES else ""
    return source.error(f"`{key}` must be {expected}, not {_toml(value)}", steps, help=remedy)


_CHOICES = ("min-confidence", "fail-on", "severity")


def _toml(value: object) -> str:
    """A value as the file spells it, or its kind."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case str():
            return f'"{value}"' if len(value) < 60 else "this text"
        case list():
            return "a list"
        case dict():
            return "a table"
    return f"a {type(value).__name__}"


def _check_selectors(source: ConfigSource, table: dict[str, Any], known: Collection[str]) -> None:
    """Raise for the first selector that means no rule."""
    for key in SELECTOR_LISTS:
        for index, selector in enumerate(table.get(key, ())):
            _check_selector(source, selector, (key, index), known)
    for key in SELECTOR_TABLES:
        for name, value in table.get(key, {}).items():
            if isinstance(value, str):
                _check_selector(source, name, (key, name), known)
                continue
            for index, selector in enumerate(value):
                _check_selector(source, selector, (key, name, index), known)


def _check_selector(source: ConfigSource, selector: str, steps: tuple[Step, ...], known: Collection[str]) -> None:
    if selector in known or selector == "AET":
        return
    if selector.startswith("AET") and any(word.startswith(selector) for word in known):
        return
    remedy = did_you_mean(selector, known) or "`aether-lint rules` lists them"
    raise source.error(f"unknown rule `{selector}` in `{steps[0]}`", steps, help=remedy)
