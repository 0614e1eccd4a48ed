"""Configuration files with the places of their keys: TOML, INI, YAML and JSON behind one interface.

A `Document` answers "where is this key?" with a 1-based span; its `data` is what the format's own parser
made of the text. A file that its parser refuses raises `DocumentError` with the parser's line.
"""

import configparser
import hashlib
import os
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from aether_lint.model import FileError, Span
from aether_lint.scopes.cache import Cache

Keys = tuple[str | int, ...]

MAX_CONFIG_SIZE = 4_000_000  # the largest lock-free configuration seen in the labelled repositories is 90 kB


class DocumentError(Exception):
    """A configuration file that cannot be read or parsed; `error` says where and why."""

    def __init__(self, error: FileError) -> None:
        super().__init__(error.message)
        self.error = error


class Document(Struct):
    """A parsed configuration file. `spans` maps key paths (array items by index) to their place."""

    path: str  # relative to the root, with "/"
    text: str
    data: dict[str, Any]
    spans: dict[Keys, Span]

    def get(self, *keys: str | int) -> Any:
        """The value at `keys`, or None."""
        value: Any = self.data
        try:
            for key in keys:
                value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
        return value

    def locate(self, *keys: str | int) -> Span:
        """The place of `keys`, or of the nearest enclosing key that has one; the first line otherwise."""
        for end in range(len(keys), 0, -1):
            if (span := self.spans.get(keys[:end])) is not None:
                return span
        return Span(1, 1, 1, 1)

    def line(self, number: int) -> str:
        """The text of a 1-based line, empty past the end."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def commented(self, span: Span) -> bool:
        """Whether a human wrote a reason there: a comment inside the span's lines or right above them."""
        lines = self.text.splitlines()
        inside = lines[span.line - 1 : span.end_line]
        above = lines[span.line - 2].strip() if span.line > 1 else ""
        return above.startswith(("#", ";")) or any(re.search(r"(?:^|\s)[#;]\s*\w", text) for text in inside)


def scalar(value: Any) -> str:
    """The text of a scalar, empty for None and for what holds other values: aliases can make those endless."""
    return "" if value is None or isinstance(value, dict | list) else str(value)


def load_kept(root: str, path: str, cache: Cache) -> Document:
    """As `load`; a YAML file is parsed once for each of its states, for that is slow. Raises DocumentError."""
    if not path.endswith((".yml", ".yaml")):
        return load(root, path)
    text = read_text(root, path)
    key = cache.key("yaml", hashlib.sha256(text.encode()).hexdigest(), everywhere=True)
    known = cache.get(key)
    if known is not None:
        return Document(path, text, known[0], {tuple(keys): Span(*place) for keys, place in known[1]})
    document = parse_yaml(path, text)
    if "&" not in text:  # no anchors: the data is a tree, and no larger than the text
        cache.put(key, [document.data, [[keys, msgspec.to_builtins(span)] for keys, span in document.spans.items()]])
    return document


def read_text(root: str, path: str) -> str:
    """The text of a configuration file. Raises DocumentError when it is no regular UTF-8 file of sane size."""
    full = os.path.join(root, path)
    if not os.path.isfile(full):
        raise DocumentError(FileError(path, "not-regular", "is not a regular file"))
    try:
        if os.path.getsize(full) > MAX_CONFIG_SIZE:
            raise DocumentError(FileError(path, "too-large", f"is larger than {MAX_CONFIG_SIZE} bytes"))
        with open(full, "rb") as stream:
            raw = stream.read()
    except OSError as error:
        raise DocumentError(FileError(path, "unreadable", error.strerror or str(error))) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError(FileError(path, "encoding", f"is not UTF-8: {error.reason}", line)) from error


def load(root: str, path: str) -> Document:
    """The document at `path` (relative to `root`), parsed by its format. Raises DocumentError."""
    text = read_text(root, path)
    name = path.rsplit("/", 1)[-1].lower()
    if name.endswith(".toml"):
        return parse_toml(path, text)
    if name.endswith((".yml", ".yaml")):
        return parse_yaml(path, text)
    if name.endswith(".json"):
        return parse_json(path, text)
    return parse_ini(path, text)


def parse_toml(path: str, text: str) -> Document:
    """TOML: values by tomllib, places by tree-sitter. Raises DocumentError."""
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 0)
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise DocumentError(FileError(path, "syntax", f"not valid TOML: {message}", line, column)) from error
    except RecursionError as error:
        raise DocumentError(FileError(path, "too-deep", "not read: nested too deeply")) from error
    from aether_lint.scopes.toml_places import toml_spans

    return Document(path, text, data, toml_spans(text))


