"""Handlers that look at what they caught: `if exc.code == "NOT_FOUND": return None`, and a raise for all else."""

from collections.abc import Iterator

from aether_lint.catalog import outcomes
from aether_lint.facts import Caught, Const, Function, Ref, Result, Value
from aether_lint.link.gates import guard_chain, required_atoms
from aether_lint.link.mentions import parts_of
from aether_lint.link.names import last_part

DEPTH = 4  # subscripts and calls between the exception and its code [`exc.response["Error"]["Code"]` has three]


def is_answer(function: Function, index: int) -> bool:
    """Whether an effect runs because the service said that something is not there, or there already."""
    effects = function.effects
    caught = tuple(e.place for e in effects if e.kind == "bind" and isinstance(e.value, Caught))
    if not caught:
        return False
    for number in guard_chain(function, effects[index].when):
        for atom in required_atoms(function.guards[number].cond):
            if not atom.positive:
                continue
            said = [text for value in (atom.value, atom.arg) for text in _texts(value, function, DEPTH)]
            about = any(text == c or text.startswith(f"{c}.") for text in said for c in caught)
            if about and any(outcomes.says_answer(last_part(text)) for text in said):
                return True
    return False


def _texts(value: Value | None, function: Function, depth: int) -> Iterator[str]:
    """The literals and names that an expression mentions, in its calls and subscripts, too."""
    match value:
        case None:
            return
        case Const(found):
            yield str(found)
        case Ref(name):
            yield name
        case Result(index) if depth:
            effect = function.effects[index]
            for part in (effect.value, *effect.args):
                yield from _texts(part, function, depth - 1)
        case _:
            for part in parts_of(value):
                yield from _texts(part, function, depth)
