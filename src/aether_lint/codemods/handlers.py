"""Edits of exception handlers: names, the statements that stay, a raise at the end, a `try` that can go."""

from collections.abc import Sequence
from typing import Any

import libcst as cst

from aether_lint.codemods.target import RefusedError, Target
from aether_lint.codemods.tree import Tree, code, dotted, names_in, quoted

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
HANDLER_NAMES = ("exc", "error", "failure", "exc_info_")
JUMPS = (cst.Return, cst.Continue, cst.Break, cst.Pass)
BINDINGS = (cst.Assign, cst.AnnAssign)
_TELL = (
    "print",
    "log",
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "fatal",
    "notify",
    "alert",
)
_COUNT = ("inc", "increment", "incr", "observe", "record", "count", "emit", "capture_exception", "capture_message")
_CLEAN_UP = ("close", "aclose", "disconnect", "rollback", "release")
REPORT_VERBS = frozenset((*_TELL, *_COUNT, *_CLEAN_UP))
LOGGERS = frozenset({"log", "logger", "logging", "warnings"})
SUITES = (cst.IndentedBlock, cst.SimpleStatementSuite)

Suite = cst.IndentedBlock | cst.SimpleStatementSuite
Part = cst.BaseStatement | cst.BaseSmallStatement


def handler_at(tree: Tree, target: Target) -> cst.ExceptHandler:
    """The innermost handler that holds the start of the target, or the only one of the `try` that starts there."""
    holding = tree.around(target.span, cst.ExceptHandler, cst.ExceptStarHandler)
    if not holding:
        tries = tree.around(target.span, cst.Try)
        if tries and tree.span(tries[0]).line == target.span.line and len(tries[0].handlers) == 1:
            return tries[0].handlers[0]
        raise RefusedError("no exception handler at this place")
    if not isinstance(holding[0], cst.ExceptHandler):
        raise RefusedError("an `except*` handler cannot be changed automatically")
    return holding[0]


def in_handler(tree: Tree, target: Target) -> bool:
    """Whether the target lies in a handler, or starts a `try`."""
    if tree.around(target.span, cst.ExceptHandler, cst.ExceptStarHandler):
        return True
    return any(tree.span(statement).line == target.span.line for statement in tree.around(target.span, cst.Try)[:1])


def try_of(tree: Tree, handler: cst.ExceptHandler) -> cst.Try:
    """The `try` statement of a handler."""
    return next(statement for statement in tree.nodes(cst.Try) if handler in statement.handlers)


def statement_in_handler(tree: Tree, handler: cst.ExceptHandler, target: Target) -> tuple[cst.BaseSuite, Part] | None:
    """The statement of the handler that starts where the target starts, and its suite; None on the `except` line."""
    start = (target.span.line, target.span.column)
    for suite in tree.around(target.span, *SUITES):
        if suite is not handler.body and not _inside(tree, suite, handler.body):
            continue
        for part in small_parts(suite):
            place = tree.span(part)
            if (place.line, place.column) <= start < (place.end_line, place.end_column):
                return suite, part
    return None


def _inside(tree: Tree, inner: cst.CSTNode, outer: cst.CSTNode) -> bool:
    return inner in tree.within(tree.span(outer), *SUITES)


def caught_names(handler: cst.ExceptHandler) -> list[str]:
    """Dotted names of what the handler catches; empty for a bare `except`, an empty text for what is no name."""
    match handler.type:
        case None:
            return []
        case cst.Tuple(elements=elements):
            return [dotted(element.value) for element in elements]
        case single:
            return [dotted(single)]


def catches_import_errors_only(handler: cst.ExceptHandler) -> bool:
    """Whether nothing but import errors gets here."""
    names = caught_names(handler)
    return bool(names) and all(name in IMPORT_ERRORS for name in names)


