"""Calls of general-purpose hashes: which one, over what, and whether its author says that security is no matter."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import hashers
from aether_lint.detect.secret_flow import Flow, Leaf, called_name
from aether_lint.facts import Attr, Const, Effect, Function, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.environment import argument

NOT_CRYPTOGRAPHIC = frozenset({"CRC-32", "the built-in hash()"})


class HashCall(Struct, frozen=True):
    """One call: `label` for messages, `inputs` what is hashed (also by later `update` calls)."""

    index: int
    label: str
    strength: int
    inputs: tuple[Value, ...]


def hash_calls(program: Program, module: Module, function: Function) -> Iterator[HashCall]:
    """The general-purpose hashes that a function calls."""
    for index, effect in enumerate(function.effects):
        if effect.kind != "call" or _said_harmless(effect):
            continue
        for thing in sorted(program.things.callees(effect, module, function)):
            known = hashers.lookup(thing.name) if thing.kind == "external" else None
            if known is None or known.kind != "hash" or known.label in NOT_CRYPTOGRAPHIC:
                continue
            label, strength, data = known.label, known.strength, effect.args[:1]
            if thing.name == "hashlib.new":
                named = program.constants.text(effect.args[0] if effect.args else None, module, function)
                label, strength, data = named or label, hashers.of_scheme(named or "") or strength, effect.args[1:2]
            yield HashCall(index, label, strength, (*data, *_named_data(effect), *_updates(function, index)))
            break


def inputs(flow: Flow, call: HashCall, module: Module, function: Function) -> list[Leaf]:
    """Where what is hashed comes from."""
    span = function.effects[call.index].span
    return [leaf for value in call.inputs for leaf in flow.leaves(value, module, function, span)]


def _named_data(effect: Effect) -> tuple[Value, ...]:
    found = argument(effect, -1, "data") or argument(effect, -1, "string")
    return (found,) if found is not None else ()


def _said_harmless(effect: Effect) -> bool:
    said = argument(effect, -1, "usedforsecurity")
    return isinstance(said, Const) and said.value is False


def _updates(function: Function, index: int) -> Iterator[Value]:
    """What later `update` calls add to the hash made at `index`."""
    held = {e.place for e in function.effects if e.kind == "bind" and e.value == Result(index)}
    for effect in function.effects[index + 1 :]:
        if effect.kind != "call" or called_name(effect) != "update":
            continue
        target = effect.value
        own = isinstance(target, Attr) and target.base == Result(index)
        if own or (isinstance(target, Ref) and target.name.rpartition(".")[0] in held):
            yield from effect.args[:1]
