"""The function that is being lowered: where effects, guards and blocks are collected."""

from _ast import AST
from collections.abc import Callable, Sequence
from typing import Any

from aether_lint.facts import (
    POSITION_BITS,
    Attempt,
    Cond,
    Effect,
    EffectKind,
    Function,
    Guard,
    Loop,
    Position,
    Range,
    Result,
    Value,
    With,
    packed,
)
from aether_lint.lower.binders import ScopeTable
from aether_lint.lower.scope import Scope
from aether_lint.model import Span


class SpanReader:
    """Turns the positions of nodes (columns in UTF-8 bytes, 0-based) into spans (columns in characters, 1-based)."""

    def __init__(self, source: bytes) -> None:
        self._ascii = source.isascii()
        self._text = source
        self._lines: list[bytes] | None = None
        usual = source.count(b"\n") + source.count(b"\r") < _MOST and max(map(len, source.split(b"\n"))) < _MOST
        # the position of a node as effects and guards keep it
        self.at: Callable[[AST], Position] = _at if usual and self._ascii else self._packed

    def span(self, node: AST) -> Span:
        """The region of a node that has positions."""
        line, end_line = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        column, end_column = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        if self._ascii:
            return Span(line, column + 1, end_line, end_column + 1)
        return Span(line, self.column(line, column), end_line, self.column(end_line, end_column))

    def _packed(self, node: AST) -> Position:
        return packed(self.span(node))

    def column(self, line: int, offset: int) -> int:
        """The 1-based character column of a 0-based UTF-8 byte offset."""
        if self._ascii:
            return offset + 1
        if self._lines is None:
            self._lines = self._text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if line > len(self._lines):
            return offset + 1
        text = self._lines[line - 1]
        if text.isascii():
            return offset + 1
        if line == 1 and text.startswith(b"\xef\xbb\xbf"):
            text = text[3:]
        return len(text[:offset].decode("utf-8", "replace")) + 1

    def header(self, node: AST, end: AST | None) -> Span:
        """The first line of a compound statement: from its keyword to the end of `end`, or of the keyword alone."""
        span = self.span(node)
        if end is not None and (tail := self.span(end)).end_line == span.line:
            return Span(span.line, span.column, span.line, tail.end_column)
        return Span(span.line, span.column, span.line, span.column + len(type(node).__name__[:6]))


_MOST = 1 << POSITION_BITS


def _at(node: Any) -> int:
    """What `packed` makes of the span of a node, if lines and columns are small and columns count characters."""
    start: int = node.lineno << POSITION_BITS | node.col_offset
    end: int = node.end_lineno << POSITION_BITS | node.end_col_offset
    return start << 2 * POSITION_BITS | end


class ModuleState:
    """What the frames of one module share."""

    def __init__(self, scopes: ScopeTable, spans: SpanReader) -> None:
        self.scopes = scopes
        self.spans = spans
        self.functions: list[Function] = []
        self.imports: dict[str, None] = {}
        self.lambdas = 0
        self.has_main = False


class Frame:
    """One function under construction. `guard` is the index of the innermost guard in force, -1 for none.

    `fell` holds what is known where the last block was left at its end: the conditions that its early exits establish.
    """

    __slots__ = (
        "annotations", "at", "attempts", "effects", "fell", "generator", "guard", "guards", "key", "loops", "module",
        "scope", "withs",
    )  # fmt: skip

    def __init__(self, module: ModuleState, scope: Scope, key: str) -> None:
        self.module = module
        self.at = module.spans.at
        self.scope = scope
        self.key = key
        self.effects: list[Effect] = []
        self.guards: list[Guard] = []
        self.guard = -1
        self.attempts: list[Attempt] = []
        self.loops: list[Loop] = []
        self.withs: list[With] = []
        self.annotations: list[tuple[str, tuple[str, ...]]] = []
        self.generator = False
        self.fell: tuple[Guard, ...] = ()

    def emit(
        self,
        kind: EffectKind,
        node: AST,
        value: Value | None = None,
        place: str = "",
        args: tuple[Value, ...] = (),
        keywords: tuple[tuple[str, Value], ...] = (),
    ) -> Result:
        """Appends an effect at the position of `node`, under the guard in force."""
        effects = self.effects
        effects.append(Effect(kind, self.at(node), self.guard, place, value, args, keywords))
        return Result(len(effects) - 1)

    def push(self, cond: Cond, at: Position) -> int:
        """Puts `cond` in force on top of the present guard and returns the guard before, for `pop`."""
        before = self.guard
        self.guards.append(Guard(before, cond, at))
        self.guard = len(self.guards) - 1
        return before

    def pop(self, before: int) -> None:
        """Takes the guard back to what it was."""
        self.guard = before

    def above(self, before: int) -> tuple[Guard, ...]:
        """The guards in force on top of the guard `before`, outermost first."""
        found = []
        index = self.guard
        while index != before:
            found.append(self.guards[index])
            index = self.guards[index].parent
        return tuple(reversed(found))

    def push_all(self, guards: Sequence[Guard]) -> None:
        """Puts the conditions of some guards in force again, outermost first."""
        for guard in guards:
            self.push(guard.cond, guard.at)

    def here(self) -> int:
        """The index that the next effect will have."""
        return len(self.effects)

    def since(self, start: int) -> Range:
        """The effects from `start` up to now."""
        return Range(start, len(self.effects))