def name_of(tree: Tree, handler: cst.ExceptHandler) -> str:
    """The name of the caught error: the handler's own, else one that is free in the module."""
    if handler.name is not None:
        return code(handler.name.name)
    taken = _names_outside_handlers(tree, handler)
    return next(name for name in (*HANDLER_NAMES, *(f"exc_{number}" for number in range(2, 999))) if name not in taken)


def named(handler: cst.ExceptHandler, name: str) -> cst.ExceptHandler:
    """The handler with `as name`; a bare `except:` becomes `except BaseException as name:`."""
    if handler.name is not None:
        return handler
    caught, space = handler.type, handler.whitespace_after_except
    if caught is None:
        caught, space = cst.Name("BaseException"), cst.SimpleWhitespace(" ")
    elif isinstance(caught, cst.Tuple) and not caught.lpar:
        caught = caught.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    as_name = cst.AsName(cst.Name(name), whitespace_before_as=cst.SimpleWhitespace(" "))
    return handler.with_changes(type=caught, whitespace_after_except=space, name=as_name)


def without_needless_name(handler: cst.ExceptHandler, body: cst.BaseSuite) -> cst.ExceptHandler:
    """The handler with this body, and without a name that only what has gone used."""
    match handler.name:
        case cst.AsName(name=cst.Name(value=name)) if name in names_in(handler.body) and name not in names_in(body):
            return handler.with_changes(body=body, name=None)
        case _:
            return handler.with_changes(body=body)


def retries(tree: Tree, handler: cst.ExceptHandler) -> bool:
    """Whether the handler waits for another round of a loop around it."""
    if "sleep" not in {dotted(call.func).rpartition(".")[2] for call in tree.within(tree.span(handler), cst.Call)}:
        return False
    holders = tree.around(tree.span(handler), cst.For, cst.While, cst.FunctionDef)
    return bool(holders) and not isinstance(holders[0], cst.FunctionDef)


def _names_outside_handlers(tree: Tree, handler: cst.ExceptHandler) -> set[str]:
    """Names used where a handler does not itself bind them, or in a handler around or inside this one."""
    finder = _OutsideNames(handler)
    tree.module.visit(finder)
    return finder.found


class _OutsideNames(cst.CSTVisitor):
    def __init__(self, within: cst.ExceptHandler) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._within = within
        self._bound: list[str] = []

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:  # noqa: N802 - libcst calls it by this name
        self._bound.append(code(node.name.name) if node.name else "")
        if node is self._within:
            self.found |= set(self._bound) | names_in(node)

    def leave_ExceptHandler(self, original_node: cst.ExceptHandler) -> None:  # noqa: N802
        self._bound.pop()

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802
        if node.value not in self._bound:
            self.found.add(node.value)


def is_only_raise(suite: cst.BaseSuite) -> bool:
    """Whether the suite is a bare `raise` and nothing else."""
    parts = small_parts(suite)
    return len(parts) == 1 and isinstance(parts[0], cst.Raise) and parts[0].exc is None


def small_parts(suite: cst.BaseSuite) -> list[Part]:
    """The statements of a suite; those that share a line one by one."""
    if isinstance(suite, cst.SimpleStatementSuite):
        return list(suite.body)
    parts: list[Part] = []
    for statement in suite.body:
        parts += statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
    return parts


def is_report(part: Part) -> bool:
    """Whether the statement only tells somebody, or cleans up: a log line, a counter, a closed connection."""
    match part:
        case cst.Expr(value=cst.Call(func=function) | cst.Await(expression=cst.Call(func=function))):
            owner, _, verb = code(function).rpartition(".")
            return verb in REPORT_VERBS or owner.rpartition(".")[2].strip("_").lower() in LOGGERS
        case _:
            return False


def reports_at_start(parts: Sequence[Part]) -> int:
    """How many statements at the start are reports."""
    return next((index for index, part in enumerate(parts) if not is_report(part)), len(parts))


