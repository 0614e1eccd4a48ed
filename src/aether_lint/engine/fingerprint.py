"""What identifies a finding from one version of the code to the next, though lines move."""

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from aether_lint.lower.comments import lines_of, text_of
from aether_lint.model import Finding, Span

Read = Callable[[str], bytes]


def with_fingerprints(findings: Sequence[Finding], read: Read) -> list[Finding]:
    """The same findings, in the same order, with their fingerprints.

    A fingerprint is the SHA-256 of code, path, name of the enclosing scope, text of the span without its layout, and
    the number among findings that are equal in all of these. Give all findings of a file at once, suppressed ones
    too, before paths are made relative to anything but the root: else the numbers change. `read` gives the bytes of
    a path; what it cannot read has no text.
    """
    texts = _Texts(read)
    seen: Counter[tuple[str, ...]] = Counter()
    done: dict[int, Finding] = {}
    for index, finding in sorted(enumerate(findings), key=_place):
        identity = (finding.code, finding.path, finding.scope, texts.of(finding.path, finding.span))
        ordinal = seen[identity]
        seen[identity] += 1
        done[index] = replace(finding, fingerprint=_digest((*identity, str(ordinal))))
    return [done[index] for index in range(len(findings))]


def _place(item: tuple[int, Finding]) -> tuple[Span, str, int]:
    index, finding = item
    return finding.span, finding.message, index


def _digest(parts: Sequence[str]) -> str:
    import hashlib  # loads OpenSSL; a clean run needs none

    # lengths, so that no text can pass for two; surrogates are bytes of file names that are not UTF-8
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join(b"%d:%s," % (len(part), part) for part in encoded)).hexdigest()


class _Texts:
    """The lines of files, each read once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._lines: dict[str, list[str]] = {}

    def of(self, path: str, span: Span) -> str:
        """The text of a span with every run of white space as one space."""
        if path not in self._lines:
            try:
                self._lines[path] = lines_of(text_of(self._read(path)))
            except Exception:
                self._lines[path] = []  # gone meanwhile: the other parts still tell it apart
        lines = self._lines[path][span.line - 1 : span.end_line]
        if not lines:
            return ""
        if span.end_line - span.line + 1 == len(lines):
            lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return " ".join(" ".join(lines).split())
