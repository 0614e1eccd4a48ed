"""Call the project's `fix-guard` where a replacement is installed: it raises in production and alerts elsewhere."""

import re

import libcst as cst

from aether_lint.codemods.handlers import (
    Part,
    Suite,
    name_of,
    named,
    reports_at_start,
    small,
    small_parts,
    statement_in_handler,
    with_statements,
)
from aether_lint.codemods.imports import bound_name
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Import, Tree, dotted, names_in, quoted

_GUARD = re.compile(r"(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):(?P<name>[A-Za-z_]\w*)")


def guard_import(tree: Tree, target: Target) -> Import:
    """The import of the guard. Raises `RefusedError` where its text is wrong, or the module uses its name otherwise."""
    found = _GUARD.fullmatch(target.arguments["guard"])
    if not found:
        raise RefusedError("fix-guard must be written package.module:callable")
    wanted = Import(found["module"], found["name"])
    if not bound_name(tree.module, wanted) and wanted.name in names_in(tree.module):
        raise RefusedError(f"this file uses the name {wanted.name} for something else than the guard")
    return wanted


def guard_call(tree: Tree, target: Target, error: str) -> cst.BaseSmallStatement:
    """`guard("subject", error)` as a statement."""
    wanted = guard_import(tree, target)
    name = bound_name(tree.module, wanted) or wanted.name
    return small(f"{name}({quoted(target.arguments.get('subject', 'fallback'))}, {error})")


def insert_guard(tree: Tree, handler: cst.ExceptHandler, target: Target) -> Edit:
    """The handler with the guard called just before the replacement. Raises `RefusedError` where it is already."""
    name = name_of(tree, handler)
    call = guard_call(tree, target, name)
    place = statement_in_handler(tree, handler, target)
    suite, part = place or (handler.body, None)
    if suite is not handler.body and handler.name is None:
        suite, part = handler.body, None
    parts = small_parts(suite)
    if any(same_call(other, call) for other in parts):
        raise RefusedError("the guard is called here already")
    index = parts.index(part) if part is not None else reports_at_start(parts)
    body = insert_before(suite, index, call)
    wanted = (guard_import(tree, target),)
    if suite is not handler.body:
        return Edit(suite, lambda updated: body, imports=wanted)
    return Edit(handler, lambda updated: named(updated, name).with_changes(body=body), imports=wanted)


def same_call(one: Part, other: Part) -> bool:
    """Whether both statements are calls of one function."""
    match one, other:
        case cst.Expr(value=cst.Call(func=first)), cst.Expr(value=cst.Call(func=second)):
            return dotted(first) == dotted(second) != ""
        case _:
            return False


def insert_before(suite: cst.BaseSuite, index: int, call: cst.BaseSmallStatement) -> Suite:
    """The suite with the call before the statement at `index`, on a line of its own where the suite has lines."""
    parts = small_parts(suite)
    if isinstance(suite, cst.SimpleStatementSuite):
        spaced = call.with_changes(semicolon=cst.Semicolon(whitespace_after=cst.SimpleWhitespace(" ")))
        return suite.with_changes(body=[*parts[:index], spaced, *parts[index:]])
    if index == len(parts):
        return with_statements(suite, parts, [call])
    lines: list[cst.BaseStatement] = []
    for line in suite.body:
        inside = line.body if isinstance(line, cst.SimpleStatementLine) else [line]
        if parts[index] in inside:
            lines.append(cst.SimpleStatementLine([call]))
        lines.append(line)  # type: ignore[arg-type]
    assert isinstance(suite, cst.IndentedBlock)
    return suite.with_changes(body=lines)
