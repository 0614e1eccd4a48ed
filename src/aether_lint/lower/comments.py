"""The comments of a file that ask for silence: `# aether: ignore[...]` and flake8's `# noqa`.

Nearly no file has one, so bytes are searched first; only where the words occur, the text is looked at, and only
for our own comments it is taken apart, because a text about them may stand in a string. flake8 looks at whole
lines, strings included, and so do we for `# noqa`.
"""

import re
from collections.abc import Iterator
from typing import Literal

from aether_lint.facts import Suppression
from aether_lint.model import Span

_OURS = re.compile(r"#\s*aether:\s*(?P<word>[A-Za-z_-]+)\s*(?P<rest>[^#]*)")
_OURS_IN_BYTES = re.compile(rb"#\s*aether:")
_IGNORE = re.compile(r"\[(?P<codes>[^\]]*)\](?P<tail>.*)", re.DOTALL)
_TAIL = re.compile(r"(?:\s+until=(?P<until>\S+))?(?:\s+--\s*(?P<reason>.*\S))?\s*")
_CODE = re.compile(r"AET\d{3,4}|[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
# flake8.defaults.NOQA_INLINE_REGEXP and NOQA_FILE
NOQA = re.compile(r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
_NOQA_FILE = re.compile(r"\s*# flake8[:=]\s*noqa(?P<codes>:\s?(?P<list>.*))?", re.IGNORECASE)

_FORM = "write `ignore[AET101] -- reason`, with `until=2027-01-31` before the reason if it shall end"


def suppressions_of(source: bytes) -> tuple[Suppression, ...]:
    """The suppressions of a Python file, in order. Never raises: what cannot be decoded has none."""
    ours = b"aether:" in source and _OURS_IN_BYTES.search(source) is not None
    noqa = b"noqa" in source.lower()
    if not (ours or noqa):
        return ()
    text = text_of(source)
    found: list[Suppression] = []
    if noqa:
        found += _noqas(text)
    if ours:
        for line, column, comment, alone in _comments(text):
            found += directives(comment, line, column, alone=alone)
    return tuple(sorted(found, key=lambda suppression: suppression.span))


def suppressions_of_config(source: bytes) -> tuple[Suppression, ...]:
    """The suppressions of a file with `#` comments that is no Python: TOML, YAML, INI, a makefile, a shell script.

    Strings are not told from comments there: a shell script within YAML may hold one, and must be able to.
    """
    if b"aether:" not in source:
        return ()
    found: list[Suppression] = []
    for number, line in enumerate(lines_of(text_of(source)), 1):
        start = re.search(r"(?:^|(?<=\s))#\s*aether:", line)
        if start:
            at = start.start()
            found += directives(line[at:], number, at + 1, alone=not line[:at].strip())
    return tuple(found)


def directives(comment: str, line: int, column: int, *, alone: bool = False) -> Iterator[Suppression]:
    """What a comment asks for; it begins at a line and column (1-based, in characters)."""
    for match in _OURS.finditer(comment):
        word, rest = match["word"], match["rest"].rstrip()
        if word not in ("ignore", "ignore-file") and not (rest.startswith("[") or word.startswith("ignore")):
            continue  # prose: a project may well be named like us
        kind: Literal["line", "file"] = "file" if word == "ignore-file" else "line"
        start = column + match.start()
        span = Span(line, start, line, start + len(match[0].rstrip()))
        codes, until, problem = _parse(word, rest)
        yield Suppression(kind, span, codes, alone, until, problem)


def _parse(word: str, rest: str) -> tuple[tuple[str, ...], str, str]:
    """Codes, day and problem."""
    if word not in ("ignore", "ignore-file"):
        return (), "", f"`{word}` is not known; {_FORM}"
    ignore = _IGNORE.fullmatch(rest)
    if ignore is None:
        return (), "", f"no rule is named; {_FORM}"
    codes = tuple(code.strip() for code in ignore["codes"].split(",") if code.strip())
    tail = _TAIL.fullmatch(ignore["tail"])
    if not codes:
        return (), "", f"no rule is named; {_FORM}"
    wrong = next((code for code in codes if not _CODE.fullmatch(code)), "")
    if wrong:
        return codes, "", f"`{wrong}` is no rule"
    if tail is None:
        return codes, "", f"what follows the rules is not understood; {_FORM}"
    until = tail["until"] or ""
    if until and not _is_day(until):
        return codes, "", f"`{until}` is no day; write `until=2027-01-31`"
    return codes, until, ""


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    import datetime

    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _noqas(text: str) -> Iterator[Suppression]:
    for number, line in enumerate(lines_of(text), 1):
        match = NOQA.search(line)
        whole = _NOQA_FILE.match(line)
        if whole is not None:
            codes = _ours(whole["list"]) if whole["codes"] else ()
            if codes or not whole["codes"]:
                span = Span(number, whole.start() + 1, number, whole.end() + 1)
                yield Suppression("noqa-file", span, codes, alone=True)
        elif match is not None:
            codes = _ours(match["codes"] or "")
            if codes or not match["codes"]:
                alone = not line[: match.start()].strip()
                yield Suppression("noqa", Span(number, match.start() + 1, number, match.end() + 1), codes, alone)


def noqa_codes(text: str) -> tuple[str, ...]:
    """The codes of a noqa comment, as flake8 splits them."""
    return tuple(code for code in re.split(r"[,\s]", text) if code)


def _ours(text: str) -> tuple[str, ...]:
    return tuple(code for code in noqa_codes(text) if code.startswith("AET"))


def _comments(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Line, column, text and loneliness of each comment that names us."""
    import io
    import tokenize

    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and "aether:" in token.string:
                line, column = token.start
                yield line, column + 1, token.string, not token.line[:column].strip()
    except (tokenize.TokenError, SyntaxError):  # what the parser made of the file is for the parser to say
        return


def text_of(source: bytes) -> str:
    """The text of a file as Python reads it: cookie and BOM are honoured, every line ends in a line feed."""
    if source.isascii():
        text = source.decode("ascii")
    else:
        import io
        import tokenize

        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        except SyntaxError:
            encoding = "utf-8"
        text = source.decode(encoding, "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def lines_of(text: str) -> list[str]:
    """The lines of a text without their ends; form feeds and the like end none."""
    return text.split("\n")