def parse_json(path: str, text: str) -> Document:
    """JSON with `//` and `/* */` comments, as pyright reads it; keys are found by their text."""
    import json

    bare = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda m: m[1] or "", text, flags=re.DOTALL)
    try:
        data = json.loads(re.sub(r",(\s*[}\]])", r"\1", bare))
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise DocumentError(FileError(path, "syntax", f"not valid JSON: {error}", line)) from error
    except RecursionError as error:
        raise DocumentError(FileError(path, "too-deep", "not read: nested too deeply")) from error
    if not isinstance(data, dict):
        raise DocumentError(FileError(path, "syntax", "not valid: the top level is no object", 1))
    spans: dict[Keys, Span] = {}
    for number, line_text in enumerate(text.splitlines(), 1):
        for found in re.finditer(r'"(\w+)"\s*:', line_text):
            spans.setdefault((found[1],), Span(number, found.start() + 1, number, found.end(1) + 2))
    return Document(path, text, data, spans)


def parse_ini(path: str, text: str) -> Document:
    """INI as configparser reads it (no interpolation), keys located by a line scan. Raises DocumentError."""
    parser = configparser.RawConfigParser(strict=True)
    try:
        parser.read_string(text, path)
    except configparser.MissingSectionHeaderError as error:
        raise DocumentError(FileError(path, "syntax", "not valid INI: no section header", error.lineno)) from error
    except configparser.ParsingError as error:
        line = error.errors[0][0] if error.errors else 0
        raise DocumentError(
            FileError(path, "syntax", "not valid INI: this line is no key and no value", line)
        ) from error
    except (configparser.DuplicateSectionError, configparser.DuplicateOptionError) as error:
        message = "not valid INI: " + str(error).split("]: ")[-1]
        raise DocumentError(FileError(path, "syntax", message, error.lineno or 0)) from error
    data = {name: dict(parser.items(name)) for name in parser.sections()}
    return Document(path, text, data, dict(_ini_spans(text)))


def _ini_spans(text: str) -> Iterator[tuple[Keys, Span]]:
    section, key, start, last = "", "", (0, 1, 1), 0
    lines = text.splitlines()
    for number, line in enumerate([*lines, "[end]"], 1):
        stripped = line.strip()
        if key and stripped and line[:1].isspace() and not stripped.startswith(("#", ";")):
            last = number
            continue
        if not stripped or stripped.startswith(("#", ";")):
            continue
        if key:
            end = len(lines[last - 1].rstrip()) + 1
            yield (section, key), Span(start[0], start[1], last, end)
            key = ""
        if header := re.match(r"\[([^\]]+)\]", stripped):
            section = header[1]
            column = len(line) - len(line.lstrip()) + 1
            yield (section,), Span(number, column, number, column + header.end())
        elif option := re.match(r"\s*([^=:\s][^=:]*?)\s*(?:[=:]|$)", line):
            key, start, last = option[1].lower(), (number, option.start(1) + 1, 0), number


def parse_yaml(path: str, text: str) -> Document:
    """YAML by ruamel.yaml's round-trip loader; places from its `.lc` marks. Raises DocumentError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = " ".join((error.problem or "not valid").split())
        raise DocumentError(FileError(path, "syntax", f"not valid YAML: {problem}", line, column)) from error
    except (YAMLError, ValueError, TypeError, AttributeError, NotImplementedError) as error:
        raise DocumentError(FileError(path, "syntax", f"not valid YAML: {' '.join(str(error).split())}", 1)) from error
    except RecursionError as error:
        raise DocumentError(FileError(path, "too-deep", "not read: nested too deeply")) from error
    spans: dict[Keys, Span] = {}
    _yaml_spans(data, (), spans, set())
    return Document(path, text, _plain(data, {}) if isinstance(data, dict) else {}, spans)


def _plain(node: Any, made: dict[int, Any]) -> Any:
    """Plain dicts, lists and scalars; what aliases share stays shared."""
    if id(node) in made:
        return made[id(node)]
    if isinstance(node, dict):
        table: dict[str, Any] = {}
        made[id(node)] = table
        table.update((str(key), _plain(value, made)) for key, value in node.items())
        return table
    if isinstance(node, list):
        items: list[Any] = []
        made[id(node)] = items
        items += [_plain(value, made) for value in node]
        return items
    return node if node is None or isinstance(node, bool | int) else str(node)


MAX_YAML_DEPTH = 40  # workflows nest 8 deep; anchors can make a document endless


def _yaml_spans(node: Any, keys: Keys, spans: dict[Keys, Span], seen: set[int]) -> None:
    """Places of all keys; a node that aliases repeat counts where it stands first."""
    if len(keys) > MAX_YAML_DEPTH or (isinstance(node, dict | list) and id(node) in seen):
        return
    seen.add(id(node))
    if isinstance(node, dict) and hasattr(node, "lc"):
        for key, value in node.items():
            place = node.lc.data.get(key) if node.lc.data else None
            if place:
                line, column = place[0] + 1, place[1] + 1
                spans[(*keys, str(key))] = Span(line, column, line, column + len(str(key)))
            _yaml_spans(value, (*keys, str(key)), spans, seen)
    elif isinstance(node, list) and hasattr(node, "lc"):
        for index, value in enumerate(node):
            place = node.lc.data.get(index) if node.lc.data else None
            if place:
                line, column = place[0] + 1, place[1] + 1
                width = len(str(value)) if isinstance(value, str | int) else 1
                spans[(*keys, index)] = Span(line, column, line, column + width)
            _yaml_spans(value, (*keys, index), spans, seen)
