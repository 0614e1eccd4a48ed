"""Tokens that are read without their signature where something is missing, although the other side verifies them."""

from collections.abc import Iterator

from aether_lint.catalog.denials import SIGNATURE
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.causes import explained
from aether_lint.detect.checkpoints import Checkpoint, is_secret
from aether_lint.detect.gaps import Gap
from aether_lint.facts import Const, Display, Effect, Value, failures_in
from aether_lint.link.absence import Root
from aether_lint.link.names import last_name

_UNVERIFIED = frozenset({"get_unverified_claims", "get_unverified_claim"})
_READING = _UNVERIFIED | {"decode"}


def unverified(at: Checkpoint) -> Iterator[Gap]:
    """Decodes without a signature on the degraded side of a decision whose other side decodes with one."""
    if _READING.isdisjoint(at.module.calls):
        return
    for decision in at.decisions:
        read = [i for i in decision.taken.effects if reads_unverified(at.function.effects[i])]
        if not read or not any(_verifies(at.function.effects[i]) for i in decision.other.effects):
            continue
        if any(_verifies(at.function.effects[i]) for i in decision.taken.effects):
            continue  # read to pick a key
        roots = explained(at.program.absences.of_cond(decision.guard.cond, at.module, at.function))
        roots = tuple(
            (r, c) for r, c in roots if r.kind in ("import", "call") or (r.kind == "unset" and is_secret(r.name))
        )
        if not roots or not at.is_open(read[0], roots[0][0]):
            continue
        failed = failures_in(decision.guard.cond)
        anchor = (
            Anchor(at.module.path, at.function.key, "attempt", failed[0].attempt)
            if failed
            else Anchor(at.module.path, at.function.key, "guard", decision.taken.guards[0])
        )
        root, chain = min(roots)
        span = at.function.effects[read[0]].span
        yield Gap(anchor, at.function.key, span, "unverified", SIGNATURE, root, "", chain, "high")


def _explains(root: Root) -> bool:
    return root.kind in ("import", "call") or (root.kind == "unset" and is_secret(root.name))


def reads_unverified(effect: Effect) -> bool:
    """Whether a call reads a token without looking at its signature."""
    if effect.kind != "call":
        return False
    if last_name(effect) in _UNVERIFIED:
        return True
    if last_name(effect) != "decode":
        return False
    given = dict(effect.keywords)
    return given.get("verify") == Const(False) or _switched_off(given.get("options"))


def _switched_off(options: Value | None) -> bool:
    if not isinstance(options, Display):
        return False
    pairs = zip(options.keys, options.items, strict=False)
    return any(key == Const("verify_signature") and value == Const(False) for key, value in pairs)


def _verifies(effect: Effect) -> bool:
    """Whether a call decodes a token with a key."""
    if effect.kind != "call" or reads_unverified(effect):
        return False
    given = len(effect.args) + len(effect.keywords)
    token = "jwt" in effect.place.lower() or "jose" in effect.place.lower()
    return (last_name(effect) == "decode" and token and given > 1) or last_name(effect) in _VERIFYING


_VERIFYING = frozenset(
    {"construct_event", "verify_id_token", "verify_oauth2_token", "verify_token", "verify_signature"}
)
