"""What a Makefile's target runs, recipe lines of its prerequisites included."""

import functools
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from aether_lint.scopes.shell import UNKNOWN

MAX_PREREQUISITES = 40
MAX_EXPANSIONS = 5  # of one variable inside another
RULE_LINE = re.compile(r"^([^\s#:=][^:=#]*?)\s*::?(?!=)\s*([^#=]*?)(?:;.*)?(?:#.*)?$")
ASSIGNMENT = re.compile(r"^(?:export\s+|override\s+)?([\w.-]+)\s*(?:::?=|\?=|=)\s*(.*?)\s*(?:#.*)?$")


class Recipe(Struct, frozen=True):
    """One logical recipe line: its text, its 1-based line, the column of the text, and whether `-` stood before it."""

    text: str
    line: int
    column: int
    ignored: bool


class Makefile(Struct):
    """Targets with their prerequisites and recipes, and the simple variables."""

    targets: dict[str, tuple[tuple[str, ...], tuple[Recipe, ...]]]
    variables: dict[str, str]
    errexit: bool
    default: str


@functools.lru_cache(maxsize=16)
def parse_makefile(text: str) -> Makefile:
    """Read a Makefile's rules. Includes and conditionals are read as if they held."""
    targets: dict[str, tuple[list[str], list[Recipe]]] = {}
    variables: dict[str, str] = {}
    current: list[str] = []
    default = ""
    for number, line in _logical_lines(text):
        if line.startswith("\t"):
            for name in current:
                targets[name][1].append(_recipe(line, number))
        elif not line.strip() or line.lstrip().startswith("#"):
            continue
        elif found := ASSIGNMENT.match(line):
            variables.setdefault(found[1], found[2])
            current = []
        elif found := RULE_LINE.match(line):
            current = found[1].split()
            for name in current:
                targets.setdefault(name, ([], []))[0].extend(found[2].split())
            default = default or next((name for name in current if not name.startswith(".")), "")
    flags = variables.get(".SHELLFLAGS", "")
    frozen = {name: (tuple(needs), tuple(recipes)) for name, (needs, recipes) in targets.items()}
    return Makefile(frozen, variables, bool(re.search(r"-\w*e", flags)), default)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        start, line = index, lines[index]
        while line.endswith("\\") and index + 1 < len(lines):
            index += 1
            line = line + "\n" + lines[index]
        yield start + 1, line.rstrip("\r")
        index += 1


def _recipe(line: str, number: int) -> Recipe:
    found = re.match(r"\t\s*([@+-]*)\s*", line)
    prefix = found[1] if found else ""
    column = found.end() if found else 1
    return Recipe(line[column:], number, column, "-" in prefix)


def recipes(makefile: Makefile, target: str) -> Iterator[Recipe]:
    """The recipe lines that `make TARGET` runs, prerequisites first; nothing for an unknown target."""
    seen: set[str] = set()
    stack = [target or makefile.default]
    order: list[str] = []
    while stack and len(seen) < MAX_PREREQUISITES:
        name = stack.pop()
        if name in seen or name not in makefile.targets:
            continue
        seen.add(name)
        order.append(name)
        stack += [_expand(need, makefile.variables) for need in makefile.targets[name][0]]
    for name in reversed(order):
        yield from makefile.targets[name][1]


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """A recipe's text as the shell gets it."""
    return _expand(text, variables).replace("$$", "$")


def _expand(text: str, variables: Mapping[str, str], depth: int = 0) -> str:
    """Variables by their values; what a function of make computes, `$(if $(x),-k $(x))`, is not known."""
    parts: list[str] = []
    index = 0
    while (start := text.find("$", index)) >= 0:
        parts.append(text[index:start])
        opening = text[start + 1 : start + 2]
        if opening not in ("(", "{"):  # `$$` is the shell's own dollar
            parts.append(text[start : start + 2])
            index = start + 2
            continue
        index = _closed(text, start + 1)
        parts.append(_value(text[start + 2 : index - 1], variables, depth))
    return "".join((*parts, text[index:]))


def _closed(text: str, opening: int) -> int:
    """The index behind the parenthesis or brace that closes the one at an index; the end where none does."""
    pair = "()" if text[opening] == "(" else "{}"
    level = 0
    for index in range(opening, len(text)):
        level += (text[index] == pair[0]) - (text[index] == pair[1])
        if not level:
            return index + 1
    return len(text)


def _value(name: str, variables: Mapping[str, str], depth: int) -> str:
    if name == "MAKE":
        return "make"
    value = variables.get(name)
    return UNKNOWN if value is None or depth > MAX_EXPANSIONS else _expand(value, variables, depth + 1)
