"""Rounds of fixes on texts in memory, each judged again before it counts. Nothing is written here.

The rule of acceptance: the findings that were to be fixed are gone, none has come in any file, and every file can
still be analysed. Findings are compared by file, rule and enclosing scope, so that moved lines do not matter.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from aether_lint.codemods.target import WAITS
from aether_lint.model import Finding, Report

ROUNDS = 200  # each fixes or refuses at least one finding; this only ends what should be impossible

Judge = Callable[[Mapping[str, bytes]], Report]
Key = tuple[str, str, str]
Harm = tuple[str, str]  # the path where it shows, and what it is


class Transformed(Protocol):
    """A source after its fixes, and for each fix why it was not made: "" where it was."""

    @property
    def source(self) -> bytes: ...

    @property
    def outcomes(self) -> tuple[str, ...]: ...


class Transform(Protocol):
    """Makes the fixes of some findings of one file."""

    def __call__(self, path: str, source: bytes, findings: Sequence[Finding]) -> Transformed: ...


class Refusal(Struct, frozen=True):
    """A finding whose fix was not made, and why."""

    finding: Finding
    reason: str


class Change(Struct, frozen=True):
    """One file before and after all rounds; `path` as in the findings."""

    path: str
    before: bytes
    after: bytes


class Attempt(Struct, frozen=True):
    """One file as it would be after the fixes of some of its findings."""

    path: str
    findings: tuple[Finding, ...]
    after: bytes


class Mending:
    """The state between the rounds: what the files would hold, and what the linter says of them.

    `judge` answers with the report for given texts laid over the files, keyed as the findings' paths are;
    `read` gives the bytes of a file, and raises OSError.
    """

    def __init__(self, report: Report, judge: Judge, transform: Transform, read: Callable[[str], bytes]) -> None:
        self.report = report
        self.fixed: list[Finding] = []
        self.healed: list[Finding] = []
        self.refused: list[Refusal] = []
        self._judge = judge
        self._transform = transform
        self._read = read
        self._originals: dict[str, bytes] = {}
        self._texts: dict[str, bytes] = {}
        self._given_up: set[tuple[Key, str]] = set()

    @property
    def changes(self) -> list[Change]:
        """The files that are different now, by path."""
        return [Change(path, self._originals[path], text) for path, text in sorted(self._texts.items())]

    def run(self, wanted: Callable[[Finding], bool]) -> None:
        """Fix what is wanted and can be fixed, until nothing more changes."""
        for _ in range(ROUNDS):
            unread = {error.path for error in self.report.errors}
            pending: dict[str, list[Finding]] = {}
            for finding in sorted(self.report.findings, key=lambda finding: (finding.path, finding.span)):
                if finding.path not in unread and wanted(finding) and self._mark(finding) not in self._given_up:
                    pending.setdefault(finding.path, []).append(finding)
            if not pending:
                return
            attempts = [attempt for path, findings in pending.items() if (attempt := self._attempt(path, findings))]
            if attempts:
                self._take(attempts)

    def _mark(self, finding: Finding) -> tuple[Key, str]:
        """What is remembered of a refused finding: it must survive moved lines."""
        return _key(finding), f"{finding.message} {finding.fix.arguments if finding.fix else ''}"

    def _attempt(self, path: str, findings: list[Finding]) -> Attempt | None:
        """All fixes of one file that can be made together; else the first that can be made alone."""
        try:
            source = self._source(path)
        except OSError as error:
            for finding in findings:
                self._refuse(finding, f"the file cannot be read ({error.strerror})")
            return None
        done = self._transform(path, source, findings)
        made = [finding for finding, outcome in zip(findings, done.outcomes, strict=True) if not outcome]
        if made and done.source != source:
            for finding, outcome in zip(findings, done.outcomes, strict=True):
                if outcome not in ("", WAITS):
                    self._refuse(finding, outcome)
            return Attempt(path, tuple(made), done.source)
        if len(findings) == 1:
            self._refuse(findings[0], done.outcomes[0] or "the fix changes nothing")
            return None
        for finding in findings:
            if (alone := self._attempt(path, [finding])) is not None:
                return alone
        return None

    def _source(self, path: str) -> bytes:
        if path not in self._originals:
            self._originals[path] = self._read(path)
        return self._texts.get(path, self._originals[path])

    def _take(self, attempts: Sequence[Attempt]) -> None:
        """Keep what the linter accepts: all, else what it says nothing about. Each call fixes or refuses something."""
        texts = self._texts | {attempt.path: attempt.after for attempt in attempts}
        report = self._judge(texts)
        intended = [finding for attempt in attempts for finding in attempt.findings]
        left, harm = objections(self.report, report, intended)
        groups = Counter(map(_key, intended))
        certain = [(finding, reason) for finding, reason in left if groups[_key(finding)] == 1]
        if certain:
            for finding, reason in certain:
                self._refuse(finding, reason)
        elif left or harm:
            self._take_less(attempts, [*((finding.path, reason) for finding, reason in left), *harm])
        else:
            self.healed += _also_gone(self.report, report, intended)
            self.fixed += intended
            self._texts, self.report = texts, report

    def _take_less(self, attempts: Sequence[Attempt], harm: Sequence[Harm]) -> None:
        """Apart, the files where harm was done and the others; where that says nothing, two halves.

        Of one file half of the findings is taken: the spans of the others are known again in the next round.
        """
        harmed = {path for path, _ in harm}
        innocent = [attempt for attempt in attempts if attempt.path not in harmed]
        if innocent and len(innocent) < len(attempts):
            self._take(innocent)
            self._take([attempt for attempt in attempts if attempt.path in harmed])
        elif len(attempts) > 1:
            self._take(attempts[: len(attempts) // 2])
            self._take(attempts[len(attempts) // 2 :])
        elif len(findings := attempts[0].findings) > 1:
            half = self._attempt(attempts[0].path, list(findings[: len(findings) // 2]))
            if half is not None:
                self._take([half])
        else:
            self._refuse(findings[0], harm[0][1])

    def _refuse(self, finding: Finding, reason: str) -> None:
        self._given_up.add(self._mark(finding))
        self.refused.append(Refusal(finding, reason))


def objections(
    before: Report, after: Report, intended: Sequence[Finding]
) -> tuple[list[tuple[Finding, str]], list[Harm]]:
    """Why fixes must not be kept, in words for the user: the intended findings that are still there, and harm done."""
    known = {(error.path, error.kind) for error in before.errors}
    harm = [
        (error.path, f"{error.path} could not be analyzed afterwards: {error.message}")
        for error in after.errors
        if (error.path, error.kind) not in known
    ]
    counts, wanted = Counter(map(_key, after.findings)), Counter(map(_key, intended))
    allowed = Counter(map(_key, before.findings))
    stays = {key for key, number in wanted.items() if counts[key] > allowed[key] - number}
    left = [(finding, f"{finding.code} would still be found there") for finding in intended if _key(finding) in stays]
    for finding in after.findings:
        if counts[_key(finding)] > allowed[_key(finding)]:
            place = f"{finding.path}:{finding.span.line}"
            harm.append((finding.path, f"{finding.code} would appear at {place}: {finding.message}"))
    return left, harm


def _also_gone(before: Report, after: Report, intended: Sequence[Finding]) -> list[Finding]:
    """Findings that went without a fix of their own: another link of the same chain was mended."""
    left = Counter(map(_key, after.findings))
    gone: list[Finding] = []
    others = [finding for finding in before.findings if finding not in intended]
    for finding in others:
        if left[_key(finding)]:
            left[_key(finding)] -= 1
        else:
            gone.append(finding)
    return gone


def _key(finding: Finding) -> Key:
    return finding.path, finding.code, finding.scope
