"""Controls that let through when they cannot decide: the check fails, or what it needs is missing, and it says yes.

A control is known by those who ask it (they refuse because of its answer), by the refusals that it contains, or by a
name that leaves no doubt. What lets through is not a literal: True for `is_allowed`, False for `is_revoked`, of a pair
its first element, of an object its telling field.
"""

from msgspec import Struct

from aether_lint.detect import control_stubs, control_writes
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.causes import named
from aether_lint.detect.checkpoints import Checkpoint
from aether_lint.detect.control_answers import answered
from aether_lint.detect.gaps import Gap, What
from aether_lint.detect.unchecked import unchecked
from aether_lint.detect.unverified import unverified
from aether_lint.link import Module, Program
from aether_lint.link.absence import Root, Step
from aether_lint.model import Confidence, Span


class Opening(Struct, frozen=True):
    """A place where a control lets through because something is missing; `what` and `by` as in `gaps.Gap`."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    what: What
    control: str
    root: Root
    by: str
    related: tuple[Step, ...]
    confidence: Confidence
    handler: Span | None = None


def observe(program: Program, module: Module) -> list[Opening]:
    """The openings of one module, in order of position: one for each decision and one for each statement."""
    gaps: list[Gap] = []
    for function in module.facts.functions:
        gaps += control_stubs.stubs(program, module, function)
        if function.kind == "function" and function.guards:
            at = Checkpoint(program, module, function)
            gaps += answered(at)
            gaps += unverified(at)
            gaps += unchecked(at)
            gaps += control_writes.lost(program, module, function)
    found: dict[object, Gap] = {}
    taken: set[tuple[str, Span]] = set()
    for gap in gaps:
        if (gap.scope, gap.span) not in taken:
            taken.add((gap.scope, gap.span))
            found.setdefault(gap.anchor, gap)
    return sorted((_opening(program, module, gap) for gap in found.values()), key=lambda seen: seen.span)


def _opening(program: Program, module: Module, gap: Gap) -> Opening:
    related = tuple(step for step in gap.chain if not (step.path == module.path and step.span == gap.span))
    return Opening(
        anchor=gap.anchor,
        path=module.path,
        scope=gap.scope,
        span=gap.span,
        what=gap.what,
        control=gap.control,
        root=named(gap.root, program),
        by=gap.by,
        related=related,
        confidence=gap.confidence,
        handler=gap.handler,
    )
