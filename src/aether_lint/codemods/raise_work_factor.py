"""Raise the cost of password hashing to the minimum (AET306), where it is a literal at the call.

Arguments: `keyword` and `position` (0-based, -1: keyword only) of the cost, and its new `value`.
"""

import libcst as cst

from aether_lint.codemods.command import TargetedCodemod
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Tree


def plan(tree: Tree, target: Target) -> Edit:
    """Raises `RefusedError` where the cost is no literal of the call."""
    wanted = cst.Integer(target.arguments["value"])
    for call in (*tree.around(target.span, cst.Call), *tree.within(target.span, cst.Call)):
        if tree.span(call) != target.span:
            continue
        cost = _cost(call, target.arguments)
        if cost is not None:
            return Edit(cost, lambda updated: wanted)
    raise RefusedError("the cost is not a literal of this call")


def _cost(call: cst.Call, arguments: dict[str, str]) -> cst.Integer | None:
    for number, arg in enumerate(call.args):
        named = arg.keyword.value == arguments["keyword"] if arg.keyword else number == int(arguments["position"])
        if named and isinstance(arg.value, cst.Integer):
            return arg.value
    return None


class RaiseWorkFactor(TargetedCodemod):
    """Run `raise_work_factor` on the findings of the linter."""

    DESCRIPTION = "Raise the cost of password hashing to the minimum (AET306)."
    CODEMOD = "raise_work_factor"
