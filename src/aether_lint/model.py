"""What the linter says: findings, their places, their fixes, and what could not be analysed.

Lines and columns are 1-based; columns count characters, not bytes; an end column is the column just
past the last character. This module imports nothing of ours.
"""

from typing import Literal

from msgspec import Struct

Severity = Literal["info", "warning", "error"]
Confidence = Literal["low", "medium", "high"]
Family = Literal["lint", "fallback", "env", "crypto", "lifespan", "gates"]
Applicability = Literal["safe", "unsafe", "display"]
ErrorKind = Literal[
    "syntax", "encoding", "unreadable", "not-regular", "too-large", "too-deep", "crash", "config", "tool"
]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")


class Span(Struct, frozen=True, order=True, array_like=True, gc=False):
    """A region of source text; 1-based, columns in characters, `end_column` exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Related(Struct, frozen=True):
    """Another place of the same chain, with the words that say what it adds."""

    path: str
    span: Span
    message: str


class Fix(Struct, frozen=True):
    """A codemod to run: `codemod` names a module of `aether_lint.codemods`, `target` the span it works on."""

    codemod: str
    applicability: Applicability
    description: str
    target: Span
    arguments: dict[str, str] = {}


class Finding(Struct, frozen=True):
    """One place where the code fails open. `path` is relative to the root of the file's project, with `/`."""

    code: str
    name: str
    family: Family
    severity: Severity
    confidence: Confidence
    message: str
    help: str
    path: str
    span: Span
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    scope: str = ""  # qualified name of the enclosing class or function, for the fingerprint
    fingerprint: str = ""  # set by the engine, see engine/fingerprint.py


class FileError(Struct, frozen=True):
    """Something that could not be analysed. `line` and `column` are 1-based, 0 where unknown."""

    path: str
    kind: ErrorKind
    message: str
    line: int = 0
    column: int = 0


class NotChecked(Struct, frozen=True):
    """A question that was left open, and why: a report says what it did *not* look at."""

    what: str
    why: str


class Report(Struct):
    """The outcome of one run; paths in it are relative to the working directory, with `/`.

    `findings` are those to show, in order of path, line, column and code; `suppressed` and `baselined`
    ones are kept apart. `files` counts what was asked for, `analysed` what was read to the end. `failing` counts the
    findings at or above the `fail-on` of their project. `notes` say what happened to the run itself.
    """

    findings: list[Finding] = []
    suppressed: list[Finding] = []
    baselined: int = 0
    hidden_low: int = 0
    errors: list[FileError] = []
    files: int = 0
    analysed: int = 0
    left_out: dict[str, int] = {}
    checked: list[Family] = []
    not_checked: list[NotChecked] = []
    failing: int = 0
    notes: list[str] = []
