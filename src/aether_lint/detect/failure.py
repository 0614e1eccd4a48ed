"""What becomes of a failure that a handler catches: raised after all, retried, repaired, or tested by the callers."""

from collections.abc import Iterator

from aether_lint.catalog import startup_work
from aether_lint.detect.arms import is_error_answer, never_returns
from aether_lint.detect.startup_work import is_quiet
from aether_lint.facts import (
    BREAK,
    CONTINUE,
    NEXT,
    RETURN,
    Atom,
    Attempt,
    Caught,
    Cond,
    Const,
    Display,
    Each,
    Effect,
    Every,
    Failed,
    Function,
    Guard,
    Handler,
    Loop,
    Opaque,
    Range,
    Ref,
    Result,
    Some,
    Value,
)
from aether_lint.link import Module, Program
from aether_lint.link.absence import constant_sense
from aether_lint.link.gates import guard_chain
from aether_lint.link.mentions import cond_names, names_in, results_in
from aether_lint.link.names import last_name

DEPTH = 3  # callers followed that hand a failure on
GOES_ON = NEXT | RETURN | BREAK | CONTINUE


def handler_guard(function: Function, attempt: int, handler: int) -> int:
    """The guard under which the effects of a handler run; -1 where it has none."""
    for index, guard in enumerate(function.guards):
        if guard.cond == Failed(attempt, handler):
            return index
    return -1


def inside(effects: Range) -> range:
    """The indices of a range."""
    return range(effects.start, effects.end)


def refuses(program: Program, module: Module, function: Function, attempt: int, handler: int) -> bool:
    """Whether a handler ends the start-up: always, or in production, or for all but an expected error."""
    found = function.attempts[attempt].handlers[handler]
    if not found.exits & GOES_ON:
        return True
    own = handler_guard(function, attempt, handler)
    for index in inside(found.effects):
        effect = function.effects[index]
        if not (effect.kind == "raise" or _may_raise(effect, program, module, function)):
            continue
        if enclosing_inner(function, index, attempt):
            continue
        conds = [function.guards[g].cond for g in _until(function, effect.when, own)]
        if not conds or _decides(program, module, function, conds):
            return True
    return False


def _may_raise(effect: Effect, program: Program, module: Module, function: Function) -> bool:
    """Whether a call ends the program, or hands the error to a function of ours that may raise it."""
    if never_returns(effect, program, module, function):
        return True
    if effect.kind != "call" or not any(isinstance(a, Ref) and _is_caught(a, function) for a in effect.args):
        return False
    for name in program.things.called_functions(effect, module, function):
        where = program.names.function(name)
        if where is not None and any(e.kind == "raise" for e in where[1].effects):
            return True
    return False


def _is_caught(value: Ref, function: Function) -> bool:
    return any(e.kind == "bind" and e.place == value.name and isinstance(e.value, Caught) for e in function.effects)


def enclosing_inner(function: Function, index: int, attempt: int) -> bool:
    """Whether an effect of a handler lies in the body of another `try` that catches."""
    return any(
        number != attempt and a.body.start <= index < a.body.end and a.handlers and number > attempt
        for number, a in enumerate(function.attempts)
    )


def _until(function: Function, index: int, stop: int) -> list[int]:
    found: list[int] = []
    while index >= 0 and index != stop:
        found.append(index)
        index = function.guards[index].parent
    return found


def _decides(program: Program, module: Module, function: Function, conds: list[Cond]) -> bool:
    """Whether a raise under these conditions counts: not if an operator must first switch it on."""
    return not any(_is_off_by_default(program, module, function, cond) for cond in conds)


def _is_off_by_default(program: Program, module: Module, function: Function, cond: Cond) -> bool:
    roots = program.absences.of_cond(cond, module, function)
    if roots and all(root.kind == "flag" for root, _ in roots):
        return True
    value = getattr(cond, "value", None)
    if getattr(cond, "kind", "") != "truthy" or value is None:
        return False
    literal = program.constants.literal(value, module, function)
    if literal is None and isinstance(value, Ref):
        literal = _setting_default(program, value, module)
    return literal is not None and bool(literal.value) != getattr(cond, "positive", True)


