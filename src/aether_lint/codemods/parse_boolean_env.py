"""Parse a flag instead of asking whether its text is empty: the text "false" is true (AET206).

The target is the read, or the expression around it whose truth is taken: `bool(os.getenv("X", "false"))`,
`if os.getenv("X", "false"):`, `not os.environ.get("X", "0")`, `DEBUG = os.getenv("DEBUG", False)`, and the
settings calls `config("X", default=False)` and `env("X", default=False)`, which get a cast.
"""

import libcst as cst

from aether_lint.codemods.command import TargetedCodemod
from aether_lint.codemods.env_calls import EnvCall, env_call, literal_text
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Tree, code, dotted, quoted

TRUE_TEXTS = '{"1", "true", "yes", "on"}'
BOOLEANS = frozenset({"True", "False"})
READS = ("getenv", "environ", "setting", "mapping")
# Parents that may hold `a in b` without parentheses.
LOOSE = (
    cst.If,
    cst.While,
    cst.IfExp,
    cst.Assert,
    cst.Arg,
    cst.Assign,
    cst.AnnAssign,
    cst.Return,
    cst.Element,
    cst.DictElement,
    cst.Lambda,
    cst.BooleanOperation,
    cst.NamedExpr,
    cst.Param,
    cst.CompIf,
    cst.Index,
)


def plan(tree: Tree, target: Target) -> Edit:
    """Raises `RefusedError` where the read is used as a text, or is none."""
    read = _read_at(tree, target)
    if read.kind == "setting":
        cast_read = _with_cast(read)
        return Edit(read.call, lambda updated: cast_read)
    old, negated = _truth_taken(tree, read)
    if old is read.call and not _default_is_boolean(read) and not _tested(tree, read.call):
        raise RefusedError("the text of this variable is used, not only whether it is set")
    _refuse_text_uses(tree, old)
    parsed = _parsed(read, negated)
    if not isinstance(_parent(tree, old), LOOSE) and not old.lpar:
        parsed = parsed.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    elif old.lpar:
        parsed = parsed.with_changes(lpar=old.lpar, rpar=old.rpar)
    return Edit(old, lambda updated: parsed)


def _read_at(tree: Tree, target: Target) -> EnvCall:
    candidates = [*tree.within(target.span, cst.Call), *tree.around(target.span, cst.Call)]
    lines = tree.around(target.span, cst.SimpleStatementLine)[:1]
    candidates += [call for line in lines for call in tree.within(tree.span(line), cst.Call)]
    reads = [read for call in candidates if (read := env_call(call)) is not None]
    for kinds in (READS, ("wrapper",)):
        for read in reads:
            if read.kind in kinds and dotted(read.call.func) != "bool":
                return read
    raise RefusedError("no read of the environment at this place")


def _parent(tree: Tree, node: cst.CSTNode) -> cst.CSTNode | None:
    holders: list[cst.CSTNode] = tree.around(tree.span(node))
    return next((holder for holder in holders if node in holder.children), None)


def _truth_taken(tree: Tree, read: EnvCall) -> tuple[cst.BaseExpression, bool]:
    """The expression to replace: the read itself, or the `bool(...)` or `not` around it; and whether it is negated."""
    old: cst.BaseExpression = read.call
    holder = _parent(tree, old)
    if isinstance(holder, cst.Arg):
        call = _parent(tree, holder)
        if isinstance(call, cst.Call) and dotted(call.func) == "bool" and len(call.args) == 1:
            old = call
            holder = _parent(tree, old)
    if isinstance(holder, cst.UnaryOperation) and isinstance(holder.operator, cst.Not):
        return holder, True
    return old, False


def _tested(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether only the truth of the expression matters where it stands."""
    match _parent(tree, node):
        case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test) | cst.Assert(test=test):
            return test is node
        case cst.UnaryOperation(operator=cst.Not()) | cst.CompIf():
            return True
        case cst.BooleanOperation() as operation:
            return _tested(tree, operation) or _is_bool_call(tree, operation)
        case _:
            return False


def _is_bool_call(tree: Tree, node: cst.BaseExpression) -> bool:
    holder = _parent(tree, node)
    call = _parent(tree, holder) if isinstance(holder, cst.Arg) else None
    return isinstance(call, cst.Call) and dotted(call.func) == "bool"


def _default_is_boolean(read: EnvCall) -> bool:
    return read.default is not None and dotted(read.default.value) in BOOLEANS


def _refuse_text_uses(tree: Tree, old: cst.BaseExpression) -> None:
    """Raise `RefusedError` if the name that is bound to the read is compared with a text, or has its methods called."""
    match _parent(tree, old):
        case cst.Assign(targets=[cst.AssignTarget(target=bound)]) | cst.AnnAssign(target=bound):
            name = dotted(bound)
        case _:
            return
    compared = any(name in _operands(node) for node in tree.nodes(cst.Comparison))
    called = any(dotted(call.func).startswith(f"{name}.") for call in tree.nodes(cst.Call))
    if name and (compared or called):
        raise RefusedError(f"{name} is also used as a text in this file")


def _operands(node: cst.Comparison) -> set[str]:
    return {dotted(node.left), *(dotted(part.comparator) for part in node.comparisons)}


def _parsed(read: EnvCall, negated: bool) -> cst.BaseExpression:
    call = code(read.call.with_changes(args=_text_default(read), lpar=[], rpar=[]))
    return cst.parse_expression(f"{call}.strip().lower() {'not in' if negated else 'in'} {TRUE_TEXTS}")


def _text_default(read: EnvCall) -> list[cst.Arg]:
    """The arguments with a default that is a text: `"false"` for False, `""` for None or none at all."""
    args = list(read.call.args)
    if read.default is None:
        args[-1] = args[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        return [*args, cst.Arg(cst.SimpleString('""'))]
    value = read.default.value
    if literal_text(value) is not None:
        return args
    match value:
        case cst.Name(value="True" | "False" as constant):
            text = constant.lower()
        case cst.Name(value="None"):
            text = ""
        case cst.Integer(value=number):
            text = number
        case _:
            raise RefusedError("the default of this variable is not a literal")
    args[args.index(read.default)] = read.default.with_changes(value=cst.SimpleString(quoted(text)))
    return args


def _with_cast(read: EnvCall) -> cst.Call:
    """`config("X", default=False, cast=bool)`; for the `env` object of its libraries `env.bool("X", default=False)`."""
    call = read.call
    if any(arg.keyword and arg.keyword.value == "cast" for arg in call.args) or len(call.args) > 2:
        raise RefusedError("this read has a cast already")
    name = dotted(call.func)
    if name.rpartition(".")[2] == "env":
        return call.with_changes(func=cst.Attribute(call.func, cst.Name("bool")))
    if "." in name:
        raise RefusedError("this read has a cast already")
    args = list(call.args)
    cast = cst.Arg(
        cst.Name("bool"),
        keyword=cst.Name("cast"),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
        comma=args[-1].comma,
    )
    args[-1] = args[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return call.with_changes(args=[*args, cast])


class ParseBooleanEnv(TargetedCodemod):
    """Run `parse_boolean_env` on the findings of the linter."""

    DESCRIPTION = 'Parse flags, so that the text "false" is false (AET206).'
    CODEMOD = "parse_boolean_env"
