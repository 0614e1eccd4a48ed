"""Imports that a fix needs at the top of the file, and those that it leaves without a use."""

from collections.abc import Sequence
from typing import Any

import libcst as cst

from aether_lint.codemods.tree import Import, code, dotted, names_in


def bound_name(module: cst.Module, wanted: Import) -> str:
    """The name under which the module's top level has imported `wanted`; an empty text where it has not."""
    for statement in _top_imports(module):
        match statement:
            case cst.Import(names=aliases) if not wanted.name:
                for alias in aliases:
                    if dotted(alias.name) == wanted.module:
                        return _alias_name(alias) or wanted.module
            case cst.ImportFrom(names=[*aliases], relative=[]) if _module_of(statement) == wanted.module:
                for alias in aliases:
                    if wanted.name and code(alias.name) == wanted.name:
                        return _alias_name(alias) or wanted.name
            case _:
                pass
    return ""


def add_import(module: cst.Module, wanted: Import) -> cst.Module:
    """The module with the import added, unless it is there: a plain import first, a `from` import last in the block."""
    if bound_name(module, wanted):
        return module
    first, end = import_block(module)
    index = end if wanted.name else first
    line = f"from {wanted.module} import {wanted.name}" if wanted.name else f"import {wanted.module}"
    statement: cst.BaseStatement = cst.parse_statement(line, config=module.config_for_parsing)
    body: list[Any] = list(module.body)
    if index == first < len(body):
        statement, body[first] = _before(statement, body[first], import_follows=first < end)
    if index > 0 and index == first and _is_docstring(body[index - 1]):
        statement = statement.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    return module.with_changes(body=[*body[:index], statement, *body[index:]])


def _before(
    statement: cst.BaseStatement, following: cst.BaseStatement, *, import_follows: bool
) -> tuple[cst.BaseStatement, cst.BaseStatement]:
    """Put `statement` where `following` stood: it takes the blank lines above, if an import follows."""
    lines = list(getattr(following, "leading_lines", ()))
    if not import_follows or any(line.comment for line in lines):
        return statement, following
    return statement.with_changes(leading_lines=lines), following.with_changes(leading_lines=[])


def import_block(module: cst.Module) -> tuple[int, int]:
    """First and end index in the body of the first block of imports, after the docstring and `__future__`."""
    index = 0
    if module.body and _is_docstring(module.body[0]):
        index = 1
    while index < len(module.body) and _is_future(module.body[index]):
        index += 1
    end = index
    while end < len(module.body) and _plain_imports(module.body[end]):
        end += 1
    return index, end


def drop_unused(module: cst.Module, imports: Sequence[Import]) -> cst.Module:
    """The module without those of `imports` whose name no longer occurs; one with a comment stays."""
    for unwanted in imports:
        name = bound_name(module, unwanted)
        if name and name.partition(".")[0] not in names_in(module) and f'"{name}"' not in module.code:
            module = module.with_changes(body=_without_import(module.body, unwanted))
    return module


def _without_import(body: Sequence[cst.BaseStatement], unwanted: Import) -> list[cst.BaseStatement]:
    """The statements without one import. What follows a line that goes has one of the two distances, not both."""
    lines: list[cst.BaseStatement] = []
    gone: list[cst.EmptyLine] | None = None
    for line in body:
        kept = _without(line, unwanted)
        if not kept:
            gone = list(getattr(line, "leading_lines", ()))
            continue
        if gone is not None:
            above = list(getattr(line, "leading_lines", ()))
            while not lines and above and above[0].comment is None:
                above.pop(0)
            spaced = bool(above) and above[0].comment is None
            line, gone = line.with_changes(leading_lines=above if spaced or not lines else [*gone, *above]), None
            kept = [line]
        lines += kept
    return lines


def _without(line: cst.BaseStatement, unwanted: Import) -> list[cst.BaseStatement]:
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return [line]
    statement = line.body[0]
    if not isinstance(statement, cst.Import | cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return [line]
    if isinstance(statement, cst.ImportFrom) != bool(unwanted.name):
        return [line]
    if isinstance(statement, cst.ImportFrom) and (statement.relative or _module_of(statement) != unwanted.module):
        return [line]
    kept = [alias for alias in statement.names if dotted(alias.name) != (unwanted.name or unwanted.module)]
    if len(kept) == len(statement.names):
        return [line]
    if kept:
        kept[-1] = kept[-1].with_changes(comma=statement.names[-1].comma)
        return [line.with_changes(body=[statement.with_changes(names=kept)])]
    commented = line.trailing_whitespace.comment or any(blank.comment for blank in line.leading_lines)
    return [line] if commented or "#" in code(statement) else []


def _top_imports(module: cst.Module) -> list[cst.Import | cst.ImportFrom]:
    lines = (line.body for line in module.body if isinstance(line, cst.SimpleStatementLine))
    return [statement for body in lines for statement in body if isinstance(statement, cst.Import | cst.ImportFrom)]


def _plain_imports(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and all(
        isinstance(statement, cst.Import | cst.ImportFrom) for statement in line.body
    )


def _is_docstring(line: cst.CSTNode) -> bool:
    match line:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
        case _:
            return False


def _is_future(line: cst.CSTNode) -> bool:
    match line:
        case cst.SimpleStatementLine(body=[cst.ImportFrom(module=cst.Name(value="__future__"))]):
            return True
        case _:
            return False


def _module_of(statement: cst.ImportFrom) -> str:
    return dotted(statement.module) if statement.module else ""


def _alias_name(alias: cst.ImportAlias) -> str:
    return code(alias.asname.name) if alias.asname else ""
