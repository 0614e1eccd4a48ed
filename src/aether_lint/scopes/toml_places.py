"""Where the keys of a TOML text are: tree-sitter gives the places that tomllib and tomlkit do not keep."""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aether_lint.model import Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Keys = tuple[str | int, ...]


@functools.cache
def _parser() -> "Parser":
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_toml.language()))


def toml_spans(text: str) -> dict[Keys, Span]:
    """Key path -> span, for tables (their header), pairs (key to end of value) and array items."""
    raw = text.encode()
    lines = raw.split(b"\n")
    spans: dict[Keys, Span] = {}
    counts: dict[Keys, int] = {}
    for node in _parser().parse(raw).root_node.named_children:
        if node.type == "pair":
            _pair(node, (), lines, spans)
        elif node.type in ("table", "table_array_element"):
            header, *rest = [child for child in node.named_children if child.type != "comment"]
            keys = _resolve(tuple(_key_parts(header)), counts)
            if node.type == "table_array_element":
                counts[keys] = counts.get(keys, -1) + 1
                spans.setdefault(keys, _span(header, header, lines))
                keys = (*keys, counts[keys])
            spans.setdefault(keys, _span(header, header, lines))
            for pair in rest:
                if pair.type == "pair":
                    _pair(pair, keys, lines, spans)
    return spans


def _resolve(keys: Keys, counts: dict[Keys, int]) -> Keys:
    """`[a.b.c]` under the array table `[[a.b]]` belongs to its last element."""
    resolved: Keys = ()
    for position, key in enumerate(keys):
        resolved = (*resolved, key)
        if position < len(keys) - 1 and resolved in counts:
            resolved = (*resolved, counts[resolved])
    return resolved


def _pair(node: "Node", prefix: Keys, lines: list[bytes], spans: dict[Keys, Span]) -> None:
    key, value = node.named_children[0], node.named_children[-1]
    keys = (*prefix, *_key_parts(key))
    spans.setdefault(keys, _span(key, value, lines))
    _value(value, keys, lines, spans)


def _value(node: "Node", keys: Keys, lines: list[bytes], spans: dict[Keys, Span]) -> None:
    if node.type == "array":
        for index, item in enumerate(child for child in node.named_children if child.type != "comment"):
            spans[(*keys, index)] = _span(item, item, lines)
            _value(item, (*keys, index), lines, spans)
    elif node.type == "inline_table":
        for child in node.named_children:
            if child.type == "pair":
                _pair(child, keys, lines, spans)


def _key_parts(node: "Node") -> Iterator[str]:
    if node.type == "dotted_key":
        for child in node.named_children:
            yield from _key_parts(child)
        return
    text = (node.text or b"").decode(errors="replace")
    yield text[1:-1] if node.type == "quoted_key" else text


def _span(first: "Node", last: "Node", lines: list[bytes]) -> Span:
    return Span(
        first.start_point[0] + 1,
        _characters(lines, first.start_point) + 1,
        last.end_point[0] + 1,
        _characters(lines, last.end_point) + 1,
    )


def _characters(lines: list[bytes], point: tuple[int, int]) -> int:
    row, column = point
    return len(lines[row][:column].decode(errors="replace")) if row < len(lines) else 0
