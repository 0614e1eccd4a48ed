"""Mend what the linter finds: plan with codemods, judge the result again, write it whole or not at all.

`fix` reads as the steps it takes: check, rounds of fixes in memory (`mend`), write (`replace_file`) or show a diff.
"""

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import msgspec
from msgspec import Struct

from aether_lint.codemods.protocol import Done
from aether_lint.codemods.target import WAITS, Target
from aether_lint.config import Config, RootFinder, load_config
from aether_lint.engine.fix_worker import FixWorker
from aether_lint.engine.mend import Change, Mending, Refusal
from aether_lint.engine.replace_file import NotWrittenError, replace_file
from aether_lint.engine.run import CheckRequest, check
from aether_lint.files import read_regular
from aether_lint.model import Finding, Fix, Report

CONFIG_EDIT = "config:"  # codemods of the gates: edits of configuration files, made by scopes/edit.py
PROJECTS = frozenset({"config", "git", "packaging"})  # roots that hold more than the files named
GUARDED = frozenset({"raise_in_handler", "require_config"})  # codemods that can call `fix-guard` instead of raising


class FixRequest(Struct, frozen=True):
    """What to check, and how far fixes may go. `unsafe_fixes` None leaves that to the configuration."""

    check: CheckRequest
    diff: bool = False
    unsafe_fixes: bool | None = None


class FileDiff(Struct, frozen=True):
    """The unified diff of one file; unescaped."""

    path: str
    text: str


class NotWritten(Struct, frozen=True):
    """A file that has its fixes in memory, but not on disk, and why."""

    path: str
    reason: str


class FixOutcome(Struct, frozen=True):
    """What `fix` did. Paths are relative to the working directory, with `/`.

    `report` is what remains (with `diff`: what would remain), `fixed` has the findings that were mended, `healed`
    those that went with them, `refused` those whose fix was not made, and why. The answer is complete only where
    `not_written` is empty.
    """

    report: Report
    fixed: list[Finding] = []
    healed: list[Finding] = []
    refused: list[Refusal] = []
    diffs: list[FileDiff] = []
    written: list[str] = []
    not_written: list[NotWritten] = []


def fix(request: FixRequest) -> FixOutcome:
    """Apply the fixes that the request and the configuration allow. Raises what `check` raises.

    Fixes are made in the files of the request; what they do to findings is judged over the whole of their roots.
    """
    policy = Policy(request)
    first = check(request.check)
    paths = {finding.path for finding in first.findings if policy.wants(finding)}
    if not paths:
        return FixOutcome(report=first)
    whole = msgspec.structs.replace(request.check, paths=policy.whole_roots(paths))
    with FixWorker() as worker:
        mending = Mending(
            checked(whole, {}), lambda texts: checked(whole, texts), Transformer(worker, policy), policy.read
        )
        mending.run(lambda finding: finding.path in paths and policy.wants(finding))
    changes = mending.changes
    written, not_written = ([], []) if request.diff else _write(request.check.cwd, changes)
    left = {change.path: change.after for change in changes} if request.diff else {}
    return FixOutcome(
        report=checked(request.check, left) if changes else first,
        fixed=mending.fixed,
        healed=mending.healed,
        refused=mending.refused,
        diffs=[FileDiff(change.path, unified_diff(change)) for change in changes],
        written=written,
        not_written=not_written,
    )


def checked(request: CheckRequest, texts: Mapping[str, bytes]) -> Report:
    """The report with these texts laid over the files; keys are paths as findings have them."""
    overlay = {os.path.abspath(os.path.join(request.cwd, path)): text for path, text in texts.items()}
    return check(msgspec.structs.replace(request, overlay=overlay))


