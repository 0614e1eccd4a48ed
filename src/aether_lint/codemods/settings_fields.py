"""Fields of typed settings classes, and command line options that read a variable: drop their defaults."""

from typing import Any

import libcst as cst

from aether_lint.codemods.env_calls import is_literal_default
from aether_lint.codemods.target import RefusedError
from aether_lint.codemods.tree import code, dotted

FIELD_CALLS = frozenset({"Field", "SecretStr", "SecretBytes"})
OPTION_CALLS = frozenset({"Option", "Argument", "option", "argument", "add_option"})
DEFAULTS = frozenset({"default", "default_factory"})


def is_field(node: cst.AnnAssign) -> bool:
    """Whether this is `name: type = default` with a default that can be dropped."""
    match node:
        case cst.AnnAssign(target=cst.Name(), value=cst.Call(func=function)) if (
            dotted(function).rpartition(".")[2] in FIELD_CALLS
        ):
            return True
        case cst.AnnAssign(target=cst.Name(), value=cst.BaseExpression() as value):
            return is_literal_default(value)
        case _:
            return False


def required_field(node: cst.AnnAssign) -> cst.AnnAssign:
    """The field without its default; other arguments of `Field(...)` stay, and `Optional` goes."""
    value: Any = node.value
    if isinstance(value, cst.Call) and dotted(value.func).rpartition(".")[2] == "Field":
        rest = _without_default(value)
        if rest.args:
            return node.with_changes(value=rest, annotation=_never_none(node.annotation))
    return node.with_changes(value=None, equal=cst.MaybeSentinel.DEFAULT, annotation=_never_none(node.annotation))


def _without_default(call: cst.Call) -> cst.Call:
    args = list(call.args)
    if args and args[0].keyword is None and not args[0].star:
        args.pop(0)
    args = [arg for arg in args if not (arg.keyword and arg.keyword.value in DEFAULTS)]
    if len(args) == len(call.args):
        raise RefusedError("this field has no default to drop")
    if args:
        args[-1] = args[-1].with_changes(comma=call.args[-1].comma)
    return call.with_changes(args=args)


def _never_none(annotation: cst.Annotation) -> cst.Annotation:
    """`str` for `Optional[str]` and `str | None`: without a default, None would be its default again."""
    match annotation.annotation:
        case cst.Subscript(value=outer, slice=[cst.SubscriptElement(slice=cst.Index(value=inner))]) if (
            dotted(outer).rpartition(".")[2] == "Optional"
        ):
            return annotation.with_changes(annotation=inner)
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=cst.Name(value="None")):
            return annotation.with_changes(annotation=left)
        case cst.BinaryOperation(left=cst.Name(value="None"), operator=cst.BitOr(), right=right):
            return annotation.with_changes(annotation=right)
        case _:
            return annotation


def is_option(call: cst.Call) -> bool:
    """Whether this declares a command line option that a variable can set and that has a default."""
    keywords = {arg.keyword.value for arg in call.args if arg.keyword}
    return dotted(call.func).rpartition(".")[2] in OPTION_CALLS and "envvar" in keywords and _has_default(call)


def _has_default(call: cst.Call) -> bool:
    first = call.args[0]
    given = any(arg.keyword and arg.keyword.value == "default" for arg in call.args)
    return given or (first.keyword is None and _is_typer(call) and code(first.value) != "...")


def _is_typer(call: cst.Call) -> bool:
    return dotted(call.func).rpartition(".")[2] in ("Option", "Argument")


def required_option(call: cst.Call) -> cst.Call:
    """The option without its default, declared as required."""
    args = list(call.args)
    for index, arg in enumerate(args):
        if arg.keyword and arg.keyword.value == "default":
            if _is_typer(call):
                args[index] = arg.with_changes(value=cst.Ellipsis())
            else:
                args[index] = arg.with_changes(keyword=cst.Name("required"), value=cst.Name("True"))
            return call.with_changes(args=args)
    args[0] = args[0].with_changes(value=cst.Ellipsis())
    return call.with_changes(args=args)
