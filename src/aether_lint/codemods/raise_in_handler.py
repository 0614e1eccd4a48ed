"""Let a handler raise where it installs a weaker replacement (AET101, AET102).

The target lies in the handler: at the statement that installs the replacement, or on the `except` line. It may
also be a `with suppress(...)`, which goes, or a statement that takes the replacement because of what a handler left.
Arguments, all optional:

- `kind`: `import` (the body becomes one raise) or `runtime` (the replacement becomes a raise, reports stay);
  without it, `import` where a distribution is given or only import errors are caught
- `distribution`: what to install, named by the raise of an import handler; without it the `try` is unwrapped
- `subject`: what needs it, for the message
- `guard`: `package.module:callable`, called before the replacement instead of an unconditional raise
"""

import libcst as cst

from aether_lint.codemods.append_raise import ending_in_raise, kept_before_raise, suppress_at, without_suppress
from aether_lint.codemods.command import TargetedCodemod
from aether_lint.codemods.guard import insert_guard
from aether_lint.codemods.handlers import (
    BINDINGS,
    JUMPS,
    Part,
    can_unwrap,
    catches_import_errors_only,
    handler_at,
    in_handler,
    is_report,
    name_of,
    named,
    raise_import_error,
    small,
    small_parts,
    statement_in_handler,
    try_of,
    unwrapped,
    with_statements,
)
from aether_lint.codemods.require_config import raise_instead
from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Edit, Tree, names_in


def plan(tree: Tree, target: Target) -> Edit:
    """Raises `RefusedError` where there is no handler, or where it raises already."""
    suppressing = suppress_at(tree, target)
    if suppressing is not None:
        return without_suppress(suppressing)
    if not in_handler(tree, target):
        return raise_instead(tree, target)
    handler = handler_at(tree, target)
    if "guard" in target.arguments:
        return insert_guard(tree, handler, target)
    if _on_import(handler, target):
        return _raise_import_error(tree, handler, target)
    place = statement_in_handler(tree, handler, target)
    if place is None:
        keep = _reports(handler)
        return ending_in_raise(tree, handler, with_statements(handler.body, keep, [small("raise")]))
    suite, part = place
    body = _raising_instead(suite, part)
    if suite is handler.body:
        return ending_in_raise(tree, handler, body)
    return Edit(suite, lambda updated: body)


def _on_import(handler: cst.ExceptHandler, target: Target) -> bool:
    kind = target.arguments.get("kind", "")
    return kind == "import" or (
        not kind and ("distribution" in target.arguments or catches_import_errors_only(handler))
    )


def _raise_import_error(tree: Tree, handler: cst.ExceptHandler, target: Target) -> Edit:
    match small_parts(handler.body):
        case [cst.Raise()]:
            raise RefusedError("the handler raises already")
        case _:
            pass
    distribution = target.arguments.get("distribution", "")
    statement = try_of(tree, handler)
    if not distribution and can_unwrap(statement, _with_body(handler, small("raise"))):
        return Edit(statement, unwrapped)
    if not distribution:
        return Edit(handler, lambda updated: _with_body(updated, small("raise")))
    bare = handler.type is None
    name = "" if bare else name_of(tree, handler)
    raising = raise_import_error(distribution, target.arguments.get("subject", ""), name)
    return Edit(handler, lambda updated: _with_body(updated if bare else named(updated, name), raising))


def _with_body(handler: cst.ExceptHandler, statement: cst.BaseSmallStatement) -> cst.ExceptHandler:
    return handler.with_changes(body=with_statements(handler.body, [], [statement]))


def _raising_instead(suite: cst.BaseSuite, stand_in: Part) -> cst.BaseSuite:
    """The suite with `raise` in place of the statement: what stood before and the reports after it stay."""
    parts = small_parts(suite)
    index = parts.index(stand_in)
    keep = parts[:index] + [part for part in parts[index + 1 :] if is_report(part)]
    return with_statements(suite, keep, [small("raise")])


def _reports(handler: cst.ExceptHandler) -> list[Part]:
    """What stays when the handler raises: no jump at its end, no binding that neither the error nor a report needs."""
    parts = kept_before_raise(handler.body)
    needed = {handler.name.name.value} if handler.name and isinstance(handler.name.name, cst.Name) else set()
    kept: list[Part] = []
    for part in reversed(parts):
        names = names_in(part)
        if isinstance(part, JUMPS) or (isinstance(part, BINDINGS) and not names & needed):
            continue
        needed |= names
        kept.insert(0, part)
    return kept


class RaiseInHandler(TargetedCodemod):
    """Run `raise_in_handler` on the findings of the linter."""

    DESCRIPTION = "Let handlers raise where they install a weaker replacement (AET101, AET102)."
    CODEMOD = "raise_in_handler"
