"""A parsed source and the questions that codemods ask of it: which node is at this span, what holds it?

Spans are those of `aether_lint.model`: lines and columns 1-based, columns in characters.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from msgspec import Struct

from aether_lint.codemods.target import RefusedError
from aether_lint.model import Span

Node = TypeVar("Node", bound=cst.CSTNode)
Replacement = cst.CSTNode | cst.FlattenSentinel[Any]
Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


class Import(Struct, frozen=True):
    """`import module`, or `from module import name`, wanted at the top of the file."""

    module: str
    name: str = ""


class Edit(Struct, frozen=True):
    """One planned change: `node` of the old tree becomes what `replace` makes of it.

    `unused` lists imports that may have lost their last use by this edit.
    """

    node: cst.CSTNode
    replace: Callable[[Any], Replacement]
    imports: tuple[Import, ...] = ()
    unused: tuple[Import, ...] = ()


class Tree:
    """A module with the position of every node. Nothing is copied: the nodes are those that were parsed."""

    def __init__(self, wrapper: MetadataWrapper) -> None:
        self.module = wrapper.module
        self._positions: dict[cst.CSTNode, CodeRange] = dict(wrapper.resolve(PositionProvider))

    @classmethod
    def parse(cls, text: str) -> "Tree":
        """Raises `RefusedError` where libcst cannot read the text, or would not give it back unchanged."""
        try:
            module = cst.parse_module(text)
        except cst.ParserSyntaxError as error:
            reason = str(error).splitlines()[0]
            raise RefusedError(f"libcst cannot parse this file ({reason})") from error
        if module.code != text:
            raise RefusedError("libcst does not give this file back unchanged (a form feed or mixed line ends?)")
        return cls(MetadataWrapper(module, unsafe_skip_copy=True))

    def span(self, node: cst.CSTNode) -> Span:
        """Where the node is, without the white space around it."""
        place = self._positions[node]
        return Span(place.start.line, place.start.column + 1, place.end.line, place.end.column + 1)

    def nodes(self, *types: type[Node]) -> Iterator[Node]:
        """All nodes of these types, of any type where none is given, in no useful order."""
        wanted: Any = types or cst.CSTNode
        return (node for node in self._positions if isinstance(node, wanted))

    def around(self, span: Span, *types: type[Node]) -> list[Node]:
        """The nodes that hold the first character of `span`, the innermost first."""
        holding = [(self.span(node), node) for node in self.nodes(*types) if self.holds_start(node, span)]
        holding.sort(key=lambda pair: _end(pair[0]))
        holding.sort(key=lambda pair: _start(pair[0]), reverse=True)
        return [node for _, node in holding]

    def holds_start(self, node: cst.CSTNode, span: Span) -> bool:
        """Whether `span` starts in the node."""
        place = self.span(node)
        return _start(place) <= _start(span) < _end(place)

    def indent_at(self, span: Span) -> str:
        """One step of indentation, as the block at this place has it."""
        blocks = self.around(span, cst.IndentedBlock)
        return next((block.indent for block in blocks if block.indent), self.module.default_indent)

    def lies_in(self, node: cst.CSTNode, span: Span) -> bool:
        """Whether the node is wholly inside `span`."""
        place = self.span(node)
        return _start(span) <= _start(place) and _end(place) <= _end(span)

    def within(self, span: Span, *types: type[Node]) -> list[Node]:
        """The nodes that lie in `span`, in the order of the text, an outer one before what it holds."""
        inside = [(self.span(node), node) for node in self.nodes(*types) if self.lies_in(node, span)]
        inside.sort(key=lambda pair: _end(pair[0]), reverse=True)
        inside.sort(key=lambda pair: _start(pair[0]))
        return [node for _, node in inside]


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _end(span: Span) -> tuple[int, int]:
    return span.end_line, span.end_column


def code(node: cst.CSTNode) -> str:
    """The source text of a node."""
    return cst.Module([]).code_for_node(node)


def dotted(node: cst.CSTNode) -> str:
    """`a.b.c` for a name or an attribute of names, else an empty text."""
    match node:
        case cst.Name(value=value):
            return value
        case cst.Attribute(value=owner, attr=cst.Name(value=attribute)):
            prefix = dotted(owner)
            return f"{prefix}.{attribute}" if prefix else ""
        case _:
            return ""


def quoted(text: str) -> str:
    """A Python string literal with double quotes for one line of text."""
    plain = re.sub(r"\s+", " ", text).strip()
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def raising_if(test: str, statement: cst.BaseSmallStatement, indent: str) -> cst.If:
    """`if test: raise ...` on two lines, indented as its surroundings are."""
    return cst.If(cst.parse_expression(test), cst.IndentedBlock([cst.SimpleStatementLine([statement])], indent=indent))


def names_in(node: cst.CSTNode) -> set[str]:
    """Every plain name that occurs below a node, attribute names not counted."""
    finder = _Names()
    node.visit(finder)
    return finder.found


class _Names(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802 - libcst calls it by this name
        self.found.add(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:  # noqa: N802
        node.value.visit(self)
        return False

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:  # noqa: N802
        return False
