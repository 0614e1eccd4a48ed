"""What the lines of the fixtures say: `# AET104: 9` (columns, 1-based), `# ok: why`, `# todo: why`."""

import re
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parent / "fixtures"

_EXPECTED = re.compile(r"#\s*(AET\d{3}):\s*(\d+(?:\s*,\s*\d+)*)")
_TODO = re.compile(r"#\s*todo:\s*\S")
_OK = re.compile(r"#\s*ok:\s*\S")
_COMMENTED = frozenset({".py", ".toml", ".yml", ".yaml", ".ini", ".cfg"})


class Place(NamedTuple):
    """Where a rule reports; `path` is relative to the case, with `/`; line and column are 1-based."""

    path: str
    line: int
    column: int
    code: str


class Case(NamedTuple):
    """One folder of fixtures, a project of its own: a few modules whose lines say what is to be found there."""

    code: str
    folder: Path

    @property
    def name(self) -> str:
        """The id of the test."""
        return f"{self.code}/{self.folder.name}"

    def lines(self) -> list[tuple[str, int, str]]:
        """Every line of the files that may hold expectations, with its path and number."""
        return [
            (path.relative_to(self.folder).as_posix(), number, line)
            for path in sorted(self.folder.rglob("*"))
            if path.suffix in _COMMENTED and path.is_file() and ".aether_lint_cache" not in path.parts
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        ]

    def expected(self) -> set[Place]:
        """The places that must be reported, and no others."""
        return {
            Place(path, number, int(column), match[1])
            for path, number, line in self.lines()
            for match in _EXPECTED.finditer(line)
            for column in match[2].split(",")
        }

    def known_misses(self) -> set[tuple[str, int]]:
        """The lines of which a finding is known to be missing."""
        return {(path, number) for path, number, line in self.lines() if _TODO.search(line)}

    def accepted(self) -> set[tuple[str, int]]:
        """The lines that look like a finding and are none."""
        return {(path, number) for path, number, line in self.lines() if _OK.search(line)}

    def modules(self) -> list[Path]:
        """The modules that hold code."""
        return [path for path in sorted(self.folder.rglob("*.py")) if path.stat().st_size]


def cases() -> list[Case]:
    """All cases, in order of rule and name."""
    return [
        Case(rule.name, folder)
        for rule in sorted(FIXTURES.iterdir())
        if rule.is_dir()
        for folder in sorted(rule.iterdir())
        if folder.is_dir()
    ]