def _setting_default(program: Program, value: Ref, module: Module) -> Const | None:
    """The default of a field that is reached through an instance (`settings.strict`)."""
    head, dot, name = program.names.globalise(value.name, module.path).rpartition(".")
    for thing in sorted(program.things.of_place(head)) if dot and ":" in head else ():
        if thing.kind in ("instance", "class"):
            for base in program.things.bases(thing.name):
                bound = program.names.bindings(f"{base.name}.{name}") if base.kind == "class" else []
                if len(bound) == 1:
                    _, owner, index = bound[0]
                    found = owner.effects[index].value
                    if isinstance(found, Result) and owner.effects[found.effect].args:
                        found = owner.effects[found.effect].args[0]
                    return found if isinstance(found, Const) else None
    return None


def retried(program: Program, module: Module, function: Function, attempt: int, handler: int) -> bool:
    """Whether the failure leads to another attempt without which the function does not go on."""
    tried = function.attempts[attempt]
    loop = _loop_around(function, tried)
    if loop is None:
        return False
    if not is_for(function, loop):
        return bool(tried.handlers[handler].exits & (NEXT | CONTINUE)) and not tried.handlers[handler].exits & (
            RETURN | BREAK
        )
    return False


def _loop_around(function: Function, attempt: Attempt) -> Loop | None:
    best: Loop | None = None
    for loop in function.loops:
        if is_round_of(loop, attempt) and (best is None or loop.effects.start > best.effects.start):
            best = loop
    return best


def is_round_of(loop: Loop, attempt: Attempt) -> bool:
    """Whether a `try` stands in a loop; where both hold the same effects, the one that begins first is around."""
    inside = loop.effects.start <= attempt.body.start and attempt.body.end <= loop.effects.end
    return inside and (loop.span.line, loop.span.column) < (attempt.span.line, attempt.span.column)


def is_for(function: Function, loop: Loop) -> bool:
    """Whether a loop runs over something, and so ends by itself."""
    first = function.effects[loop.effects.start] if loop.effects.start < loop.effects.end else None
    return first is not None and first.kind == "bind" and _is_each(first.value) and not loop.endless


def _is_each(value: Value | None) -> bool:
    match value:
        case Each() | Opaque("part", (Each(), *_)):
            return True
        case Opaque("part", (Opaque() as inner, *_)):
            return _is_each(inner)
        case _:
            return False


def raised_later(program: Program, module: Module, function: Function, attempt: int, handler: int) -> bool:
    """Whether the function raises afterwards because of what the handler noted or the body did not do."""
    tried = function.attempts[attempt]
    noted = set(_noted(function, tried, handler))
    made = set(_made(function, tried))
    loop = _loop_around(function, tried)
    end = max(tried.handlers[handler].effects.end, tried.final.end, tried.orelse.end)
    for index in range(end, len(function.effects)):
        effect = function.effects[index]
        if not (effect.kind == "raise" or never_returns(effect, program, module, function)):
            continue
        chain = guard_chain(function, effect.when)
        conds = [function.guards[g].cond for g in chain]
        if any(isinstance(c, Failed) and c.attempt != attempt and c.positive for c in conds):
            continue
        if noted & {n for c in conds for n in cond_names(c, function, 1)} or made & {
            n for c in conds for n in missing(c)
        }:
            return True
        if (
            loop is not None
            and is_for(function, loop)
            and index >= loop.effects.end
            and _same_block(function, effect, loop)
        ):
            return True
        if any(isinstance(c, Failed) and c.attempt == attempt and c.positive for c in conds):
            return True
    return False


def _same_block(function: Function, effect: Effect, loop: Loop) -> bool:
    """Whether an effect behind a loop runs whenever the loop has run to its end."""
    first = function.effects[loop.effects.start].when
    return effect.when == -1 or effect.when in guard_chain(function, first)


def _noted(function: Function, attempt: Attempt, handler: int) -> Iterator[str]:
    """The places in which the handler keeps account of the failure."""
    for index in inside(attempt.handlers[handler].effects):
        effect = function.effects[index]
        if effect.kind in ("bind", "augment", "write") and effect.place and not isinstance(effect.value, Caught):
            yield effect.place
        elif effect.kind == "call" and last_name(effect) in ("append", "add", "update", "extend", "set"):
            yield effect.place.rpartition(".")[0]


