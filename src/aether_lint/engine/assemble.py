"""The outcomes of all roots as one report, its paths relative to the working directory."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from aether_lint.engine.discover import Discovery
from aether_lint.model import Family, FileError, Finding, NotChecked, Report

T = TypeVar("T")


class Outcome(Struct):
    """What there is to say about one root. Paths are relative to it, or absolute.

    `files` were to be analyzed; `failing` counts the findings at or above the `fail-on` in force.
    """

    root: str
    files: list[str]
    findings: list[Finding] = []
    suppressed: list[Finding] = []
    baselined: int = 0
    hidden_low: int = 0
    failing: int = 0
    errors: list[FileError] = []
    left_out: dict[str, int] = {}
    checked: list[Family] = []
    not_checked: list[NotChecked] = []
    note: str = ""


def assemble(found: Discovery, outcomes: Sequence[Outcome], cwd: str) -> Report:
    """The report of a run; `cwd` is what its paths are relative to."""
    here = os.path.realpath(cwd or os.getcwd())
    errors = {replace(error, path=shown(error.path, here)) for error in found.errors}
    files: set[str] = set()
    left_out = Counter(found.left_out)
    for outcome in outcomes:
        folder = outcome.root
        errors |= {replace(error, path=shown(error.path, here, folder)) for error in outcome.errors}
        files |= {shown(path, here, folder) for path in outcome.files}
        left_out.update(outcome.left_out)
    failed = {error.path for error in errors}
    return Report(
        findings=_sorted(_shown(finding, here, o.root) for o in outcomes for finding in o.findings),
        suppressed=_sorted(_shown(finding, here, o.root) for o in outcomes for finding in o.suppressed),
        baselined=sum(outcome.baselined for outcome in outcomes),
        hidden_low=sum(outcome.hidden_low for outcome in outcomes),
        failing=sum(outcome.failing for outcome in outcomes),
        errors=sorted(errors, key=lambda error: (error.path, error.line, error.column, error.kind, error.message)),
        files=len(files | failed),
        analysed=len(files - failed),
        left_out=dict(sorted(left_out.items())),
        checked=_once(family for outcome in outcomes for family in outcome.checked),
        not_checked=_once(question for outcome in outcomes for question in outcome.not_checked),
        notes=_once(outcome.note for outcome in outcomes if outcome.note),
    )


def shown(path: str, here: str, root: str = "") -> str:
    """A path, absolute or relative to `root`, as the report shows it: relative to `here`, with `/`."""
    absolute = os.path.join(root, path)
    prefix = os.path.join(here, "")
    if absolute.startswith(prefix):
        return absolute[len(prefix) :].replace(os.sep, "/")
    try:
        return os.path.relpath(absolute, here).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return absolute.replace(os.sep, "/")


def _shown(finding: Finding, here: str, root: str) -> Finding:
    related = tuple(replace(place, path=shown(place.path, here, root)) for place in finding.related)
    return replace(finding, path=shown(finding.path, here, root), related=related)


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.path, finding.span, finding.code, finding.message))


def _once(items: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(items))
