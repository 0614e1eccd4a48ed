"""A TOML file with its text kept, so that an error can name line and column of a key."""

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aether_lint.config.error import ConfigError
from aether_lint.files import NotRegularError, TooLargeError, read_regular

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from tree_sitter import Node

LIMIT = 10_000_000  # bytes; the largest pyproject.toml of the popular projects has under 100,000
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

Step = str | int
Place = tuple[int, int]


class TomlSource:
    """A parsed TOML file. `data` is the document; `locate` finds where a key or an item of a list stands."""

    def __init__(self, path: str, text: str, data: dict[str, Any]) -> None:
        self.path = path
        self.text = text
        self.data = data

    def locate(self, steps: Sequence[Step]) -> Place:
        """Line and column (1-based, in characters) of the key or list item at `steps`, or of its nearest parent.

        (0, 0) when not even the first step is found.
        """
        import tree_sitter_toml  # only on the way to an error or for `aether-lint config`
        from tree_sitter import Language, Parser

        document = Parser(Language(tree_sitter_toml.language())).parse(self.text.encode()).root_node
        best: tuple[int, Node] | None = None
        for keys, node in _keys(document, ()):
            common = _common(keys, steps)
            if common == len(keys) and (best is None or common > best[0]):
                best = (common, node)
        return _position(self.text, best[1]) if best else (0, 0)


def read_toml(path: str) -> TomlSource:
    """Read and parse one file. Raises `ConfigError` when it cannot be read, decoded or parsed."""
    try:
        raw = read_regular(path, LIMIT)
    except (NotRegularError, TooLargeError) as error:
        raise ConfigError(path, str(error).removeprefix(path).strip()) from error
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = len(raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start].decode(errors="replace")) + 1
        message = f"is not UTF-8: byte 0x{raw[error.start]:02x}"
        raise ConfigError(path, message, line=line, column=column, help="TOML files are UTF-8") from error
    try:
        return TomlSource(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, text, str(error)) from error
    except RecursionError as error:
        raise ConfigError(path, "is nested too deeply to be parsed") from error


def _broken(path: str, text: str, message: str) -> ConfigError:
    at = _AT.search(message)
    line, column = 0, 0
    if at is not None:
        message = message[: at.start()]
        line, column = (int(at[1]), int(at[2])) if at[1] else (text.count("\n") + 1, 1)
    message = f"is not valid TOML: {message[:1].lower()}{message[1:]}"
    return ConfigError(path, message, line=line, column=column, help="mend the file; nothing was taken from it")


def _keys(node: "Node", prefix: tuple[Step, ...]) -> list[tuple[tuple[Step, ...], "Node"]]:
    """Every key path of a document, a table or a value below `node`, in order, with the node that spells it."""
    found: list[tuple[tuple[Step, ...], Node]] = []
    for child in node.named_children:
        if child.type in ("table", "table_array_element"):
            header = child.named_children[0]
            keys = _steps(found, (), header)
            for inner in child.named_children[1:]:
                found += _pair(inner, keys)
        else:
            found += _pair(child, prefix)
    return found


def _pair(node: "Node", prefix: tuple[Step, ...]) -> list[tuple[tuple[Step, ...], "Node"]]:
    if node.type != "pair":
        return []
    found: list[tuple[tuple[Step, ...], Node]] = []
    key, value = node.named_children[0], node.named_children[-1]
    keys = _steps(found, prefix, key)
    return found + _value(value, keys)


def _value(node: "Node", prefix: tuple[Step, ...]) -> list[tuple[tuple[Step, ...], "Node"]]:
    if node.type == "inline_table":
        return _keys(node, prefix)
    if node.type != "array":
        return []
    items = [child for child in node.named_children if child.type != "comment"]
    found: list[tuple[tuple[Step, ...], Node]] = []
    for index, item in enumerate(items):
        found.append(((*prefix, index), item))
        found += _value(item, (*prefix, index))
    return found


def _steps(found: list[tuple[tuple[Step, ...], "Node"]], prefix: tuple[Step, ...], key: "Node") -> tuple[Step, ...]:
    """Append each part of a dotted key to `found` and give back the whole path."""
    if key.type == "dotted_key":
        for part in key.named_children:
            prefix = _steps(found, prefix, part)
        return prefix
    text = (key.text or b"").decode()
    name = next(iter(tomllib.loads(f"{text} = 0"))) if key.type == "quoted_key" else text
    prefix = (*prefix, name)
    found.append((prefix, key))
    return prefix


def _common(keys: Sequence[Step], steps: Sequence[Step]) -> int:
    return next((i for i, (a, b) in enumerate(zip(keys, steps, strict=False)) if a != b), min(len(keys), len(steps)))


def _position(text: str, node: "Node") -> Place:
    row, byte_column = node.start_point
    line = text.split("\n", row + 1)[row]
    return row + 1, len(line.encode()[:byte_column].decode(errors="replace")) + 1


def shown(path: str, folder: str) -> str:
    """A path as a reader of `folder` writes it, with `/`."""
    return os.path.relpath(path, folder).replace(os.sep, "/")
