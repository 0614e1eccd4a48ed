"""Checks that raise under a condition that never holds, or that switch themselves off before they have looked.

A value that cannot occur: `text.split(",")` is never empty, a tuple of values is never falsy, the variable of
`range(n)` never reaches `n`. A check disarms itself where it marks itself done first: whoever calls it again after
its error passes.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.facts import Atom, Caught, Cond, Const, Display, Each, Every, Function, Opaque, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.gates import guard_chain
from aether_lint.link.names import last_name, last_part

DEPTH = 3  # names and calls followed to what a condition asks about
TEXTS = ("text", "none", "required")  # defaults of reads whose value is split


class Flaw(Struct, frozen=True):
    """`index` is the effect that is reported; `kind` as in `BrokenGuard`, `detail` in the words of the code."""

    kind: Literal["impossible", "unreached", "disarmed"]
    index: int
    detail: str


def flaws(program: Program, module: Module, function: Function) -> Iterator[Flaw]:
    """The flaws of a function that raises."""
    raises = [i for i, e in enumerate(function.effects) if e.kind == "raise" and e.when >= 0]
    for index in raises:
        found = next(
            (
                detail
                for guard in guard_chain(function, function.effects[index].when)
                for detail in _impossible(program, function.guards[guard].cond, module, function)
            ),
            "",
        )
        if found:
            yield Flaw("impossible", index, found)
        elif (limit := _unreached(program, module, function, index)) != "":
            yield Flaw("unreached", index, limit)
    yield from _disarmed(function, raises)


def _impossible(program: Program, cond: Cond, module: Module, function: Function) -> Iterator[str]:
    """What a condition wrongly takes for possibly empty."""
    match cond:
        case Every(conds):
            for part in conds:
                yield from _impossible(program, part, module, function)
        case Atom("truthy", value, _, False):
            if (found := _never_falsy(program, value, module, function, DEPTH)) != "":
                yield found


def _never_falsy(program: Program, value: Value, module: Module, function: Function, depth: int) -> str:
    match value:
        case Display("tuple", items, _) if len(items) > 1 and not any(isinstance(i, Opaque) for i in items):
            return "a tuple"
        case Result(index) if depth:
            return _never_falsy_result(program, index, module, function, depth - 1)
        case Ref(name) if depth:
            bound = program.names.bindings(program.names.globalise(name, module.path))
            if len(bound) == 1:
                home, owner, index = bound[0]
                effect = owner.effects[index]
                if effect.kind == "bind" and effect.value is not None:
                    return _never_falsy(program, effect.value, home, owner, depth - 1)
    return ""


def _never_falsy_result(program: Program, index: int, module: Module, function: Function, depth: int) -> str:
    effect = function.effects[index]
    if effect.kind != "call":
        return ""
    if last_name(effect) == "split" and effect.args and isinstance(effect.args[0], Const):
        return "split" if _is_read(program, effect.value, module, function) else ""
    names = program.things.called_functions(effect, module, function)
    where = program.names.function(names[0]) if len(names) == 1 else None
    if where is None or where[1].is_async or where[1].generator:
        return ""
    returned = [e.value for e in where[1].effects if e.kind == "return"]
    found = [_never_falsy(program, v, *where, depth) if v is not None else "" for v in returned]
    return found[0] if found and all(found) and not where[1].exits & 1 else ""


def _is_read(program: Program, called: Value | None, module: Module, function: Function) -> bool:
    """Whether a method is called on a setting."""
    base = getattr(called, "base", None)
    if isinstance(base, Result):
        return program.environment.read(function.effects[base.effect], module, function) is not None
    if not isinstance(called, Ref):
        return False
    bound = program.names.bindings(program.names.globalise(called.name.rpartition(".")[0], module.path))
    if len(bound) != 1:
        return False
    home, owner, index = bound[0]
    value = owner.effects[index].value
    return isinstance(value, Result) and program.environment.read(owner.effects[value.effect], home, owner) is not None


def _unreached(program: Program, module: Module, function: Function, index: int) -> str:
    """`for attempt in range(RETRIES): ... if attempt == RETRIES: raise`: the name of the limit."""
    for guard in guard_chain(function, function.effects[index].when):
        match function.guards[guard].cond:
            case Atom("equals", Ref(name), limit, True) if limit is not None and not isinstance(limit, Caught):
                stop = _stop(function, name)
                if stop is not None and stop == limit and not _raises_after(function, name):
                    return (
                        limit.name.replace(">", ".").rpartition(".")[2].lstrip(":")
                        if isinstance(limit, Ref)
                        else str(getattr(limit, "value", "the limit"))
                    )
    return ""


def _stop(function: Function, name: str) -> Value | None:
    """Where the range ends over which a variable runs from 0."""
    bound = [e.value for e in function.effects if e.kind == "bind" and e.place == name]
    if len(bound) != 1 or not isinstance(bound[0], Each) or not isinstance(bound[0].source, Result):
        return None
    made = function.effects[bound[0].source.effect]
    return made.args[0] if made.place == "builtins.range" and len(made.args) == 1 else None


def _raises_after(function: Function, name: str) -> bool:
    """Whether the function raises behind the loop, so that running out of attempts is noticed."""
    ends = [
        loop.effects.end
        for loop in function.loops
        if any(function.effects[i].place == name for i in range(loop.effects.start, loop.effects.end))
    ]
    return any(e.kind == "raise" for i, e in enumerate(function.effects) if ends and i >= max(ends))


def _disarmed(function: Function, raises: list[int]) -> Iterator[Flaw]:
    """`if _checked: return`, then `_checked = True` before anything has raised."""
    if not raises:
        return
    skipping = {
        cond.value.name
        for e in function.effects
        if e.kind == "return" and e.when >= 0
        for cond in (function.guards[e.when].cond,)
        if isinstance(cond, Atom) and cond.kind == "truthy" and cond.positive and isinstance(cond.value, Ref)
    }
    for index, effect in enumerate(function.effects[: min(raises)]):
        if effect.kind != "bind" or effect.value != Const(True) or effect.place not in skipping:
            continue
        if ">" in effect.place and "." not in effect.place.rpartition(">")[2]:
            continue  # a local variable is gone at the next call
        conds = [function.guards[g].cond for g in guard_chain(function, effect.when)]
        if all(isinstance(c, Atom) and c.value == Ref(effect.place) for c in conds):
            yield Flaw("disarmed", index, last_part(effect.place))
            return
