"""Carry out planned edits on a tree, and show that nothing else has changed."""

import re
from collections.abc import Sequence
from typing import Any

import libcst as cst

from aether_lint.codemods.imports import add_import, drop_unused, import_block
from aether_lint.codemods.target import RefusedError
from aether_lint.codemods.tree import Edit, Import, Replacement, Tree
from aether_lint.model import Span

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Rewriter(cst.CSTTransformer):
    """Replaces the nodes of the edits, and leaves every other node as it is."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        super().__init__()
        self._edits = {edit.node: edit for edit in edits}

    def on_leave(self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT) -> Any:
        edit = self._edits.get(original_node)
        return updated_node if edit is None else edit.replace(updated_node)


def rewrite(tree: Tree, edits: Sequence[Edit]) -> cst.Module:
    """The module after the edits, with the imports they need and without those they made useless."""
    result: Replacement = tree.module.visit(Rewriter(edits))
    if not isinstance(result, cst.Module):
        raise RefusedError("the edit would replace the whole file")
    for wanted in _unique(edit.imports for edit in edits):
        result = add_import(result, wanted)
    return drop_unused(result, _unique(edit.unused for edit in edits))


def overlapping(span: Span, others: Sequence[Span]) -> bool:
    """Whether `span` shares a line with one of the others: such edits wait for the next round."""
    return any(span.line <= other.end_line and other.line <= span.end_line for other in others)


def check_outside(tree: Tree, edits: Sequence[Edit], after: str) -> None:
    """Raise `RefusedError` unless every line outside the edits stands in `after` as before, in the same order."""
    *kept, last = _untouched(tree, edits)
    position = 0
    for number, text in enumerate(kept):
        found = after.find(text, position) if number else 0
        if found < 0 or not after.startswith(text, found):
            raise RefusedError("the edit would change lines outside of its place")
        position = found + len(text)
    if len(after) - len(last) < position or not after.endswith(last):
        raise RefusedError("the edit would change lines outside of its place")


def _untouched(tree: Tree, edits: Sequence[Edit]) -> list[str]:
    """The text cut at the edits: what must be found again; at least two pieces, the first and last may be empty."""
    lines = _LINES.findall(tree.module.code)
    touched = [_with_lines_above(tree, edit.node) for edit in edits]
    cuts: set[int] = set()
    if any(edit.imports or edit.unused for edit in edits):
        touched += [tree.span(line) for line in tree.module.body if _holds_import(line)]
        cuts = _import_places(tree)
    changed = {line for span in touched for line in range(span.line - 1, span.end_line)}
    if cuts:
        changed |= _blank_beside(lines, changed)
    pieces = [""]
    for number, line in enumerate(lines):
        if number in changed or number in cuts:
            pieces.append("")
        if number not in changed:
            pieces[-1] += line
    return [*pieces, ""] if len(pieces) == 1 or len(lines) - 1 in changed else pieces


def _with_lines_above(tree: Tree, node: cst.CSTNode) -> Span:
    """The span of a node; that of a block begins with the comments and blank lines above its first statement."""
    span = tree.span(node)
    above = getattr(node.body[0], "leading_lines", ()) if isinstance(node, cst.IndentedBlock) else ()
    return Span(span.line - len(above), 1, span.end_line, span.end_column) if above else span


def _blank_beside(lines: Sequence[str], changed: set[int]) -> set[int]:
    """Blank lines (0-based) before and after changed ones: they may go with an import."""
    blank: set[int] = set()
    for numbers, step in ((range(len(lines)), 1), (range(len(lines) - 1, -1, -1), -1)):
        for number in numbers:
            if not lines[number].strip() and (number - step in changed or number - step in blank):
                blank.add(number)
    return blank


def _import_places(tree: Tree) -> set[int]:
    """Lines (0-based) before which an import may be added: at both ends of the first block of imports."""
    body, places = tree.module.body, set()
    for index in import_block(tree.module):
        places.add(tree.span(body[index - 1]).end_line if index else len(tree.module.header))
        if index < len(body):
            places.add(tree.span(body[index]).line - 1)
    return places


def _holds_import(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and any(
        isinstance(statement, cst.Import | cst.ImportFrom) for statement in line.body
    )


def _unique(groups: Any) -> list[Import]:
    return list(dict.fromkeys(wanted for group in groups for wanted in group))
