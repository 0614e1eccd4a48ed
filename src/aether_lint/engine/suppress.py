"""Which findings a comment suppresses, and which comments suppress nothing.

Nothing is dropped: suppressed findings are kept apart. A comment counts on the line where a finding starts, or
alone on the line above; the related places of a finding suppress nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from aether_lint.config.error import did_you_mean
from aether_lint.detect.suppressions import IdleSuppression
from aether_lint.engine.noqa import NoqaLines, is_silenced
from aether_lint.facts import Suppression
from aether_lint.lower.comments import suppressions_of, suppressions_of_config, text_of
from aether_lint.model import Finding
from aether_lint.rules.lint.unused_suppression import RULE, finding
from aether_lint.rules.registry import load_rules

Read = Callable[[str], bytes]
_PYTHON = (".py", ".pyw", ".pyi")


class Suppressed(Struct, frozen=True):
    """The findings of a root, told apart; `idle` are the findings AET001 about comments. Orders are kept."""

    kept: list[Finding]
    suppressed: list[Finding]
    idle: list[Finding]


def suppress(
    findings: Sequence[Finding],
    comments: Mapping[str, Sequence[Suppression]],
    read: Read,
    *,
    ran: Collection[str],
    today: str,
    noqa: bool = True,
) -> Suppressed:
    """Tell the findings of one root apart.

    `comments` holds the suppressions of each file by its path relative to the root: `ModuleFacts.suppressions` of
    the files that were judged, `read_comments` of others. `read` gives the bytes of such a path, and raises what it
    likes if it cannot. `ran` are the codes of the rules that ran on the whole root: only of these, "unused" can be
    said. `today` is a day, as in 2027-01-31. `noqa` is false where the host applies its own.
    """
    by_path: dict[str, list[Finding]] = {}
    for found in findings:
        by_path.setdefault(found.path, []).append(found)
    silent: set[int] = set()
    idle: list[IdleSuppression] = []
    for path in dict.fromkeys((*comments, *by_path)):
        known = comments.get(path)
        in_force = read_comments((path,), read).get(path, ()) if known is None else known
        if in_force:
            file = _File(path, in_force, read, today, noqa=noqa)
            silent.update(id(found) for found in by_path.get(path, ()) if file.silences(found))
            idle += file.idle(ran)
    return Suppressed(
        kept=[found for found in findings if id(found) not in silent],
        suppressed=[found for found in findings if id(found) in silent],
        idle=[finding(observation) for observation in idle],
    )


def read_comments(paths: Iterable[str], read: Read) -> dict[str, tuple[Suppression, ...]]:
    """The suppressions of files, Python or with `#` comments; without those that have none or cannot be read."""
    found: dict[str, tuple[Suppression, ...]] = {}
    for path in paths:
        try:
            source = read(path)
        except Exception:
            continue  # whoever needs the file has said so
        comments = suppressions_of(source) if path.endswith(_PYTHON) else suppressions_of_config(source)
        if comments:
            found[path] = comments
    return found


class _File:
    """The comments of one file, and what they were good for."""

    def __init__(self, path: str, comments: Sequence[Suppression], read: Read, today: str, *, noqa: bool) -> None:
        self._path = path
        self._read = read
        self._today = today
        self._used: set[tuple[Suppression, str]] = set()
        self._noqa_lines: NoqaLines | None = None
        self._noqas = [c for c in comments if noqa and c.kind == "noqa"]
        self._noqa_files = [c for c in comments if noqa and c.kind == "noqa-file"]
        ours = [c for c in comments if c.kind in ("line", "file")]
        self._faults = [(c, fault) for c in ours if (fault := _fault(c))]
        faulty = {comment for comment, _ in self._faults}
        self._expired = [c for c in ours if c not in faulty and c.until and c.until < today]
        self._ours = [c for c in ours if c not in faulty and c not in self._expired]
        self._lonely = {c.span.line for c in ours if c.alone}

    def silences(self, found: Finding) -> bool:
        """Whether a comment suppresses a finding; every one that does counts as used."""
        if found.code == RULE.code:
            return False
        verdicts = [self._by_noqa(found)]
        verdicts += [self._use(c, found.code, is_silenced(found.code, c.codes)) for c in self._noqa_files]
        verdicts += [
            self._use(comment, written, _code_of(written) == found.code)
            for comment in self._ours
            if comment.kind == "file" or found.span.line in self._lines(comment)
            for written in comment.codes
        ]
        return any(verdicts)

    def idle(self, ran: Collection[str]) -> list[IdleSuppression]:
        """The comments that suppress nothing, after all findings of the file were asked about."""
        path = self._path
        found = [IdleSuppression(path, c, "malformed", c.codes, fault) for c, fault in self._faults]
        found += [IdleSuppression(path, c, "expired", c.codes, c.until) for c in self._expired]
        for comment in (*self._ours, *self._noqas, *self._noqa_files):
            idle = tuple(code for code in comment.codes if self._is_unused(comment, code, ran))
            if idle:
                found.append(IdleSuppression(path, comment, "unused", idle))
        return sorted(found, key=lambda observation: observation.suppression.span)

    def _is_unused(self, comment: Suppression, written: str, ran: Collection[str]) -> bool:
        if (comment, written) in self._used:
            return False
        if comment.kind in ("noqa", "noqa-file"):
            # a prefix such as AET1 is unused only if all that it means ran; flake8 may know codes that we do not
            meant = [code for code in load_rules() if code.startswith(written)]
            return bool(meant) and all(code in ran for code in meant)
        return _code_of(written) in ran

    def _by_noqa(self, found: Finding) -> bool:
        if not self._noqas:
            return False
        if self._noqa_lines is None:
            try:
                self._noqa_lines = NoqaLines(text_of(self._read(self._path)))
            except Exception:
                self._noqa_lines = NoqaLines("")  # gone meanwhile: its findings stand
        holding = self._noqa_lines.holding(found.span.line)
        if holding is None or not is_silenced(found.code, holding[1]):
            return False
        for comment in self._noqas:
            if comment.span.line == holding[0]:
                self._use(comment, found.code, True)
        return True

    def _use(self, comment: Suppression, written: str, used: bool) -> bool:
        if used and comment.kind in ("noqa", "noqa-file"):
            self._used.update((comment, code) for code in comment.codes if written.startswith(code))
        elif used:
            self._used.add((comment, written))
        return used

    def _lines(self, comment: Suppression) -> tuple[int, ...]:
        """The lines that a comment is for: its own; alone, also the next one that holds no such comment."""
        line = comment.span.line
        if not comment.alone:
            return (line,)
        below = line + 1
        while below in self._lonely:
            below += 1
        return line, below


def _fault(comment: Suppression) -> str:
    """What is wrong with a comment, or an empty string."""
    if comment.problem:
        return comment.problem
    unknown = next((word for word in comment.codes if not _code_of(word)), "")
    if not unknown:
        return ""
    rules = load_rules()
    nearest = did_you_mean(unknown, (*rules, *(rule.name for rule in rules.values())))
    return f"`{unknown}` is no rule" + (f"; {nearest}" if nearest else "")


def _code_of(word: str) -> str:
    """The code of a rule by its code or its name, or an empty string."""
    rules = load_rules()
    if word in rules:
        return word
    return next((code for code, rule in rules.items() if rule.name == word), "")
