"""Compare a secret in constant time (AET304): `token == SECRET` becomes a call of `hmac.compare_digest`.

The target is the test; the argument `operand` is the last name of the secret's side. `compare_digest` raises where an
operand is None or a text beyond ASCII, hence both are encoded, and a value that is no text is unequal, as with `==`.
"""

import libcst as cst

from aether_lint.codemods.command import TargetedCodemod
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Import, Tree, code

LOOSE = (cst.If, cst.While, cst.Assert, cst.Assign, cst.Return)  # what may hold a bare `not` or `and`
TEXT_METHODS = frozenset({"hexdigest", "decode", "strip", "lower", "upper"})


def plan(tree: Tree, target: Target) -> Edit:
    """Raises `RefusedError` where the test has no single comparison of the secret, or an operand has effects."""
    comparison = _comparison(tree, target)
    part = comparison.comparisons[0]
    if not isinstance(part.operator, (cst.Equal, cst.NotEqual)):
        raise RefusedError("the secret is not compared by == or != here")
    sides = (comparison.left, part.comparator)
    checks = [f"isinstance({code(side)}, str)" for side in sides if not _is_text(side)]
    left, right = (code(side) for side in sides)
    call = f"hmac.compare_digest({left}.encode(), {right}.encode())"
    text = " and ".join([*checks, call])
    if isinstance(part.operator, cst.NotEqual):
        text = f"not ({text})" if checks else f"not {text}"
    tight = not isinstance(_holder(tree, comparison), LOOSE) and (checks or text.startswith("not "))
    compared = cst.parse_expression(f"({text})" if tight else text)
    return Edit(comparison, lambda updated: compared, imports=(Import("hmac"),))


def _holder(tree: Tree, node: cst.CSTNode) -> cst.CSTNode | None:
    holders: list[cst.CSTNode] = tree.around(tree.span(node))
    return next((holder for holder in holders if node in holder.children), None)


def _comparison(tree: Tree, target: Target) -> cst.Comparison:
    candidates = [*tree.within(target.span, cst.Comparison), *tree.around(target.span, cst.Comparison)]
    operand = target.arguments.get("operand", "")
    for node in candidates:
        if len(node.comparisons) == 1 and operand and any(_last(s) == operand for s in _sides(node)):
            return node
    raise RefusedError("no comparison of the secret at this place")


def _sides(node: cst.Comparison) -> tuple[cst.BaseExpression, cst.BaseExpression]:
    return node.left, node.comparisons[0].comparator


def _last(node: cst.BaseExpression) -> str:
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
        case cst.Call(func=func):
            return _last(func)
        case _:
            return ""


def _is_text(node: cst.BaseExpression) -> bool:
    """Whether an operand is surely a text; raises where it is neither that nor a plain name that can be asked twice."""
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name)), args=[]) if name in TEXT_METHODS:
            return True
        case cst.Name():
            return False
        case cst.Attribute(value=inner):
            while isinstance(inner, cst.Attribute):
                inner = inner.value
            if isinstance(inner, cst.Name):
                return False
    raise RefusedError("an operand is computed in the comparison: bind it to a name first")


class CompareDigest(TargetedCodemod):
    """Run `compare_digest` on the findings of the linter."""

    DESCRIPTION = "Compare secrets in constant time (AET304)."
    CODEMOD = "compare_digest"