def with_statements(suite: cst.BaseSuite, keep: Sequence[Part], added: Sequence[cst.BaseSmallStatement]) -> Suite:
    """The suite reduced to the parts in `keep`, in their lines, with the added statements each on a line of its own.

    Comments above a line that goes stay, above the first added statement.
    """
    if isinstance(suite, cst.SimpleStatementSuite):
        kept = [part for part in suite.body if part in keep]
        return suite.with_changes(body=_joined([*kept, *added]))
    lines: list[Any] = []
    comments: list[cst.EmptyLine] = []
    for line in suite.body:
        parts = line.body if isinstance(line, cst.SimpleStatementLine) else [line]
        kept_here: list[Any] = [part for part in parts if part in keep]
        if not kept_here:
            comments += [above for above in getattr(line, "leading_lines", ()) if above.comment]
        elif len(kept_here) == len(parts):
            lines.append(line)
        else:
            lines.append(line.with_changes(body=_joined(kept_here)))
    for statement in added:
        lines.append(cst.SimpleStatementLine([statement], leading_lines=comments))
        comments = []
    assert isinstance(suite, cst.IndentedBlock)
    return suite.with_changes(body=lines)


def _joined(parts: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseSmallStatement]:
    """Statements for one line; the last has no semicolon."""
    semicolon = cst.Semicolon(whitespace_after=cst.SimpleWhitespace(" "))
    joined = [
        part if isinstance(part.semicolon, cst.Semicolon) else part.with_changes(semicolon=semicolon)
        for part in parts[:-1]
    ]
    return [*joined, parts[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]


def raise_import_error(distribution: str, subject: str, name: str) -> cst.BaseSmallStatement:
    """`raise ImportError("… install DISTRIBUTION") from NAME`; without a name the cause is left to the context."""
    purpose = f" for {subject}" if subject else ""
    message = quoted(f"{distribution} is required{purpose}: install {distribution}")
    cause = f" from {name}" if name else ""
    return small(f"raise ImportError({message}){cause}")


def small(text: str) -> cst.BaseSmallStatement:
    """One simple statement, parsed."""
    line = cst.parse_statement(text)
    assert isinstance(line, cst.SimpleStatementLine)
    return line.body[0]


def can_unwrap(statement: cst.Try, handler: cst.ExceptHandler) -> bool:
    """Whether the `try` can go: one handler, no `finally`, and no comment that would be lost with its lines.

    `handler` is what the fix would leave of the handler.
    """
    if len(statement.handlers) != 1 or statement.finalbody is not None:
        return False
    suites = [statement.body, *([statement.orelse.body] if statement.orelse else [])]
    return not any(_margin_comments(suite) for suite in suites) and "#" not in code(handler)


def _margin_comments(suite: cst.BaseSuite) -> bool:
    if not isinstance(suite, cst.IndentedBlock):
        return False
    return suite.header.comment is not None or any(line.comment for line in suite.footer)


def unwrapped(statement: cst.Try) -> cst.FlattenSentinel[cst.BaseStatement]:
    """The statements of a `try` and of its `else`, in its place."""
    lines = statement_lines(statement.body)
    if statement.orelse:
        lines += statement_lines(statement.orelse.body)
    return in_place_of(statement, lines)


def in_place_of(
    statement: cst.Try | cst.With, lines: Sequence[cst.BaseStatement], comments: Sequence[cst.EmptyLine] = ()
) -> cst.FlattenSentinel[cst.BaseStatement]:
    """The lines, the first with what stood above `statement`, and the comments."""
    first: Any = lines[0]
    first = first.with_changes(leading_lines=[*statement.leading_lines, *comments, *first.leading_lines])
    return cst.FlattenSentinel([first, *lines[1:]])


def statement_lines(suite: cst.BaseSuite) -> list[cst.BaseStatement]:
    """The statements of a suite as lines that can stand in another block."""
    if isinstance(suite, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(suite.body, trailing_whitespace=suite.trailing_whitespace)]
    return list(suite.body)  # type: ignore[arg-type]
