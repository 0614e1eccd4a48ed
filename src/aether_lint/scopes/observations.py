"""What the gates family observes: the facts that the rules of `rules/gates/` turn into findings."""

from typing import Literal

from msgspec import Struct

from aether_lint.model import FileError, Related, Severity, Span


class Place(Struct, frozen=True):
    """A place in a file of the project; `path` is relative to the root."""

    path: str
    span: Span


class Invocation(Struct, frozen=True):
    """One command line of a checking tool, or a tool's own configuration when run without arguments."""

    tool: str  # "mypy", "ruff", "ruff format", "flake8", "pytest", …
    args: tuple[str, ...]
    cwd: str  # relative to the root, "" is the root
    place: Place
    origin: Literal["configuration", "hook", "ci"]
    passed: tuple[str, ...] | None = None  # files that pre-commit hands over
    known: bool = True  # False where an argument is computed at run time
    on_pull_requests: bool = True
    blocks: bool = True
    workflow: str = ""  # words that name where it runs, for messages


class Scope(Struct, frozen=True, tag=True):
    """How much of the project one tool covers, and the one place that decides it."""

    tool: str
    version: str
    place: Place
    key: str  # the configuration key or "arguments"
    value: str
    named: int
    covered: int
    total: int
    missing: tuple[str, ...]
    ceiling: Severity
    context: str = ""  # "CI runs …"
    note: str = ""  # what had to be changed so that our version reads the configuration
    widen_to: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    uncertain: bool = False  # other commands, which cannot be followed, may check more


class Dropped(Struct, frozen=True, tag=True):
    """An exclude pattern and the first-party modules that it keeps from the type checker."""

    tool: str
    version: str
    place: Place
    pattern: str
    index: int  # position in the list, -1 for a single string
    dropped: tuple[str, ...]
    accidental: tuple[str, ...]
    total: int
    anchored: str  # the pattern that means the same without the accident, or ""
    documented: bool


class Silenced(Struct, frozen=True, tag=True):
    """A setting that makes the type checker keep its errors to itself."""

    version: str
    place: Place
    kind: Literal["everywhere", "override", "codes", "file"]
    what: str  # the override's pattern, the codes, or the comment
    modules: tuple[str, ...]
    total: int
    documented: bool


class Imports(Struct, frozen=True, tag=True):
    """How imports are followed: `key` is follow_imports or ignore_missing_imports."""

    version: str
    place: Place
    key: str
    value: str
    unseen: int  # first-party modules whose errors stay unseen because of it
    total: int
    libraries: tuple[str, ...] = ()  # third-party packages that the project imports


class Selection(Struct, frozen=True, tag=True):
    """An explicit rule selection that leaves out what finds real errors."""

    tool: str
    version: str
    place: Place
    key: str  # "select", "ignore", "arguments"
    enabled: int
    missing: tuple[str, ...]
    undefined_names: bool  # F821 is on
    files: int
    reason: Literal["ignored", "narrow"]
    note: str = ""
    related: tuple[Related, ...] = ()


class Blanket(Struct, frozen=True, tag=True):
    """A switch that takes whole files or families out of the linter's sight."""

    place: Place
    switch: str
    tool: str
    codes: tuple[str, ...]
    modules: tuple[str, ...]
    whole_file: bool
    documented: bool


class MissingGate(Struct, frozen=True, tag=True):
    """A configured check that no pull request runs."""

    place: Place
    tool: str
    configured: str
    instead: str  # where it does run, or ""
    uncertain: bool
    related: tuple[Related, ...] = ()


class SoftGate(Struct, frozen=True, tag=True):
    """A check whose failure stops nothing."""

    place: Place
    tool: str
    command: str
    cause: str
    construct: str
    ceiling: Severity
    removable: bool
    related: tuple[Related, ...] = ()


class DeadWorkflow(Struct, frozen=True, tag=True):
    """A workflow file that never loads or that no event starts."""

    place: Place
    reason: str
    checks: tuple[str, ...]


class CoverageFloor(Struct, frozen=True, tag=True):
    """Coverage is measured but decides nothing."""

    place: Place
    reason: str


class UncheckedDeploy(Struct, frozen=True, tag=True):
    """A job that publishes or deploys on push without waiting for a check."""

    place: Place
    job: str
    command: str
    checks_elsewhere: str


class GateRow(Struct, frozen=True):
    """One tool. `covered` is -1 where it is not measured; the last two columns say yes, no, unsure or `no CI`."""

    tool: str
    kind: str
    configured_on: str
    covered: int
    total: int
    strictness: str
    on_pull_requests: str
    blocks: str
    runs: tuple[str, ...] = ()


Observation = (
    Scope
    | Dropped
    | Silenced
    | Imports
    | Selection
    | Blanket
    | MissingGate
    | SoftGate
    | DeadWorkflow
    | CoverageFloor
    | UncheckedDeploy
)


class Survey(Struct):
    """Everything about the gates of one root, as it is kept between runs.

    `modules` are the first-party modules, `apart` the Python files that do not count, by reason; `configurations`
    are the files with `#` comments that configure gates.
    """

    observations: list[Observation]
    errors: list[FileError]
    rows: list[GateRow]
    modules: list[str]
    apart: dict[str, tuple[str, ...]]
    configurations: list[str]
