"""A place where a control lets through because something is missing, as those who look for one of its shapes see it."""

from typing import Literal

from msgspec import Struct

from aether_lint.detect.anchor import Anchor
from aether_lint.link.absence import Chain, Root
from aether_lint.model import Confidence, Span

What = Literal["answers", "goes on", "unchecked", "principal", "stub", "lost write", "unverified"]


class Gap(Struct, frozen=True):
    """answers: the function answers `by`, a yes. goes on: it ends or hands on as after a passed check.

    unchecked: the check runs only where what it needs is set. principal: it answers with a caller of its own making.
    stub: `by` stands under the control's own name. lost write: what the control reads was not written, and the caller
    is told that it was. unverified: a token is read without its signature.
    """

    anchor: Anchor
    scope: str
    span: Span
    what: What
    control: str
    root: Root
    by: str
    chain: Chain
    confidence: Confidence
    handler: Span | None = None
