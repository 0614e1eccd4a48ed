"""Passwords, keys and secrets on their way to a primitive: every use that is too weak for what it protects."""

from msgspec import Struct

from aether_lint.detect.algorithm_choices import algorithm_choices
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.cipher_failures import cipher_failures
from aether_lint.detect.degenerate_keys import degenerate_keys
from aether_lint.detect.fast_hashes import fast_hashes
from aether_lint.detect.plain_secrets import plain_secrets
from aether_lint.detect.secret_flow import Flow
from aether_lint.detect.secret_use import Weakness
from aether_lint.detect.unkeyed_signatures import unkeyed_signatures
from aether_lint.detect.work_factors import weak_work_factors
from aether_lint.facts import Definition, Function
from aether_lint.link import Module, Program
from aether_lint.link.gates import guard_chain
from aether_lint.model import Span

DETECTORS = (
    fast_hashes,
    plain_secrets,
    algorithm_choices,
    weak_work_factors,
    cipher_failures,
    degenerate_keys,
    unkeyed_signatures,
)


OF_SUBSTITUTES = frozenset({"fast hash", "fast scheme", "work factor", "xor as encryption", "encoding as encryption"})


class SecretUse(Struct, frozen=True):
    """One weakness and where it is."""

    anchor: Anchor
    path: str
    scope: str
    weakness: Weakness

    @property
    def span(self) -> Span:
        """The place to report."""
        return self.weakness.span


def observe(program: Program, module: Module) -> list[SecretUse]:
    """The weak uses of one module, in order of position."""
    flow = Flow(program)
    found: dict[tuple[Span, str], SecretUse] = {}
    for detect in DETECTORS:
        for seen in detect(program, flow, module):
            gate = program.gates.of_site(module, module.functions[seen.function], seen.index)
            if gate.level not in ("closed", "test") and not _is_substitute(program, module, seen):
                anchor = Anchor(module.path, seen.function, "effect", seen.index)
                found.setdefault((seen.span, seen.kind), SecretUse(anchor, module.path, seen.function, seen))
    return sorted(found.values(), key=lambda seen: (seen.span, seen.weakness.kind))


def _is_substitute(program: Program, module: Module, seen: Weakness) -> bool:
    """Whether the place serves only because an import or call failed: that is a degradation, and told as one."""
    if seen.kind not in OF_SUBSTITUTES:
        return False
    function: Function | None = module.functions[seen.function]
    when = function.effects[seen.index].when if function is not None and function.effects else -1
    while function is not None:
        for number in guard_chain(function, when):
            roots = program.absences.of_cond(function.guards[number].cond, module, function)
            if any(root.kind in ("import", "call") for root, _ in roots):
                return True
        parent = module.functions.get(function.parent) if function.key else None
        defined = [e.when for e in parent.effects if e.value == Definition(function.key)] if parent is not None else []
        function, when = parent, defined[0] if defined else -1
    return False
