"""Fixing the gates: edit the configuration, measure again, and say what each number was and is."""

import difflib
import os
from collections.abc import Iterator

from aether_lint.cli.exit_codes import FOUND, INCOMPLETE, OK
from aether_lint.cli.gates_report import Root, Told, tell
from aether_lint.cli.outcome import Outcome
from aether_lint.engine.replace_file import NotWrittenError, replace_file
from aether_lint.model import Finding
from aether_lint.report.escape import escape, escape_path
from aether_lint.report.gates import numbers
from aether_lint.scopes.edit import apply
from aether_lint.scopes.observations import Survey
from aether_lint.scopes.observe import survey

MAX_EDITS = 200  # of one run; each one moves lines, so that findings are looked up anew


def fix_gates(root: Root, before: Survey, *, write: bool) -> Outcome:
    """Apply the fixes of the gates one by one in memory, then write whole files or show a diff.

    Raises `ConfigError` for a baseline that cannot be used.
    """
    texts: dict[str, bytes] = {}
    originals: dict[str, bytes] = {}
    refused: dict[tuple[str, str, str], str] = {}
    lines: list[str] = []
    now = before
    told = tell(root, now, texts)
    for _ in range(MAX_EDITS):
        finding = next((f for f in _fixable(root, told) if _mark(f) not in refused), None)
        if finding is None or finding.fix is None:
            break
        try:
            source = texts.get(finding.path) or _read(root.path, finding.path)
            originals.setdefault(finding.path, source)
            after = apply(source.decode(), finding.fix).encode()
        except (OSError, ValueError) as error:
            refused[_mark(finding)] = f"not fixed {_place(finding)}: {escape(str(error))}"
            continue
        edited = {**texts, finding.path: after}
        trial = survey(root.path, root.config, use_cache=False, overlay=edited)
        afterwards = tell(root, trial, edited)
        if _mark(finding) in {_mark(other) for other in (*afterwards.shown, *afterwards.suppressed)}:
            refused[_mark(finding)] = f"not fixed {_place(finding)}: the edit does not change what is measured"
            continue
        texts = edited
        lines.append(f"fixed {_place(finding)}")
        now, told = trial, afterwards
    changed = {path: text for path, text in texts.items() if text != originals[path]}
    measured = [f"{tool}: {old} -> {new} modules" for tool, old, new in numbers(before.rows, now.rows)]
    said = "".join(f"{line}\n" for line in [*lines, *measured])
    failures = [*refused.values()]
    if not write:
        diff = "".join(_diff(path, originals[path], text) for path, text in sorted(changed.items()))
        return Outcome(FOUND if diff else OK, diff, "".join(f"{line}\n" for line in [*lines, *measured, *failures]))
    not_written = list(_write(root.path, originals, changed))
    remaining = any(map(root.policy.fails, told.shown))
    code = INCOMPLETE if not_written else FOUND if remaining else OK
    return Outcome(code, said, "".join(f"{line}\n" for line in [*failures, *not_written]))


def _fixable(root: Root, told: Told) -> list[Finding]:
    """The findings whose fix the configuration allows, in order of place."""
    return sorted((f for f in told.shown if _may_be_fixed(root, f)), key=lambda f: (f.path, f.span, f.code))


def _may_be_fixed(root: Root, finding: Finding) -> bool:
    fixable = root.config.fixable
    return finding.fix is not None and any(finding.code.startswith(w) or finding.name == w for w in fixable)


def _mark(finding: Finding) -> tuple[str, str, str]:
    """What tells a finding from others although lines have moved."""
    return finding.code, finding.path, finding.message


def _place(finding: Finding) -> str:
    return f"{escape_path(finding.path)}:{finding.span.line}: {finding.code} {escape(finding.message)}"


def _read(root: str, path: str) -> bytes:
    with open(os.path.join(root, path), "rb") as stream:
        return stream.read()


def _write(root: str, originals: dict[str, bytes], changed: dict[str, bytes]) -> Iterator[str]:
    for path, text in changed.items():
        try:
            replace_file(os.path.join(root, path), originals[path], text)
        except NotWrittenError as error:  # noqa: PERF203 - one file that cannot be written costs that file
            yield f"{escape_path(path)}: error: not written: {escape(str(error))}"


def _diff(path: str, before: bytes, after: bytes) -> str:
    lines = difflib.unified_diff(
        before.decode().splitlines(keepends=True), after.decode().splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
