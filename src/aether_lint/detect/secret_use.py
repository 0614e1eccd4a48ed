"""What the detectors of family AET3 hand to its rules: one use of a password, key or secret that is too weak."""

from typing import Literal

from msgspec import Struct

from aether_lint.facts import Function
from aether_lint.link.absence import Step
from aether_lint.model import Confidence, Severity, Span

UseKind = Literal[
    "fast hash", "fast scheme",  # AET303
    "plain password", "plain storage", "open compare",  # AET304
    "algorithm fallback", "algorithm from input", "no algorithm", "any algorithm",  # AET305
    "work factor",  # AET306
    "failed decryption", "failed encryption", "encoding as encryption", "xor as encryption", "unused key",  # AET307
    "padded key", "empty key", "hashed key", "fixed salt",  # AET310
    "unkeyed signature",  # AET311
]  # fmt: skip


class Weakness(Struct, frozen=True):
    """One place, as an effect of a function. `subject` is the name of what is protected, `by` what (little) protects
    it, `detail` a number or the minimum it is compared with, `operand` the text that a fix looks for.
    """

    kind: UseKind
    function: str
    index: int
    span: Span
    subject: str
    by: str
    detail: str = ""
    related: tuple[Step, ...] = ()
    confidence: Confidence = "high"
    severity: Severity = "error"
    operand: str = ""


def use(
    kind: UseKind,
    function: Function,
    index: int,
    *,
    subject: str,
    by: str,
    detail: str = "",
    related: tuple[Step, ...] = (),
    confidence: Confidence = "high",
    severity: Severity = "error",
    span: Span | None = None,
    operand: str = "",
) -> Weakness:
    """A weak use at an effect of a function."""
    place = function.effects[index].span if span is None else span
    return Weakness(kind, function.key, index, place, subject, by, detail, related, confidence, severity, operand)
