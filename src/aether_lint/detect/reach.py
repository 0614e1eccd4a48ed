"""Whether a place runs in production, or because nobody said what the environment is.

A guard that says "not production" protects only when somebody has to say so: where the name of the environment
defaults to development, forgetting it is enough to come here.
"""

from typing import Literal

from aether_lint.facts import Atom, Attr, Cond, Every, Failed, Function, Ref, Result, Some, Test, Value
from aether_lint.link import Module, Program
from aether_lint.link.gates import guard_chain
from aether_lint.link.mentions import folded

Reach = Literal["open", "unset", "closed"]
"""unset: reached when the name of the environment is not set. closed: never in production unless chosen."""

DEPTH = 4  # predicates and bindings followed from a condition


def reach(program: Program, module: Module, function: Function, index: int) -> Reach:
    """How an effect is reached. `closed` includes places under a test runner."""
    gate = program.gates.of_site(module, function, index)
    if gate.level not in ("closed", "test"):
        return "open"
    if gate.level == "test":
        return "closed"
    sites = [(module, function, index), *program.calls.sites(f"{module.path}:{function.key}")]
    answers = [_own(program, *site) for site in sites]
    return "unset" if "unset" in answers else "closed"


def _own(program: Program, module: Module, function: Function, index: int) -> Reach:
    found: Reach = "open"
    for guard in guard_chain(function, function.effects[index].when):
        cond = function.guards[guard].cond
        if program.gates.of_cond(cond, module, function).level not in ("closed", "test"):
            continue
        if holds_unset(program, cond, module, function) is not True:
            return "closed"
        found = "unset"
    return found


def holds_unset(program: Program, cond: Cond, module: Module, function: Function, depth: int = DEPTH) -> bool | None:
    """Whether a condition on the environment's name holds when that name is not set; None when it is not known."""
    match cond:
        case Every(conds):
            parts = [holds_unset(program, c, module, function, depth) for c in conds]
            return False if False in parts else (None if None in parts else True)
        case Some(conds):
            parts = [holds_unset(program, c, module, function, depth) for c in conds]
            return True if True in parts else (None if None in parts else False)
        case Atom("equals" | "in", value, arg, positive):
            return _compared(program, value, arg, positive, module, function)
        case Atom("truthy", value, _, positive):
            truth = _truth(program, value, module, function, depth)
            return None if truth is None else truth == positive
        case Failed() | Atom():
            return None


def _compared(
    program: Program, value: Value, arg: Value | None, positive: bool, module: Module, function: Function
) -> bool | None:
    setting = program.environment_names.of_value(value, module, function)
    if setting is None:
        return None
    if setting.default.kind == "none":
        return not positive
    texts = [t.lower() for t in setting.default.texts]
    listed = _texts(program, arg, module, function)
    if len(texts) != 1 or not listed:
        return None
    return (texts[0] in listed) == positive


def _texts(program: Program, arg: Value | None, module: Module, function: Function) -> list[str]:
    if isinstance(arg, Ref):
        bound = program.names.bindings(program.names.globalise(arg.name, module.path))
        if len(bound) == 1:
            module, function, index = bound[0]
            arg = function.effects[index].value
    if isinstance(arg, Result):
        call = function.effects[arg.effect]
        arg = call.args[0] if call.place in ("builtins.frozenset", "builtins.set") and call.args else arg
    items = getattr(arg, "items", ()) or ((arg,) if arg is not None else ())
    return [t.lower() for i in items for t in program.constants.texts(i, module, function)]


def _truth(program: Program, value: Value, module: Module, function: Function, depth: int) -> bool | None:
    if not depth:
        return None
    match value:
        case Test(cond):
            return holds_unset(program, cond, module, function, depth - 1)
        case Result(index):
            names = program.things.called_functions(function.effects[index], module, function)
            return _predicate(program, names[0], depth) if len(names) == 1 else None
        case Ref(name):
            place = program.names.globalise(name, module.path)
            bound = program.names.bindings(place)
            if len(bound) == 1:
                home, owner, index = bound[0]
                found = owner.effects[index].value
                if owner.effects[index].kind == "define":
                    return _predicate(program, place, depth)
                return None if found is None else _truth(program, found, home, owner, depth - 1)
            return _property(program, Ref(name), module, function, depth)
        case Attr():
            return _property(program, value, module, function, depth)
        case _:
            return None


def _property(program: Program, value: Ref | Attr, module: Module, function: Function, depth: int) -> bool | None:
    for thing in sorted(program.things.of(value, module, function)):
        if thing.kind == "function":
            return _predicate(program, thing.name, depth)
    head = Ref(value.name.rpartition(".")[0]) if isinstance(value, Ref) else value.base
    for thing in sorted(program.things.of(head, module, function)):
        for found in sorted(program.things.attribute(thing, folded(value.name))):
            if found.kind == "function":
                return _predicate(program, found.name, depth)
    return None


def _predicate(program: Program, name: str, depth: int) -> bool | None:
    where = program.names.function(name)
    if where is None:
        return None
    module, function = where
    returns = [e for e in function.effects if e.kind == "return"]
    if len(returns) != 1 or returns[0].value is None:
        return None
    return _truth(program, returns[0].value, module, function, depth - 1)
