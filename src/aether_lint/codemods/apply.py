"""Run codemods on one source text."""

import importlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType

from msgspec import Struct

from aether_lint.codemods.rewrite import check_outside, overlapping, rewrite
from aether_lint.codemods.target import WAITS, RefusedError, Target
from aether_lint.codemods.tree import Edit, Tree

Planner = Callable[[Tree, Target], Edit]


class Applied(Struct, frozen=True):
    """The text after the fixes. `outcomes` says for each target, in order, why it was not fixed: "" where it was."""

    text: str
    outcomes: tuple[str, ...]


def apply(text: str, targets: Sequence[Target]) -> Applied:
    """The text with every target fixed that can be; lines outside of the edits are the same to the byte.

    A target that shares lines with an earlier one waits (`WAITS`): run again on the result.
    """
    try:
        tree = Tree.parse(text)
    except RefusedError as refusal:
        return Applied(text, tuple(str(refusal) for _ in targets))
    edits, outcomes = plan_all(tree, targets)
    if not edits:
        return Applied(text, outcomes)
    try:
        after = rewrite(tree, edits).code
        check_outside(tree, edits, after)
    except RefusedError as refusal:
        return Applied(text, tuple(outcome or str(refusal) for outcome in outcomes))
    return Applied(after, outcomes)


def plan_all(tree: Tree, targets: Sequence[Target]) -> tuple[list[Edit], tuple[str, ...]]:
    """The edits that can be made together, and for each target why there is none ("" where there is)."""
    edits: dict[object, Edit] = {}
    outcomes: list[str] = []
    for target in targets:
        try:
            edit = planner(target.codemod)(tree, target)
        except RefusedError as refusal:
            outcomes.append(str(refusal))
            continue
        if overlapping(tree.span(edit.node), [tree.span(other.node) for other in edits.values()]):
            outcomes.append(WAITS)
            continue
        edits[edit.node] = edit
        outcomes.append("")
    return list(edits.values()), tuple(outcomes)


def planner(codemod: str) -> Planner:
    """The `plan` function of a codemod. Raises `RefusedError` where no codemod has this name."""
    plan: Planner | None = getattr(_module(codemod), "plan", None)
    if plan is None:
        raise RefusedError(f"there is no codemod named {codemod}")
    return plan


@cache
def _module(codemod: str) -> ModuleType | None:
    if not re.fullmatch(r"[a-z][a-z_]*", codemod):
        return None
    try:
        return importlib.import_module(f"aether_lint.codemods.{codemod}")
    except ModuleNotFoundError:
        return None
