"""Hashes without a key that are called signatures, proofs or tokens."""

from collections.abc import Iterator

from aether_lint.catalog import secrets_in_flow, tokens
from aether_lint.detect.hash_calls import HashCall, hash_calls, inputs
from aether_lint.detect.secret_flow import Flow, is_secret, known_as
from aether_lint.detect.secret_use import Weakness, use
from aether_lint.detect.value_sinks import Derived
from aether_lint.facts import Const, Function
from aether_lint.link import Module, Program
from aether_lint.link.names import last_part

MAKING = frozenset({"sign", "create", "generate", "make", "issue", "build", "compute", "calculate"})
CHECKING = frozenset({"verify", "validate", "check", "authenticate"})
FORMS = frozenset({"value", "hex", "b64", "base64", "hash", "digest", "bytes", "str"})
NAMES = {
    "signature": "signature",
    "signatures": "signature",
    "sig": "signature",
    "proof": "proof",
    "attestation": "attestation",
}


def unkeyed_signatures(program: Program, flow: Flow, module: Module) -> Iterator[Weakness]:
    """The functions of a module that sign, or check a signature, with nothing that others do not have."""
    if not any(_purpose(function) for function in module.facts.functions):
        return
    checked = any(_purpose(function) == "check" for function in module.facts.functions)
    for function in module.facts.functions:
        purpose = _purpose(function)
        if not purpose or _has_key(function):
            continue
        if purpose == "make" and not checked and not _is_signer(function):
            continue  # nobody checks it: a fingerprint that is called a signature
        for call in hash_calls(program, module, function):
            name = _named(function, call, purpose)
            if name and not _is_keyed(flow, call, module, function):
                yield use(
                    "unkeyed signature", function, call.index, subject=name, by=call.label, severity="warning",
                    detail=purpose, confidence="medium",
                )  # fmt: skip
                break


def _purpose(function: Function) -> str:
    """ "make" or "check" where a function says that it signs or verifies; "" otherwise."""
    if function.kind != "function":
        return ""
    said = tokens.words(function.key.rpartition(".")[2].partition("#")[0])
    if any(word in secrets_in_flow.NOT_SIGNING for word in said):
        return ""
    about = any(word in NAMES for word in said)
    if about and any(word in CHECKING for word in said):
        return "check"
    if (about and any(word in MAKING for word in said)) or said[:1] == ("sign",):
        return "make"
    return ""


def _is_signer(function: Function) -> bool:
    """Whether a function signs as its verb says, or is given a key that it does not use."""
    said = tokens.words(function.key.rpartition(".")[2])
    return said[:1] == ("sign",) or any(is_secret(p.name) for p in function.params)


def _has_key(function: Function) -> bool:
    """Whether a function mentions a key or secret at all, its own unused parameters apart."""
    text = repr(function.effects) + repr(function.guards)
    return any(is_secret(p.name) and f":{function.key}>{p.name}" in text for p in function.params)


def _named(function: Function, call: HashCall, purpose: str) -> str:
    """What the digest is called: the place it is bound to, the column it goes to, what it is compared with."""
    derived = Derived(function, call.index)
    for effect in function.effects[call.index :]:
        if effect.kind == "bind" and derived.holds(effect.value) and (name := _signature_in(effect.place)):
            return name
    for sink in derived.sinks():
        if sink.kind in ("store", "call") and (name := _signature_in(sink.name)):
            return name
        if sink.kind == "return" and purpose == "make" and _returns_signature(function):
            return "signature"
    return ""


def _returns_signature(function: Function) -> bool:
    said = tokens.words(function.key.rpartition(".")[2])
    return said[:1] == ("sign",) or (bool(said) and NAMES.get(said[-1]) == "signature")


def _signature_in(place: str) -> str:
    """What a name promises by its last words: `expected_sig`, `signature_value`; `signature_data` is what is signed."""
    said = [w for w in tokens.words(last_part(place)) if w not in FORMS]
    return NAMES.get(said[-1], "") if said else ""


def _is_keyed(flow: Flow, call: HashCall, module: Module, function: Function) -> bool:
    """Whether something secret or random is among what is hashed, or nothing is known of it."""
    leaves = inputs(flow, call, module, function)
    known = [leaf for leaf in leaves if not isinstance(leaf.value, Const)]
    if not known:
        return True
    return any(is_secret(known_as(leaf)) or flow.is_random(leaf) for leaf in known)
