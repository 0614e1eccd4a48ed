"""Make a variable required: no default, and no empty text (AET201, AET203 and their like).

The target is the read, its default, or a statement that holds it: `os.getenv("X", "…")`, `os.environ.get("X", "…")`,
`os.getenv("X") or "…"`, also with a random value after `or`, a settings call (`config("X", default="…")`), a typed
settings field (`x: str = "…"`, `= Field(default="…")`), a command line option with `envvar=`. A read bound to one name
is followed by a check for the empty text.

Arguments, optional: `variable`, the name of the variable where the code has it in another form; `api`: `wrapper` where
a call that looks like a settings library is a function of the project.
"""

from collections.abc import Callable
from typing import Any

import libcst as cst

from aether_lint.codemods.command import TargetedCodemod
from aether_lint.codemods.env_calls import (
    EnvCall,
    env_call,
    environ_of,
    is_generated,
    is_literal_default,
    key_text,
    literal_text,
)
from aether_lint.codemods.handlers import small
from aether_lint.codemods.imports import bound_name
from aether_lint.codemods.settings_fields import is_field, is_option, required_field, required_option
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Import, Tree, code, dotted, quoted, raising_if

TEXT_METHODS = frozenset({"strip", "encode", "rstrip", "lstrip"})
CANDIDATES = (cst.BooleanOperation, cst.Call, cst.AnnAssign)


def plan(tree: Tree, target: Target) -> Edit:
    """Raises `RefusedError` where the place holds no read with a default that can be dropped."""
    node = _place(tree, target)
    if isinstance(node, cst.AnnAssign):
        return Edit(node, required_field)
    if isinstance(node, cst.Call) and is_option(node):
        return Edit(node, required_option)
    read = _read_in(node)
    if read is None:
        raise RefusedError("this form of default has no automatic fix")
    required, needs_os = _required(read, target)
    replaced = _without_or(node, required)
    imports = (Import("os"),) if needs_os and bound_name(tree.module, Import("os")) != "os" else ()
    unused = (Import("secrets"), *((Import("os", "getenv"),) if read.kind == "getenv" and needs_os else ()))
    checked = None if read.kind == "setting" else _checked_statement(tree, node)
    if checked is None:
        return Edit(node, lambda updated: _parenthesised_like(updated, replaced), imports, unused)
    line, name = checked
    message = _message(read)
    raising = small(f"raise RuntimeError({message})")
    check = raising_if(f"not {name}", raising, tree.indent_at(target.span))
    return Edit(line, _with_check(line, node, replaced, check), imports, unused)


def read_at(tree: Tree, target: Target) -> EnvCall | None:
    """The read that `plan` would edit; None for a field, an option, or where there is none."""
    try:
        return _read_in(_place(tree, target))
    except RefusedError:
        return None


def _message(read: EnvCall) -> str:
    """The text of the error, as a literal: with the value of a constant that names the variable."""
    if literal_text(read.key.value) is None and dotted(read.key.value):
        return f'f"{{{dotted(read.key.value)}}} is empty"'
    return quoted(f"{key_text(read)} is empty")


def _place(tree: Tree, target: Target) -> cst.CSTNode:
    """The outermost read that starts at the target, else the first inside, else the innermost around or beside it.

    Calls of the project's own functions are taken for reads only where nothing else is one.
    """
    start = (target.span.line, target.span.column)
    around = tree.around(target.span, *CANDIDATES)
    starting = [node for node in around if (tree.span(node).line, tree.span(node).column) == start]
    lines = tree.around(target.span, cst.SimpleStatementLine)[:1]
    beside = [node for line in lines for node in tree.within(tree.span(line), *CANDIDATES)]
    candidates = [*reversed(starting), *tree.within(target.span, *CANDIDATES), *around, *beside]
    for wrappers in (False, True):
        for node in candidates:
            if _is_read(tree, node, wrappers=wrappers):
                return node
    raise RefusedError("no read of the environment at this place")


def _is_read(tree: Tree, node: cst.CSTNode, *, wrappers: bool) -> bool:
    if isinstance(node, cst.AnnAssign):
        return is_field(node) and _read_within(tree, node) is None and _in_class(tree, node)
    if isinstance(node, cst.Call) and is_option(node):
        return True
    read = _read_in(node)
    if read is None or (read.kind == "wrapper" and not wrappers):
        return False
    if isinstance(node, cst.BooleanOperation):
        return is_literal_default(node.right) or is_generated(node.right)
    return read.default is not None or read.kind in ("getenv", "environ")


