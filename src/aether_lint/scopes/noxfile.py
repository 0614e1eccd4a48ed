"""What nox sessions run: the `session.run(...)` calls of a noxfile, read off its text, never executed."""

import re
from collections.abc import Iterator

from msgspec import Struct

from aether_lint.scopes.shell import UNKNOWN

SESSION = re.compile(r"^(?P<decorators>(?:@[^\n]*(?:\n(?![@d])[^\n]*)*\n)+)def\s+(?P<name>\w+)\s*\(", re.MULTILINE)
CALL = re.compile(r"\b\w+\.run(?:_always|_install)?\(")


class SessionRun(Struct, frozen=True):
    """One `session.run`: its words, its 1-based line, its column, and whether failures are accepted."""

    words: tuple[str, ...]
    line: int
    column: int
    accepts_failure: bool


def session_runs(text: str, names: frozenset[str] | None) -> Iterator[SessionRun]:
    """The calls of the sessions called `names`; of the default sessions when None."""
    found = list(SESSION.finditer(text))
    wanted = names if names is not None else _defaults(text)
    for position, session in enumerate(found):
        if "nox" not in session["decorators"] and "session" not in session["decorators"]:
            continue
        given = re.search(r"name\s*=\s*[\"']([^\"']+)", session["decorators"])
        name = given[1] if given else session["name"]
        if wanted is not None and name not in wanted:
            continue
        if wanted is None and re.search(r"default\s*=\s*False", session["decorators"]):
            continue
        end = found[position + 1].start() if position + 1 < len(found) else len(text)
        yield from _calls(text, session.end(), end)


def _defaults(text: str) -> frozenset[str] | None:
    listed = re.search(r"nox\.options\.sessions\s*=\s*[\[(]([^\])]*)", text)
    return frozenset(re.findall(r"[\"']([^\"']+)[\"']", listed[1])) if listed else None


def _calls(text: str, start: int, end: int) -> Iterator[SessionRun]:
    for call in CALL.finditer(text, start, end):
        arguments = _arguments(text, call.end())
        words, accepts = [], False
        for argument in arguments:
            if re.match(r"\w+\s*=", argument):
                accepts |= bool(re.match(r"success_codes\s*=.*\b1\b", argument, re.DOTALL))
            elif literal := re.fullmatch(r"[rRbB]?([\"'])(.*)\1", argument, re.DOTALL):
                words.append(literal[2])
            elif not argument.startswith("*"):
                words.append(UNKNOWN)
        line = text.count("\n", 0, call.start()) + 1
        column = call.start() - (text.rfind("\n", 0, call.start()) + 1) + 1
        yield SessionRun(tuple(words), line, column, accepts)


def _arguments(text: str, start: int) -> list[str]:
    """The arguments of a call whose opening parenthesis lies before `start`."""
    depth, quote, last, found = 1, "", start, []
    for index in range(start, min(len(text), start + 4000)):
        character = text[index]
        if quote:
            quote = "" if character == quote and text[index - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if not depth:
                found.append(text[last:index])
                break
        elif character == "," and depth == 1:
            found.append(text[last:index])
            last = index + 1
    return [argument.strip() for argument in found if argument.strip()]