class Policy:
    """Which fixes are allowed where: by the request, and by the configuration of each file's root."""

    def __init__(self, request: FixRequest) -> None:
        self._request = request
        self._roots = RootFinder()
        self._load = cache(load_config)

    def absolute(self, path: str) -> str:
        """The absolute path of a finding's path."""
        return os.path.abspath(os.path.join(self._request.check.cwd, path))

    def read(self, path: str) -> bytes:
        """The bytes of a finding's file. Raises OSError."""
        return read_regular(self.absolute(path), self.config(path).max_file_size)

    def config(self, path: str) -> Config:
        """The configuration in force for a file. Raises ConfigError."""
        root = self._roots.root_of(os.path.dirname(self.absolute(path)))
        return self._load(root.path, path=self._request.check.config_path or "")

    def whole_roots(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The paths of the request and the roots of these files; where a root is only the files named, they stay."""
        folders = {os.path.dirname(self.absolute(path)) for path in paths}
        roots = [root for folder in folders if (root := self._roots.root_of(folder)).evidence in PROJECTS]
        return tuple(dict.fromkeys([*self._request.check.paths, *sorted(root.path for root in roots)]))

    def wants(self, finding: Finding) -> bool:
        """Whether the fix of this finding may be made."""
        if finding.fix is None or finding.fix.applicability == "display":
            return False
        config = self.config(finding.path)
        if not any(finding.code.startswith(selector) or finding.name == selector for selector in config.fixable):
            return False
        unsafe = config.unsafe_fixes if self._request.unsafe_fixes is None else self._request.unsafe_fixes
        return finding.fix.applicability == "safe" or unsafe

    def guarded(self, path: str, planned: Fix) -> Fix:
        """The fix with the project's `fix-guard` as an argument, where its codemod can call it."""
        guard = self.config(path).fix_guard
        if not guard or planned.codemod not in GUARDED:
            return planned
        return msgspec.structs.replace(planned, arguments={**planned.arguments, "guard": guard})


class Transformer:
    """Makes the fixes of one file: Python in the worker, configuration files by the editor of the gates."""

    def __init__(self, worker: FixWorker, policy: Policy) -> None:
        self._worker = worker
        self._policy = policy

    def __call__(self, path: str, source: bytes, findings: Sequence[Finding]) -> Done:
        """Never raises for what the file holds: the outcomes say why a fix was not made."""
        fixes = [finding.fix for finding in findings if finding.fix is not None]
        if any(planned.codemod.startswith(CONFIG_EDIT) for planned in fixes):
            return _edit_config(source, fixes)
        return self._worker.run(source, [self._policy.guarded(path, planned) for planned in fixes])


def _edit_config(source: bytes, fixes: Sequence[Fix]) -> Done:
    """The first edit of a configuration file; the next ones wait until their spans are known again."""
    from aether_lint.scopes.edit import apply

    try:
        after = apply(source.decode(), fixes[0]).encode()
    except ValueError as error:
        return Done(source, (str(error), *(WAITS for _ in fixes[1:])))
    return Done(after, ("", *(WAITS for _ in fixes[1:])))


def _write(cwd: str, changes: Sequence[Change]) -> tuple[list[str], list[NotWritten]]:
    written: list[str] = []
    not_written: list[NotWritten] = []
    for change in changes:
        try:
            replace_file(os.path.join(cwd, change.path), change.before, change.after)
            written.append(change.path)
        except NotWrittenError as error:  # noqa: PERF203 - one file that cannot be written costs that file
            not_written.append(NotWritten(change.path, str(error)))
    return written, not_written


def unified_diff(change: Change) -> str:
    """The change as a unified diff; undecodable bytes as surrogates."""
    before, after = (text.decode(errors="surrogateescape").splitlines(True) for text in (change.before, change.after))
    lines = difflib.unified_diff(before, after, change.path, change.path)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def targets_in(path: str, codemod: str) -> list[Target]:
    """The targets that the findings of a file have for a codemod: what its libcst command works on."""
    request = FixRequest(CheckRequest(paths=(path,), cwd=os.getcwd()))
    policy = Policy(request)
    real = os.path.realpath(path)
    return [
        Target(planned.codemod, planned.target, planned.arguments)
        for finding in check(request.check).findings
        if finding.fix is not None and os.path.realpath(policy.absolute(finding.path)) == real
        for planned in [policy.guarded(finding.path, finding.fix)]
        if planned.codemod == codemod
    ]
