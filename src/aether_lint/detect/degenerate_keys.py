"""Keys that are padded, empty or one hash of a passphrase, and salts that are the same for everyone."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import ciphers, hashers, secrets_in_flow, tokens
from aether_lint.detect.hash_calls import HashCall, hash_calls
from aether_lint.detect.secret_flow import Flow, Leaf, called_name, is_password, known_as
from aether_lint.detect.secret_use import UseKind, Weakness, use
from aether_lint.facts import Arms, Attr, Const, Function, Opaque, Ref, Result
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.environment import argument
from aether_lint.link.mentions import cond_names
from aether_lint.model import Severity

KEYED = frozenset({"cipher", "mac", "signer", "token"})
KEY_POSITION = {"token": 1}  # `jwt.encode(payload, key)`; elsewhere the key comes first
PADDING_METHODS = frozenset({"ljust", "rjust", "zfill"})
SALTED: dict[str, tuple[int, tuple[str, int]]] = {
    "hashlib.pbkdf2_hmac": (2, ("password", 1)),
    "hashlib.scrypt": (-1, ("password", 0)),
    "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC": (2, ("", -1)),
    "cryptography.hazmat.primitives.kdf.scrypt.Scrypt": (0, ("", -1)),
    "Crypto.Protocol.KDF.PBKDF2": (1, ("password", 0)),
    "Crypto.Protocol.KDF.scrypt": (1, ("password", 0)),
    "argon2.low_level.hash_secret": (1, ("secret", 0)),
    "argon2.low_level.hash_secret_raw": (1, ("secret", 0)),
}
"""Where a derivation takes its salt, and what it derives from."""


class KeyPath(Struct, frozen=True):
    """What is wrong with a key, and the leaf at which it happens."""

    kind: UseKind
    by: str
    at: Leaf


def degenerate_keys(program: Program, flow: Flow, module: Module) -> Iterator[Weakness]:
    """The keys and salts of a module that are no keys and salts."""
    for function in module.facts.functions:
        for index, effect in enumerate(function.effects):
            if effect.kind != "call":
                continue
            yield from _key(program, flow, module, function, index)
            yield from _salt(program, flow, module, function, index)


def _key(program: Program, flow: Flow, module: Module, function: Function, index: int) -> Iterator[Weakness]:
    effect = function.effects[index]
    known = next(
        (
            found
            for thing in sorted(program.things.callees(effect, module, function))
            if thing.kind == "external" and (found := ciphers.lookup(thing.name)) and found.kind in KEYED
        ),
        None,
    )
    value = argument(effect, KEY_POSITION.get(known.kind, 0), known.key or "key") if known is not None else None
    if known is None or value is None:
        return
    trail: list[Leaf] = []
    leaves = flow.leaves(value, module, function, effect.span, trail)
    if any(flow.is_random(leaf) for leaf in leaves):
        return
    path = (
        _padded(trail)
        or _empty(flow, trail, function)
        or (_hashed(program, flow, leaves) if known.kind == "cipher" else None)
    )
    if path is not None:
        yield _reported(path, known.label, module, function, index)


def _reported(path: KeyPath, label: str, module: Module, function: Function, index: int) -> Weakness:
    """The finding where the key is spoiled, or at its use if that is in another module."""
    used = Step(module.path, function.effects[index].span, "the key is used here")
    made = path.at.effect
    span = made.span if made is not None else path.at.before
    severe: Severity = "error" if path.kind != "hashed key" else "warning"
    if path.at.module is module:
        number = path.at.value.effect if isinstance(path.at.value, Result) else 0
        related = (used,) if used.span.line != span.line else ()
        return use(
            path.kind, path.at.function, number, subject=label, by=path.by, span=span, related=related,
            severity=severe, confidence="medium",
        )  # fmt: skip
    there = Step(path.at.module.path, span, "the key is made here")
    return use(
        path.kind, function, index, subject=label, by=path.by, related=(there,),
        severity=severe, confidence="medium",
    )  # fmt: skip


def _padded(trail: list[Leaf]) -> KeyPath | None:
    """A key that constant characters or its own repetition bring to length."""
    for step in trail:
        effect = step.effect
        if effect is not None and effect.kind == "call" and called_name(effect) in PADDING_METHODS:
            fill = effect.args[1] if len(effect.args) > 1 else None
            filled = fill.value if isinstance(fill, Const) else "0" if called_name(effect) == "zfill" else " "
            if filled != "=":  # that completes Base64
                return KeyPath("padded key", f"filled up with {filled!r}", step)
        if isinstance(step.value, Opaque) and step.value.op == "Mult" and _repeats(step.value):
            return KeyPath("padded key", "repeated until it is long enough", step)
    return None


def _repeats(value: Opaque) -> bool:
    consts = [p for p in value.parts if isinstance(p, Const)]
    others = [p for p in value.parts if not isinstance(p, (Const, Opaque))]
    if any(isinstance(c.value, str) for c in consts):
        return False  # "=" * n, or a literal key
    return len(others) >= 1 and any(isinstance(c.value, int) and c.value > 1 for c in consts)


def _empty(flow: Flow, trail: list[Leaf], function: Function) -> KeyPath | None:
    """A key that is an empty text when there is none: `key = decode(secret) if secret else b""`."""
    if _is_asked_for(trail, function) or any(flow.is_setting(step) for step in trail):
        return None  # refused where it is used, or a setting: what an empty one means is AET203's
    for step in trail:
        if isinstance(step.value, Arms) and step.value.op in ("or", "if"):
            last = step.value.values[-1]
            if isinstance(last, Const) and last.value == "" and len(step.value.values) > 1:
                return KeyPath("empty key", "an empty text", step)
    return None


def _is_asked_for(trail: list[Leaf], function: Function) -> bool:
    """Whether the function that uses a key tests whether there is one."""
    names = {step.value.name for step in trail if isinstance(step.value, Ref) and step.function is function}
    ends = {effect.when for effect in function.effects if effect.kind in ("raise", "return") and effect.when >= 0}
    return any(name in names for end in ends for name in cond_names(function.guards[end].cond, function, 0))


def _hashed(program: Program, flow: Flow, leaves: list[Leaf]) -> KeyPath | None:
    """A key that is one unsalted hash of a passphrase or setting."""
    for leaf in leaves:
        call = _hash_behind(program, leaf)
        if call is None:
            continue
        hashed_at = leaf.function.effects[call.index].span
        sources = [s for v in call.inputs for s in flow.leaves(v, leaf.module, leaf.function, hashed_at, [])]
        asked = [*sources, *(p for s in sources for p in flow.passed(s))]
        named = [s for s in asked if is_password(known_as(s)) or tokens.secret(known_as(s)) is not None]
        salted = any(tokens.words(known_as(s))[-1:] in (("salt",), ("nonce",), ("iv",)) for s in sources)
        generated = any(flow.is_random(s) for s in sources)
        machine = any(not isinstance(s.value, Const) and _is_exchange(known_as(s)) for s in sources)
        if not named or salted or generated or machine or _is_length_checked(leaf.function):
            continue
        return KeyPath(
            "hashed key",
            f"one {call.label} of `{known_as(named[0])}`",
            Leaf(leaf.module, leaf.function, Result(call.index), hashed_at),
        )
    return None


def _is_exchange(name: str) -> bool:
    """Whether a secret is the outcome of a key exchange or has a form of its own, and is no text of a human."""
    said = tokens.words(name)
    return any(word in secrets_in_flow.MACHINE_SECRETS for word in said)


def _hash_behind(program: Program, leaf: Leaf) -> HashCall | None:
    """The hash whose digest a leaf is."""
    effect = leaf.effect
    if effect is None or effect.kind != "call" or called_name(effect) not in ("digest", "hexdigest", "finalize"):
        return None
    made: int | None = None
    if isinstance(effect.value, Attr) and isinstance(effect.value.base, Result):
        made = effect.value.base.effect
    elif isinstance(effect.value, Ref):
        place = effect.value.name.rpartition(".")[0]
        bound = [e.value for e in leaf.function.effects if e.kind == "bind" and e.place == place]
        made = bound[-1].effect if bound and isinstance(bound[-1], Result) else None
    return next((c for c in hash_calls(program, leaf.module, leaf.function) if c.index == made), None)


def _is_length_checked(function: Function) -> bool:
    """Whether a function measures what it is given and may refuse it."""
    measures = any(e.kind == "call" and called_name(e) == "len" for e in function.effects)
    return measures and any(e.kind == "raise" for e in function.effects)


def _salt(program: Program, flow: Flow, module: Module, function: Function, index: int) -> Iterator[Weakness]:
    effect = function.effects[index]
    for thing in program.things.callees(effect, module, function):
        if thing.kind != "external" or thing.name not in SALTED:
            continue
        position, (keyword, place) = SALTED[thing.name]
        salt = argument(effect, position, "salt")
        trail: list[Leaf] = []
        leaves = flow.leaves(salt, module, function, effect.span, trail) if salt is not None else []
        by = _fixed(program, leaves, trail)
        if by is None:
            continue
        given = argument(effect, place, keyword) if keyword else None
        sources = flow.leaves(given, module, function, effect.span) if given is not None else []
        human = any(is_password(known_as(s)) for s in sources)
        known = hashers.lookup(thing.name)
        yield use(
            "fixed salt", function, index, subject=known.label if known else "a key derivation", by=by,
            severity="error" if human else "warning", confidence="high" if len(leaves) == 1 else "medium",
        )  # fmt: skip
        return


def _fixed(program: Program, leaves: list[Leaf], trail: list[Leaf]) -> str | None:
    """What the salt is for everyone: a literal, also as the tail of an `or` or the default of a setting."""
    if leaves and all(isinstance(leaf.value, Const) and leaf.value.value is not None for leaf in leaves):
        return "a literal"
    for step in trail:
        if isinstance(step.value, Arms) and step.value.op in ("or", "if"):
            last = step.value.values[-1]
            if isinstance(last, Const) and isinstance(last.value, str):
                return "a literal when none is given"
    for leaf in leaves:
        effect = leaf.effect
        read = program.environment.read(effect, leaf.module, leaf.function) if effect is not None else None
        if read is not None and isinstance(read.default, Const) and read.default.value:
            return f"a literal when `{known_as(leaf)}` is not set"
    return None