def _in_class(tree: Tree, node: cst.CSTNode) -> bool:
    holders = tree.around(tree.span(node), cst.ClassDef, cst.FunctionDef)
    return bool(holders) and isinstance(holders[0], cst.ClassDef)


def _read_within(tree: Tree, node: cst.CSTNode) -> EnvCall | None:
    for call in tree.within(tree.span(node), cst.Call):
        read = env_call(call)
        if read is not None and read.kind in ("getenv", "environ"):
            return read
    return None


def _read_in(node: cst.CSTNode) -> EnvCall | None:
    """The read that decides: of `a or b or "lit"` the last one before the literal."""
    match node:
        case cst.BooleanOperation(operator=cst.Or(), left=cst.BooleanOperation(operator=cst.Or(), right=last)):
            return _read_in(last)
        case cst.BooleanOperation(operator=cst.Or(), left=left):
            return _read_in(left)
        case cst.Call():
            return env_call(node)
        case _:
            return None


def _without_or(node: cst.CSTNode, required: cst.BaseExpression) -> cst.BaseExpression:
    match node:
        case cst.BooleanOperation(left=cst.BooleanOperation(operator=cst.Or()) as left):
            return left.with_changes(right=required)
        case _:
            return required


def _required(read: EnvCall, target: Target) -> tuple[cst.BaseExpression, bool]:
    """The read without its default, and whether it needs `import os`."""
    wrapper = read.kind == "wrapper" or target.arguments.get("api") == "wrapper"
    if read.kind == "setting" and not wrapper:
        return _without_default(read), False
    mapping, needs_os = ("os.environ", True) if wrapper else environ_of(read)
    variable = target.arguments.get("variable", "")
    if wrapper and not variable:
        raise RefusedError("a read through the project's own function: drop its default by hand")
    if wrapper or (variable and read.kind != "mapping" and literal_text(read.key.value) is None):
        key = quoted(variable)
    else:
        key = code(read.key.value)
    return cst.parse_expression(f"{mapping}[{key}]"), needs_os


def _without_default(read: EnvCall) -> cst.Call:
    if read.default is None:
        raise RefusedError("this read has no default to drop")
    positional = [arg for arg in read.call.args if arg.keyword is None]
    if read.default in positional and len(positional) > 2:
        raise RefusedError("the default stands before other positional arguments")
    args = [arg for arg in read.call.args if arg is not read.default]
    args[-1] = args[-1].with_changes(comma=read.call.args[-1].comma)
    return read.call.with_changes(args=args)


def _parenthesised_like(old: Any, new: cst.BaseExpression) -> cst.BaseExpression:
    """The new expression in the parentheses of the old one."""
    return new.with_changes(lpar=old.lpar, rpar=old.rpar) if old.lpar else new


def _checked_statement(tree: Tree, node: cst.CSTNode) -> tuple[cst.SimpleStatementLine, str] | None:
    """The statement `NAME = <read>` that a check for the empty text can follow, and the name."""
    for line in tree.around(tree.span(node), cst.SimpleStatementLine)[:1]:
        match line.body:
            case [cst.Assign(targets=[cst.AssignTarget(target=bound)], value=value)]:
                pass
            case [cst.AnnAssign(target=bound, value=cst.BaseExpression() as value)]:
                pass
            case _:
                return None
        if dotted(bound) and _is_text_of(value, node):
            return line, dotted(bound)
    return None


def _is_text_of(value: cst.CSTNode, node: cst.CSTNode) -> bool:
    match value:
        case _ if value is node:
            return True
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value=method))) if method in TEXT_METHODS:
            return _is_text_of(owner, node)
        case _:
            return False


def _with_check(
    line: cst.SimpleStatementLine, node: cst.CSTNode, required: cst.BaseExpression, check: cst.If
) -> Callable[[cst.SimpleStatementLine], cst.FlattenSentinel[cst.BaseStatement]]:
    replaced = line.deep_replace(node, _parenthesised_like(node, required))
    assert isinstance(replaced, cst.BaseStatement)

    def replace(updated: cst.SimpleStatementLine) -> cst.FlattenSentinel[cst.BaseStatement]:
        return cst.FlattenSentinel([replaced, check])

    return replace


class RequireEnv(TargetedCodemod):
    """Run `require_env` on the findings of the linter."""

    DESCRIPTION = "Drop the defaults of secrets and of URLs with credentials (AET201, AET203)."
    CODEMOD = "require_env"
