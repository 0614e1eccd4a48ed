"""What makes a decision go the degraded way: its roots, the one that decides, and what it is called in a message."""

from msgspec.structs import replace

from aether_lint.catalog import lossless
from aether_lint.detect.arms import Decision
from aether_lint.facts import Function, failures_in
from aether_lint.link import Module, Program
from aether_lint.link.absence import Chain, Root, Roots
from aether_lint.link.mentions import folded
from aether_lint.link.names import dotted
from aether_lint.link.refusals import Setting
from aether_lint.model import CONFIDENCES, Confidence, Span


def explained(roots: Roots) -> Roots:
    """The roots that cost something: an import that loses only speed or looks explains nothing."""
    return tuple((root, chain) for root, chain in roots if not (root.kind == "import" and lossless.lookup(root.name)))


def named(root: Root, program: Program) -> Root:
    """A failed call is named by the last call of its `try` that reaches a service."""
    if root.kind != "call" or root.name:
        return root
    where = program.names.function(f"{root.path}:{root.function}")
    if where is None:
        return root
    module, function = where
    body = function.attempts[root.attempt].body
    called, best = "", -1
    for effect in function.effects[body.start : body.end]:
        if effect.kind != "call":
            continue
        reached = program.subjects.of_call(effect, module, function)
        weight = max((1 if s.access == "use" else 2 for s in reached), default=0)  # `get()` before `get().decode()`
        if weight > best or weight == best > 0:
            best = weight
            called = dotted(effect.place) or called
    return replace(root, name=called)


def own(roots: Roots, module: Module, function: Function, decision: Decision) -> tuple[Root, Chain]:
    """The root that decides: the `try` of the decision itself, or the one that no operator chose."""
    attempts = {failure.attempt for failure in failures_in(decision.guard.cond)}
    ours = [r for r in roots if (r[0].path, r[0].function) == (module.path, function.key) and r[0].attempt in attempts]
    return min(ours or roots)


def handler_span(function: Function, decision: Decision) -> Span | None:
    """The `except` line of the handler that a decision is."""
    for failure in failures_in(decision.guard.cond):
        if failure.handler >= 0:
            return function.attempts[failure.attempt].handlers[failure.handler].span
    return None


def refusal(program: Program, name: str, value: str | None) -> str:
    """Whether a check at start-up or anywhere else refuses a variable that has this value (None: is not set)."""
    setting = Setting(frozenset(), frozenset({name}), value, frozenset({folded(name)}))
    return program.refusals.of(setting).verdict


def weakest(*levels: Confidence) -> Confidence:
    """The least of some confidences."""
    return CONFIDENCES[min(CONFIDENCES.index(level) for level in levels)]
