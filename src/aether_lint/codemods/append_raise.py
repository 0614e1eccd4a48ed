"""Let an error out of start-up: `raise` at the end of the handler, the log kept; `contextlib.suppress` taken away.

The target lies in the handler, or is the `with suppress(...)` statement.
"""

import libcst as cst

from aether_lint.codemods.command import TargetedCodemod
from aether_lint.codemods.handlers import (
    JUMPS,
    Part,
    can_unwrap,
    handler_at,
    in_place_of,
    is_only_raise,
    retries,
    small,
    small_parts,
    statement_lines,
    try_of,
    unwrapped,
    with_statements,
    without_needless_name,
)
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Import, Tree, dotted


def plan(tree: Tree, target: Target) -> Edit:
    """Raises `RefusedError` where there is no handler or `suppress`, or where the handler raises already."""
    suppressing = suppress_at(tree, target)
    if suppressing is not None:
        return without_suppress(suppressing)
    handler = handler_at(tree, target)
    keep = kept_before_raise(handler.body)
    return ending_in_raise(tree, handler, with_statements(handler.body, keep, [small("raise")]))


def kept_before_raise(suite: cst.BaseSuite) -> list[Part]:
    """All statements but the jump at the end, and those that do nothing."""
    parts = [part for part in small_parts(suite) if not _does_nothing(part)]
    if parts and isinstance(parts[-1], cst.Raise):
        raise RefusedError("the handler raises already")
    while parts and (isinstance(parts[-1], JUMPS) or _raises_on_a_condition(parts[-1])):
        parts.pop()
    return parts


def _raises_on_a_condition(part: Part) -> bool:
    """Whether this is `if ...: raise`, which an unconditional raise makes superfluous."""
    return isinstance(part, cst.If) and part.orelse is None and is_only_raise(part.body)


def ending_in_raise(tree: Tree, handler: cst.ExceptHandler, body: cst.BaseSuite) -> Edit:
    """The handler with this body; a `try` whose only handler would do nothing but raise again is unwrapped."""
    if retries(tree, handler):
        raise RefusedError("the handler waits for another attempt of its loop: raise after the last one by hand")
    statement, after = try_of(tree, handler), without_needless_name(handler, body)
    if is_only_raise(body) and can_unwrap(statement, after):
        return Edit(statement, unwrapped)
    return Edit(handler, lambda updated: after)


def _does_nothing(part: Part) -> bool:
    match part:
        case cst.Pass() | cst.Expr(value=cst.Ellipsis()):
            return True
        case _:
            return False


def suppress_at(tree: Tree, target: Target) -> cst.With | None:
    for statement in tree.around(target.span, cst.With):
        place = tree.span(statement)
        if target.span.line <= place.line + _header_lines(tree, statement) and _suppressing(statement):
            return statement
    return None


def _header_lines(tree: Tree, statement: cst.With) -> int:
    return tree.span(statement.items[-1]).end_line - tree.span(statement).line


def _suppressing(statement: cst.With) -> list[cst.WithItem]:
    return [item for item in statement.items if _is_suppress(item)]


def _is_suppress(item: cst.WithItem) -> bool:
    match item.item:
        case cst.Call(func=function):
            return dotted(function).rpartition(".")[2] == "suppress"
        case _:
            return False


def without_suppress(statement: cst.With) -> Edit:
    """The statement without `suppress`; nothing else in it: its body, with a comment of its first line above."""
    dropped = _suppressing(statement)
    kept = [item for item in statement.items if item not in dropped]
    unused = (Import("contextlib"), Import("contextlib", "suppress"))
    if kept:
        kept[-1] = kept[-1].with_changes(comma=statement.items[-1].comma)
        return Edit(statement, lambda updated: updated.with_changes(items=kept), unused=unused)
    body, comments = statement.body, []
    if isinstance(body, cst.IndentedBlock):
        comments = [cst.EmptyLine(comment=body.header.comment)] if body.header.comment else []
        if any(line.comment for line in body.footer):
            raise RefusedError("a comment at the end of the `with suppress(...)` block would be lost")
    return Edit(statement, lambda updated: in_place_of(updated, statement_lines(updated.body), comments), unused=unused)


class AppendRaise(TargetedCodemod):
    """Run `append_raise` on the findings of the linter."""

    DESCRIPTION = "Let start-up errors out of handlers that only log them (AET401, AET402)."
    CODEMOD = "append_raise"
