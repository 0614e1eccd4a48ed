"""Refuse to go on without a setting or a dependency, at the place that would take the replacement (AET103, AET104).

The target is the statement that installs or returns the replacement, or a conditional expression that chooses it.
Arguments, all optional: `variable`, the setting that is missing; `distribution`, what is not installed; `subject`,
what needs it; `message`, the whole text of the error; `guard`, `package.module:callable`, to call before the
replacement instead of an unconditional raise. A default in a read of the environment goes, as with `require_env`.
"""

from typing import Any

import libcst as cst

from aether_lint.codemods import require_env
from aether_lint.codemods.command import TargetedCodemod
from aether_lint.codemods.env_calls import key_text, literal_text
from aether_lint.codemods.guard import guard_call, guard_import, insert_before, same_call
from aether_lint.codemods.handlers import SUITES, Part, is_report, small, small_parts, with_statements
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Tree, code, dotted, quoted, raising_if


def plan(tree: Tree, target: Target) -> Edit:
    """Raises `RefusedError` where there is neither a statement in a block nor an expression that chooses."""
    choice = _choice(tree, target)
    if choice is not None:
        return _required_choice(tree, target, *choice)
    tail = _or_tail(tree, target)
    if tail is not None:
        return _required_tail(tree, target, *tail)
    return _required_read(tree, target) or raise_instead(tree, target)


def _required_read(tree: Tree, target: Target) -> Edit | None:
    """The edit of `require_env`, where the target holds the default of its variable."""
    variable = target.arguments.get("variable", "")
    read = require_env.read_at(tree, target)
    if read is not None and variable and key_text(read) != variable and literal_text(read.key.value) is not None:
        return None
    try:
        return require_env.plan(tree, target)
    except RefusedError:
        return None


def raise_instead(tree: Tree, target: Target) -> Edit:
    """A raise, or the guard and then what stood there, in place of the statement at the target."""
    for suite in tree.around(target.span, *SUITES)[:1]:
        for part in small_parts(suite):
            place = tree.span(part)
            if (
                (place.line, place.column)
                <= (target.span.line, target.span.column)
                < (place.end_line, place.end_column)
            ):
                return _raise_in(tree, target, suite, part)
    raise RefusedError("no statement in a block at this place")


def _raise_in(tree: Tree, target: Target, suite: cst.BaseSuite, part: Part) -> Edit:
    if isinstance(part, cst.Raise):
        raise RefusedError("this place raises already")
    if isinstance(part, cst.If):
        suite, part = part.body, small_parts(part.body)[0]
    parts = small_parts(suite)
    _check_arm(tree, suite, part)
    before = parts[: parts.index(part)]
    if "guard" in target.arguments:
        call = guard_call(tree, target, "None")
        if before and same_call(before[-1], call):
            raise RefusedError("the guard is called here already")
        guarded = insert_before(suite, parts.index(part), call)
        return Edit(suite, lambda updated: guarded, imports=(guard_import(tree, target),))
    reports = [later for later in parts[parts.index(part) :] if is_report(later)]
    raising = with_statements(suite, [*before, *reports], [missing(target)])
    return Edit(suite, lambda updated: raising)


def _check_arm(tree: Tree, suite: cst.BaseSuite, part: Part) -> None:
    """Raise `RefusedError` unless all that follows in the block is the replacement's: an arm, or the last return."""
    arms = tree.around(tree.span(suite), cst.If, cst.Else, cst.ExceptHandler, cst.MatchCase)
    if any(suite in arm.children for arm in arms):
        return
    if small_parts(suite)[-1] is not part or not isinstance(part, cst.Return):
        raise RefusedError("a raise here would also stop what does not depend on the replacement")


def missing(target: Target) -> cst.BaseSmallStatement:
    """`raise RuntimeError("…")` with what is missing and what needs it."""
    subject = target.arguments.get("subject", "")
    purpose = f" for {subject}" if subject else ""
    if "message" in target.arguments:
        return small(f"raise RuntimeError({quoted(target.arguments['message'])})")
    variable, distribution = target.arguments.get("variable", ""), target.arguments.get("distribution", "")
    if variable:
        return small(f"raise RuntimeError({quoted(f'{variable} is required{purpose} and is not set')})")
    if distribution:
        message = quoted(f"{distribution} is required{purpose}: install {distribution}")
        return small(f"raise ImportError({message})")
    problem = f"{subject} cannot be reached" if subject else "a setting or service that is required is missing"
    return small(f"raise RuntimeError({quoted(problem)})")


def _choice(tree: Tree, target: Target) -> tuple[cst.SimpleStatementLine, cst.IfExp] | None:
    """The statement `return A if x else B` or `name = A if x else B` at the target."""
    for line in tree.around(target.span, cst.SimpleStatementLine)[:1]:
        match line.body:
            case [cst.Assign(value=cst.IfExp() as value) | cst.Return(value=cst.IfExp() as value)]:
                return line, value
            case [cst.AnnAssign(value=cst.IfExp() as value)]:
                return line, value
            case _:
                pass
    return None


def _or_tail(tree: Tree, target: Target) -> tuple[cst.SimpleStatementLine, cst.BooleanOperation, str] | None:
    """The statement `name = A or B()`, its expression, and the name."""
    for line in tree.around(target.span, cst.SimpleStatementLine)[:1]:
        match line.body:
            case [cst.Assign(targets=[cst.AssignTarget(target=bound)], value=cst.BooleanOperation() as value)]:
                pass
            case [cst.AnnAssign(target=bound, value=cst.BooleanOperation() as value)]:
                pass
            case _:
                return None
        if isinstance(value.operator, cst.Or) and isinstance(value.right, cst.Call) and dotted(bound):
            return line, value, dotted(bound)
    return None


def _required_tail(
    tree: Tree, target: Target, line: cst.SimpleStatementLine, value: cst.BooleanOperation, name: str
) -> Edit:
    """The statement without what stands after `or`, and a raise where that leaves nothing."""
    if "guard" in target.arguments:
        raise RefusedError("a guard cannot stand in an expression")
    kept = value.left if not value.lpar else value.left.with_changes(lpar=value.lpar, rpar=value.rpar)
    statement: Any = line.deep_replace(value, kept)
    check = raising_if(f"not {name}", missing(target), tree.indent_at(target.span))
    return Edit(line, lambda updated: cst.FlattenSentinel([statement, check]))


def _required_choice(tree: Tree, target: Target, line: cst.SimpleStatementLine, choice: cst.IfExp) -> Edit:
    """`if not x: raise …` before the statement, which takes the arm that is not the replacement."""
    if "guard" in target.arguments:
        raise RefusedError("a guard cannot stand in a conditional expression")
    kept, test = choice.body, f"not {_operand(choice.test)}"
    if tree.lies_in(choice.body, target.span) and not tree.lies_in(choice, target.span):
        kept, test = choice.orelse, code(choice.test)
    check = raising_if(test, missing(target), tree.indent_at(target.span))
    statement: Any = line.deep_replace(choice, kept)
    lines = [check.with_changes(leading_lines=line.leading_lines), statement.with_changes(leading_lines=[])]
    return Edit(line, lambda updated: cst.FlattenSentinel(lines))


def _operand(test: cst.BaseExpression) -> str:
    plain = dotted(test) or (isinstance(test, cst.Call) and not test.lpar)
    return code(test) if plain else f"({code(test)})"


class RequireConfig(TargetedCodemod):
    """Run `require_config` on the findings of the linter."""

    DESCRIPTION = "Raise where a missing setting or dependency picks a replacement (AET103, AET104)."
    CODEMOD = "require_config"
