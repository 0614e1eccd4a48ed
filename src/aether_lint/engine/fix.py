"""Mend what the linter finds: plan with codemods, judge the result again, write it whole or not at all.

`fix` reads as the steps it takes: check, rounds of fixes in memory (`mend`), write (`replace_file`) or show a diff.
"""

import difflib
import os
import re
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from aether_lint.codemods.protocol import Done
from aether_lint.codemods.target import WAITS, Target
from aether_lint.engine.fix_policy import FixPolicy
from aether_lint.engine.fix_worker import FixWorker
from aether_lint.engine.mend import Change, Mending, Refusal
from aether_lint.engine.replace_file import NotWrittenError, replace_file
from aether_lint.engine.run import CheckRequest, check
from aether_lint.model import Finding, Fix, Report
from aether_lint.scopes.edit_names import PREFIX


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
    policy = FixPolicy(request.check, request.unsafe_fixes)
    first = check(request.check)
    wanted = [finding for finding in first.findings if policy.wants(finding)]
    if not wanted:
        return FixOutcome(report=first)
    paths = {finding.path for finding in wanted}
    whole = _over_whole_roots(request.check, policy, wanted)
    before = first if whole is request.check else checked(whole, {})
    with FixWorker() as worker:
        mending = Mending(before, lambda texts: checked(whole, texts), Transformer(worker, policy), policy.read)
        mending.run(lambda finding: finding.path in paths and policy.wants(finding))
    changes = mending.changes
    written, not_written = ([], []) if request.diff else _write(request.check.folder, changes)
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


def _over_whole_roots(request: CheckRequest, policy: FixPolicy, wanted: Sequence[Finding]) -> CheckRequest:
    """The request for all that fixes may touch; what it adds is without the gates, which Python does not change."""
    roots = policy.roots_beyond_request({finding.path for finding in wanted})
    if not roots:
        return request
    ignore = request.ignore if any(finding.family == "gates" for finding in wanted) else (*request.ignore, "AET5")
    return msgspec.structs.replace(request, paths=(*request.paths, *roots), ignore=ignore)


def checked(request: CheckRequest, texts: Mapping[str, bytes]) -> Report:
    """The report with these texts laid over the files; keys are paths as findings have them."""
    overlay = {os.path.join(request.folder, path): text for path, text in texts.items()}
    return check(msgspec.structs.replace(request, overlay=overlay))


class Transformer:
    """Makes the fixes of one file: Python in the worker, configuration files by the editor of the gates."""

    def __init__(self, worker: FixWorker, policy: FixPolicy) -> None:
        self._worker = worker
        self._policy = policy

    def __call__(self, path: str, source: bytes, findings: Sequence[Finding]) -> Done:
        """Never raises for what the file holds: the outcomes say why a fix was not made."""
        fixes = [finding.fix for finding in findings if finding.fix is not None]
        if any(planned.codemod.startswith(PREFIX) for planned in fixes):
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


def _write(folder: str, changes: Sequence[Change]) -> tuple[list[str], list[NotWritten]]:
    written: list[str] = []
    not_written: list[NotWritten] = []
    for change in changes:
        try:
            replace_file(os.path.join(folder, change.path), change.before, change.after)
            written.append(change.path)
        except NotWrittenError as error:  # noqa: PERF203 - one file that cannot be written costs that file
            not_written.append(NotWritten(change.path, str(error)))
    return written, not_written


def unified_diff(change: Change) -> str:
    """The change as a unified diff that `git apply` takes; undecodable bytes as surrogates."""
    before, after = (_lines(text.decode(errors="surrogateescape")) for text in (change.before, change.after))
    lines = difflib.unified_diff(before, after, f"a/{change.path}", f"b/{change.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Lines as diff tools count them: `str.splitlines` also splits at form feeds and the like."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def targets_in(path: str, codemod: str) -> list[Target]:
    """The targets that the findings of a file have for a codemod: what its libcst command works on."""
    request = CheckRequest(paths=(path,), cwd=os.getcwd())
    policy = FixPolicy(request)
    real = os.path.realpath(path)
    return [
        Target(planned.codemod, planned.target, planned.arguments)
        for finding in check(request).findings
        if finding.fix is not None and os.path.realpath(policy.absolute(finding.path)) == real
        for planned in [policy.guarded(finding.path, finding.fix)]
        if planned.codemod == codemod
    ]
