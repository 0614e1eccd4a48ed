"""What a Makefile's target runs, recipe lines of its prerequisites included."""

import functools
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from aether_lint.scopes.shell import UNKNOWN

MAX_PREREQUISITES = 40
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
    def one(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name == "MAKE":
            return "make"
        value = variables.get(name)
        if value is None or depth > 5:
            return UNKNOWN
        return _expand(value, variables, depth + 1)

    return re.sub(r"(?<!\$)\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})", one, text)
