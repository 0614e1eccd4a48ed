"""From what was measured to the findings of the gates: policy, comments and baseline, as in `check`."""

import os

from msgspec import Struct
from msgspec.structs import replace

from aether_lint.config import Config
from aether_lint.engine.baseline import compare, read_baseline
from aether_lint.engine.conclude import conclude, reader
from aether_lint.engine.judging import about_gates
from aether_lint.engine.policy import Policy
from aether_lint.model import FileError, Finding, Report
from aether_lint.scopes.observations import Survey


class Root(Struct, frozen=True):
    """A root, what its configuration says, and where its baseline is (absolute), if it has one."""

    path: str
    config: Config
    policy: Policy
    baseline: str = ""


class Told(Struct, frozen=True):
    """The findings of the gates of a root, told apart; paths are relative to the root."""

    shown: list[Finding]
    suppressed: list[Finding]
    baselined: int
    hidden_low: int
    errors: list[FileError]


def tell(root: Root, found: Survey, texts: dict[str, bytes]) -> Told:
    """What the rules find in a survey; `texts` stand for files, by path relative to the root.

    Raises `ConfigError` for a baseline that cannot be used.
    """
    judged = [about_gates(rule, found.observations, root.path) for rule in root.policy.of_gates]
    findings = [finding for one in judged for finding in one.findings]
    errors = [*found.errors, *(error for one in judged for error in one.errors)]
    overlay = {os.path.join(root.path, path): text for path, text in texts.items()}
    concluded = conclude(
        findings,
        [],
        reader(root.path, overlay, root.config.max_file_size),
        root.policy,
        ran=[] if errors else [rule.code for rule in root.policy.of_gates],
        configurations=found.configurations,
    )
    accepted = compare(concluded.shown, read_baseline(root.baseline) if root.baseline else [])
    return Told(accepted.kept, concluded.suppressed, len(accepted.known), concluded.hidden_low, errors)


def gates_report(root: Root, told: Told) -> Report:
    """The findings as a report, its paths relative to the working directory."""
    shown = sorted(
        (_from_here(finding, root.path) for finding in told.shown),
        key=lambda finding: (finding.path, finding.span, finding.code),
    )
    errors = [replace(error, path=_relative(error.path, root.path)) for error in told.errors]
    files = {finding.path for finding in shown}
    failed = {error.path for error in errors}
    return Report(
        findings=shown,
        suppressed=[_from_here(finding, root.path) for finding in told.suppressed],
        baselined=told.baselined,
        errors=errors,
        hidden_low=told.hidden_low,
        failing=sum(map(root.policy.fails, shown)),
        files=len(files | failed),
        analysed=len(files - failed),
        checked=["gates"],
    )


def _from_here(finding: Finding, root: str) -> Finding:
    related = tuple(replace(place, path=_relative(place.path, root)) for place in finding.related)
    return replace(finding, path=_relative(finding.path, root), related=related)


def _relative(path: str, root: str) -> str:
    return os.path.relpath(os.path.join(root, path)).replace(os.sep, "/")
