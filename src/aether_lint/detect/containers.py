"""Whether a container of this process serves in place of a store, or the program only notes something there.

Told by use, not by name: what takes the place of a store is worked on where the store is missing and nowhere beside
it, and keeps what the caller gave, not what went wrong.
"""

from aether_lint.detect.arms import Decision
from aether_lint.facts import Caught, Cond, Effect, Function, Test, Value, failures_in, is_none
from aether_lint.link import Module, Program
from aether_lint.link.gates import guard_chain
from aether_lint.link.mentions import Walker
from aether_lint.link.names import last_name

REMOVERS = frozenset({"pop", "popleft", "popitem", "clear", "discard", "remove"})
CALLS = 3  # followed from the function to the container
DEPTH = 4  # bindings and calls looked through between what is stored and what it is made of


def serves_instead(program: Program, module: Module, function: Function, decision: Decision, box: str) -> bool:
    """Whether the arm without the store works with the container, and the code around it does not."""
    if _worked_on_anyway(program, module, function, decision, box):
        return False
    if _only_takes_out(program, module, function, decision, box) and not _is_copy(program, module, box):
        return False  # what was noted before the call is taken back
    stored = [v for i in decision.taken.effects for v in _stored(program, module, function, i, box)]
    return not stored or any(_is_given(value, function) for value in stored)


def _worked_on_anyway(program: Program, module: Module, function: Function, decision: Decision, box: str) -> bool:
    """Whether the same function works on the container where nothing is missing."""
    parents = [function.guards[number].parent for number in decision.taken.guards]
    around = {-1, *(g for parent in parents for g in guard_chain(function, parent))}
    for index, effect in enumerate(function.effects):
        is_normal = effect.when in around or index in decision.other.effects
        if is_normal and index not in decision.taken.effects and _works_on(program, module, function, effect, box):
            return True
    return any(_asks(program, module, function, guard.cond, box) for guard in function.guards if guard.parent in around)


def _only_takes_out(program: Program, module: Module, function: Function, decision: Decision, box: str) -> bool:
    """Whether all that the arm does with the container is to take something out of it."""
    for index in decision.taken.effects:
        effect = function.effects[index]
        if box == program.natures.box_of(effect, module, function):
            if not _takes_out(effect):
                return False
        elif box == program.natures.box_in(effect.value, module, function):
            return False
        elif effect.kind == "call":
            for name in program.things.called_functions(effect, module, function):
                where = program.names.function(name) if box in program.natures.boxes(name) else None
                if where is not None and not _only_prunes(program, *where, box):
                    return False
    return True


def _is_copy(program: Program, module: Module, box: str) -> bool:
    """Whether something is put into the container, or looked up there, because something else is missing."""
    for function in module.facts.functions:
        for effect in function.effects:
            kept = box == program.natures.box_of(effect, module, function) and not _takes_out(effect)
            if kept and program.absences.of_guard(effect.when, module, function):
                return True
    return False


def _works_on(
    program: Program, module: Module, function: Function, effect: Effect, box: str, depth: int = CALLS
) -> bool:
    """Whether an effect puts something into the container or looks into it, and not because something failed."""
    if _takes_out(effect) or _has_failed(function, effect):
        return False
    natures = program.natures
    if box in (natures.box_of(effect, module, function), natures.box_in(effect.value, module, function)):
        return True
    if effect.kind != "call" or not depth:
        return False
    for name in program.things.called_functions(effect, module, function):
        where = program.names.function(name) if box in program.natures.boxes(name) else None
        if where is None or _only_prunes(program, *where, box):
            continue
        if any(_works_on(program, *where, inner, box, depth - 1) for inner in where[1].effects):
            return True
    return False


def _only_prunes(program: Program, module: Module, function: Function, box: str) -> bool:
    """Whether a function puts nothing into the container and answers nothing: it takes out what has expired."""
    if any(e.kind == "return" and not is_none(e.value) for e in function.effects):
        return False
    return not any(_stored(program, module, function, i, box) for i in range(len(function.effects)))


def _has_failed(function: Function, effect: Effect) -> bool:
    """Whether an effect runs only where another step has failed."""
    return any(failures_in(function.guards[g].cond) for g in guard_chain(function, effect.when))


def _asks(program: Program, module: Module, function: Function, cond: Cond, box: str) -> bool:
    """Whether a test that has nothing to do with what is missing looks into the container."""
    if program.absences.of_cond(cond, module, function):
        return False
    return box == program.natures.box_in(Test(cond), module, function)


def _takes_out(effect: Effect) -> bool:
    return effect.kind == "delete" or (effect.kind == "call" and last_name(effect) in REMOVERS)


def _stored(program: Program, module: Module, function: Function, index: int, box: str) -> list[Value]:
    """What an effect puts into the container."""
    effect = function.effects[index]
    if program.natures.box_of(effect, module, function) != box:
        return []
    if effect.kind in ("write", "augment"):
        return [effect.value] if effect.value is not None else []
    if effect.kind == "call" and last_name(effect) not in REMOVERS | {"get", "items", "keys", "values", "copy"}:
        return list(effect.args)
    return []


def _is_given(value: Value, function: Function) -> bool:
    """Whether a value comes from outside the function; the time, constants and the error itself do not."""
    errors = {e.place for e in function.effects if e.kind == "bind" and isinstance(e.value, Caught)}
    names = set(Walker(function).names(value, DEPTH))
    given = {f":{function.key}>{p.name}" for p in function.params}
    return not names & errors and any(n in given or (n.startswith(":") and ">" not in n) for n in names)
