"""A code frame: the lines of a span with their numbers, and carets below what is meant."""

from collections.abc import Sequence

from aether_lint.model import Severity, Span
from aether_lint.report.escape import escape
from aether_lint.report.style import Style

TAB_WIDTH = 4
MAX_WIDTH = 140  # cells of a source line that are shown; the rest of a longer line is cut
MAX_LINES = 8  # lines of one span that are shown; the middle of a longer one is cut
_HEAD, _TAIL = 5, 2


def frame(
    lines: Sequence[str],
    span: Span,
    style: Style,
    *,
    context: int,
    severity: Severity | None = None,
    width: int = 0,
) -> list[str]:
    """The printed lines of a frame, without line ends; none where the span is not in the source.

    `context` counts the lines shown before and after the span, `width` is the least width of the line numbers.
    The place of a finding (with a severity) is marked by carets, a related place by dashes.
    """
    if not 1 <= span.line <= len(lines):
        return []
    last = min(max(span.end_line, span.line), len(lines))
    shown = range(max(1, span.line - context), min(len(lines), last + context) + 1)
    while len(shown) > 1 and shown[0] < span.line and not lines[shown[0] - 1].strip():
        shown = shown[1:]
    while len(shown) > 1 and shown[-1] > last and not lines[shown[-1] - 1].strip():
        shown = shown[:-1]
    width = max(width, len(str(shown[-1])))
    mark = "^" if severity else "-"
    body = _single(lines, span, shown, mark) if last == span.line else _multiple(lines, span, last, shown, mark)
    printed = [style.margin(f"{'':>{width}} |")]
    for number, text, marked in body:
        margin = f"{number:>{width}} |" if number != "..." else f"{number:<{width}}  "
        if marked:
            text = style.severity(severity, text) if severity else style.margin(text)
        printed.append(f"{style.margin(margin)} {text}".rstrip())
    return printed


def _single(lines: Sequence[str], span: Span, shown: range, mark: str) -> list[tuple[str, str, bool]]:
    """Rows (number, text, is it a mark) of a span within one line."""
    line = lines[span.line - 1]
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    first, length = cells(line[:start]), max(1, cells(line[start:end].rstrip()))
    offset = max(0, first - MAX_WIDTH // 2) if cells(line) > MAX_WIDTH else 0
    length = min(length, MAX_WIDTH - (first - offset))
    rows: list[tuple[str, str, bool]] = []
    for number in shown:
        rows.append((str(number), _cut(_display(lines[number - 1]), offset), False))
        if number == span.line:
            rows.append(("", " " * (first - offset) + mark * length, True))
    return rows


def _multiple(lines: Sequence[str], span: Span, last: int, shown: range, mark: str) -> list[tuple[str, str, bool]]:
    """Rows of a span over several lines: a bar from its first line to a caret under its end."""
    total = last - span.line + 1
    rows: list[tuple[str, str, bool]] = []
    for number in shown:
        inside = span.line <= number <= last
        position = number - span.line
        if inside and total > MAX_LINES and _HEAD <= position < total - _TAIL:
            if position == _HEAD:
                rows.append(("...", "|", False))
            continue
        bar = ("/" if number == span.line else "|") if inside else " "
        rows.append((str(number), f"{bar} {_cut(_display(lines[number - 1]), 0)}", False))
        if number == last:
            end = max(1, min(cells(lines[last - 1][: span.end_column - 1]), MAX_WIDTH))
            rows.append(("", f"|{'_' * end}{mark}", True))
    return rows


def cells(text: str) -> int:
    """How many terminal cells the displayed text takes."""
    shown = _display(text)
    if shown.isascii():
        return len(shown)
    from unicodedata import combining, east_asian_width  # rare: a frame with letters beyond ASCII

    return sum(0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in shown)


def _display(line: str) -> str:
    return escape(line.replace("\t", " " * TAB_WIDTH))


def _cut(text: str, offset: int) -> str:
    text = text.rstrip()
    if len(text) <= MAX_WIDTH:
        return text
    part = text[offset : offset + MAX_WIDTH]
    head = "…" if offset else ""
    tail = "…" if offset + MAX_WIDTH < len(text) else ""
    return f"{head}{part[len(head) :]}{tail}"
