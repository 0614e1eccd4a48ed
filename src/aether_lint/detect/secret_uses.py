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
from aether_lint.link import Module, Program
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
            if gate.level not in ("closed", "test"):
                anchor = Anchor(module.path, seen.function, "effect", seen.index)
                found.setdefault((seen.span, seen.kind), SecretUse(anchor, module.path, seen.function, seen))
    return sorted(found.values(), key=lambda seen: (seen.span, seen.weakness.kind))