def _made(function: Function, attempt: Attempt) -> Iterator[str]:
    """The places that the body alone fills: they are empty where it failed."""
    filled = {
        e.place for e in function.effects[: attempt.body.start] if e.kind == "bind" and not is_empty(e.value, function)
    }
    for index in (*inside(attempt.body), *inside(attempt.orelse)):
        effect = function.effects[index]
        if effect.kind in ("bind", "write") and effect.place and effect.place not in filled:
            yield effect.place


def missing(cond: Cond) -> Iterator[str]:
    """The places that are None or falsy where a condition holds."""
    match cond:
        case Atom("none", Ref(name), _, True) | Atom("truthy", Ref(name), _, False):
            yield name
        case Every(conds) | Some(conds):
            for part in conds:
                yield from missing(part)


def refines(function: Function, attempt: int) -> bool:
    """Whether the body only improves on a value that is there already: a default list, a detected version."""
    body = function.attempts[attempt].body
    tried = {i for a in function.attempts for i in inside(a.body)}
    had = {f":{function.key}>{p.name}" for p in function.params}
    had |= {
        e.place
        for i, e in enumerate(function.effects[: body.start])
        if e.kind == "bind" and i not in tried and not is_empty(e.value, function)
    }
    later = {n for i in range(body.end, len(function.effects)) for n in _mentioned(function.effects[i], function)}
    bound = {function.effects[i].place for i in inside(body) if function.effects[i].kind in ("bind", "write")}
    kept = {place for place in bound if place in later or ">" not in place or "." in place.rpartition(">")[2]}
    return bool(kept) and kept <= had


def repaired(program: Program, module: Module, function: Function, attempt: int, handler: int) -> bool:
    """Whether the handler does the work in another way: it calls what may fail itself, or installs a value."""
    tried = function.attempts[attempt]
    done = {function.effects[i].place for i in inside(tried.body) if function.effects[i].kind == "call"}
    for index in inside(tried.handlers[handler].effects):
        effect = function.effects[index]
        if effect.kind == "call" and not is_quiet(effect) and not effect.place.startswith("asyncio."):
            if effect.place in done and program.subjects.of_call(effect, module, function):
                return True
            words = startup_work.words(last_name(effect))
            if words & startup_work.CLEAN_UP or words & startup_work.STATUS_WORDS:
                continue
            if program.subjects.of_call(effect, module, function):
                return True
        if effect.kind in ("bind", "write") and _is_replacement(effect, function, tried.handlers[handler].effects.end):
            return True
        if effect.kind == "return" and not is_empty(effect.value, function):
            return True
    return False


def _is_replacement(effect: Effect, function: Function, end: int) -> bool:
    """Whether a handler gives a place a value to go on with."""
    value = effect.value
    if isinstance(value, (Caught, Const)) or is_empty(value, function):
        return False
    name = effect.place.rpartition(".")[2].rpartition(">")[2]
    local = f":{function.key}>" in effect.place and "." not in name
    if local or startup_work.words(name) & startup_work.STATUS_WORDS:
        return any(effect.place in _mentioned(function.effects[i], function) for i in range(end, len(function.effects)))
    return not (isinstance(value, Result) and function.effects[value.effect].place.startswith("logging."))


def _mentioned(effect: Effect, function: Function) -> set[str]:
    values = [effect.value, *effect.args, *(v for _, v in effect.keywords)]
    return {name for value in values for name in names_in(value, function, 0)}


def is_empty(value: Value | None, function: Function) -> bool:
    """Whether a value says no more than "no": None, False, 0, what is empty, a tuple that begins with one of them."""
    match value:
        case None:
            return True
        case Const(found):
            return not found
        case Display(_, items, _):
            return not items or is_empty(items[0], function)
        case Result(index):
            call = function.effects[index]
            return call.place in ("builtins.dict", "builtins.list", "builtins.set", "builtins.tuple") and not call.args
        case _:
            return False


