"""flake8's `# noqa`, as flake8 itself applies it: by physical lines, joined where a string or a backslash joins them.

Source of the facts: flake8.processor.FileProcessor._noqa_line_mapping and flake8.violation.Violation.
"""

import io
import re
import tokenize

from aether_lint.lower.comments import NOQA, lines_of, noqa_codes

_JOINS = re.compile(r'"""|\'\'\'|\\$')
_SKIPPED = frozenset((tokenize.ENDMARKER, tokenize.DEDENT))
_ENDS = frozenset((tokenize.NL, tokenize.NEWLINE))


class NoqaLines:
    """Which `# noqa` holds for each line of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = lines_of(text)
        self._ranges: dict[int, tuple[int, int]] | None = None

    def holding(self, line: int) -> tuple[int, tuple[str, ...]] | None:
        """The line of the comment that holds for `line` (both 1-based) and its codes, none for all; or None."""
        first, last = self._range_of(line)
        joined = "\n".join(self._lines[first - 1 : last])
        match = NOQA.search(joined)
        if match is None:
            return None
        return first + joined.count("\n", 0, match.start()), noqa_codes(match["codes"] or "")

    def _range_of(self, line: int) -> tuple[int, int]:
        """The first and the last of the lines that flake8 takes for one with `line`."""
        if self._ranges is None:
            # to find out costs 1 ms a kilobyte, and is in vain where nothing can join lines
            joins = any(_JOINS.search(text) for text in self._lines)
            self._ranges = _ranges(self._text) if joins else {}
        return self._ranges.get(line, (line, line))


def _ranges(text: str) -> dict[int, tuple[int, int]]:
    ranges: dict[int, tuple[int, int]] = {}
    first, last = 0, 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _SKIPPED:
                continue
            first = min(first or token.start[0], token.start[0])
            last = max(last, token.end[0])
            if token.type in _ENDS:
                ranges.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first, last = 0, 0
    except (tokenize.TokenError, SyntaxError):
        return {}
    return ranges


def is_silenced(code: str, codes: tuple[str, ...]) -> bool:
    """Whether the codes of a `# noqa` mean a rule: none mean all, and a prefix is enough."""
    return not codes or code.startswith(codes)