def told_to_callers(program: Program, module: Module, function: Function, handler: Handler) -> bool:
    """Whether the failure is the function's result, and start-up raises on it wherever it calls the function."""
    if not _reports(function, handler):
        return False
    failing = [function.effects[i].value for i in inside(handler.effects) if function.effects[i].kind == "return"]
    told = bool(failing) and all(value == Const(False) for value in failing)
    return _all_test(program, f"{module.path}:{function.key}", DEPTH, told)


def put_into_the_answer(program: Program, module: Module, function: Function, handler: Handler) -> bool:
    """Whether the handler adds the failure to the function's answer, and health is read from where that is kept."""
    noted = {
        effect.place.rpartition(".")[0]
        for effect in (function.effects[i] for i in inside(handler.effects))
        if effect.kind == "call" and last_name(effect) in ("append", "add", "setdefault", "update")
    }
    answers = [e.value for e in function.effects if e.kind == "return"]
    if not any(name in noted for answer in answers for name in names_in(answer, function, 2)):
        return False
    kept = [
        any(
            program.readiness.reports(caller, owner, Range(i, i + 1))
            for i, e in enumerate(owner.effects)
            if e.kind == "bind" and index in results_in(Atom("truthy", e.value or Const(None)), owner, 0)
        )
        for caller, owner, index in program.calls.sites(f"{module.path}:{function.key}")
        if program.startup.of_effect(caller, owner, index) is not None
    ]
    return bool(kept) and all(kept)


def _reports(function: Function, handler: Handler) -> bool:
    """Whether the result tells failure from success."""
    failing = [function.effects[i].value for i in inside(handler.effects) if function.effects[i].kind == "return"]
    if not failing and not handler.exits & NEXT:
        return False
    return any(
        e.kind == "return" and constant_sense(e.value, "return") != "falsy" and e.value not in failing
        for i, e in enumerate(function.effects)
        if i not in inside(handler.effects)
    )


def _all_test(program: Program, name: str, depth: int, told: bool) -> bool:
    sites = program.calls.sites(name)
    judged = [
        _tests(program, caller, owner, index, depth, told)
        for caller, owner, index in sites
        if program.startup.of_effect(caller, owner, index) is not None
    ]
    return bool(judged) and all(judged)


def _tests(program: Program, module: Module, function: Function, index: int, depth: int, told: bool) -> bool:
    """Whether a caller raises, exits or answers with an error when the result of a call says so.

    A False (`told`) need only decide something: what that is worth is judged there.
    """
    places = _bound_to(function, index)
    if told and any(
        index in results_in(g.cond, function, 1) or places & set(cond_names(g.cond, function, 0))
        for g in function.guards
    ):
        return True
    for effect in function.effects:
        handed_on = effect.kind == "return" and depth and _is_of(effect.value, index, places)
        if handed_on and _all_test(program, f"{module.path}:{function.key}", depth - 1, told):
            return True
        refusing = (
            effect.kind == "raise"
            or is_error_answer(effect, function)
            or never_returns(effect, program, module, function)
        )
        if not refusing:
            continue
        for guard in guard_chain(function, effect.when):
            cond = function.guards[guard].cond
            if index in results_in(cond, function, 2) or places & set(cond_names(cond, function, 1)):
                return True
    return _repeats(function, index)


def _repeats(function: Function, index: int) -> bool:
    """Whether the call decides when a `while` loop is left."""
    if not any(index in inside(loop.effects) and not is_for(function, loop) for loop in function.loops):
        return any(index in results_in(guard.cond, function, 0) for guard in _loop_tests(function))
    return any(index in results_in(guard.cond, function, 0) for guard in function.guards)


def _loop_tests(function: Function) -> Iterator[Guard]:
    for loop in function.loops:
        if not is_for(function, loop) and loop.effects.start < loop.effects.end:
            when = function.effects[loop.effects.start].when
            if when >= 0:
                yield function.guards[when]


def _bound_to(function: Function, index: int) -> set[str]:
    return {e.place for e in function.effects if e.kind == "bind" and e.value == Result(index)}


def _is_of(value: Value | None, index: int, places: set[str]) -> bool:
    return value == Result(index) or (isinstance(value, Ref) and value.name in places)
