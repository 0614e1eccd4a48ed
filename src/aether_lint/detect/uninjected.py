"""Stand-ins that serve because nobody passes the real thing: defaults of parameters and fields, `x or InMemoryX()`,
and objects that call themselves mock and are the only ones built.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import duties, fabrication, tokens
from aether_lint.detect.anchor import Anchor
from aether_lint.facts import Arms, Atom, Cond, Const, Effect, Every, Function, Param, Ref, Result, Value, negate
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.gates import guard_chain, required
from aether_lint.link.names import last_name
from aether_lint.link.nature import is_durable
from aether_lint.link.subjects import Subject
from aether_lint.link.things import Thing
from aether_lint.model import CONFIDENCES, Confidence, Span

Kind = Literal["parameter", "tail", "field", "built"]
MOST_RELATED = 5
_FACTORY_CALLS = frozenset({"field", "Field", "attrib", "ib"})
_RECORD_DECORATORS = frozenset({"dataclass", "define", "frozen", "mutable", "s", "attrs"})


class Uninjected(Struct, frozen=True):
    """parameter, field: its default is the stand-in; tail: it is chosen where the parameter is empty; built: an object
    that calls itself a mock. `parameter` is empty for the last. `because` says how `by` is known for what it is.
    """

    anchor: Anchor
    path: str
    scope: str
    span: Span
    kind: Kind
    parameter: str
    owner: str
    by: str
    subject: Subject
    because: str
    related: tuple[Step, ...]
    confidence: Confidence
    keeps: bool


class _Place(Struct, frozen=True):
    """Where a stand-in is chosen: `value` in `function`, whose statement is at `index`."""

    function: Function
    index: int
    value: Value
    kind: Kind


def observe(program: Program, module: Module) -> list[Uninjected]:
    """The stand-ins of one module that nobody replaces, in order of position."""
    if not program.complete:
        return []
    found: list[Uninjected] = []
    for function in module.facts.functions:
        if frozenset(tokens.words(function.key)) & (fabrication.STANDING_BY_ITSELF | tokens.TEST_WORDS):
            continue
        if function.kind == "function":
            for param in function.params:
                found += _of_parameter(program, module, function, param)
        elif function.kind == "class":
            found += _of_fields(program, module, function)
        found += _built(program, module, function)
    return sorted(found, key=lambda seen: (seen.span, seen.scope))


def _of_parameter(program: Program, module: Module, function: Function, param: Param) -> Iterator[Uninjected]:
    for place in _places(module, function, param):
        seen = _stand_in(program, module, place, param.name, param.annotation)
        if seen is None or _is_refused(program, module, function, f":{function.key}>{param.name}"):
            continue
        answer = program.injections.of_parameter(module, function, param.name)
        if answer.passed != "nothing" or not answer.sites or _is_set_later(program, module, function, param.name):
            return
        owner = function.owner if function.key.endswith(".__init__") else function.key
        yield _observed(module, place, function.key, param.name, owner, seen, _steps(answer.sites))
        return


def _places(module: Module, function: Function, param: Param) -> Iterator[_Place]:
    """The default of a parameter, or what the body takes where it is empty."""
    parent = module.functions.get(function.parent)
    if isinstance(param.default, Result) and parent is not None:
        yield _Place(parent, param.default.effect, param.default, "parameter")
    if param.default != Const(None):
        return
    name = f":{function.key}>{param.name}"
    for index, effect in enumerate(function.effects):
        for value in (effect.value, *effect.args, *(v for _, v in effect.keywords)):
            tail = _tail(value, name)
            if tail is not None:
                yield _Place(function, index, tail, "tail")
        replaces = effect.kind == "bind" and isinstance(effect.value, Result) and effect.when >= 0
        if replaces and effect.value is not None and _says_empty(function.guards[effect.when].cond, name):
            yield _Place(function, index, effect.value, "tail")


def _tail(value: Value | None, name: str) -> Value | None:
    match value:
        case Arms("or", (Ref(first), *_) as values) if first == name:
            return values[-1]
        case Arms("if", (chosen, other), test) if test is not None:
            if chosen == Ref(name) and _says_there(test, name):
                return other
            return chosen if other == Ref(name) and _says_empty(test, name) else None
        case _:
            return None


def _says_empty(cond: Cond, name: str) -> bool:
    match cond:
        case Atom("none", Ref(tested), _, True) | Atom("truthy", Ref(tested), _, False):
            return tested == name
        case _:
            return False


def _is_refused(program: Program, module: Module, function: Function, name: str) -> bool:
    """Whether the function raises where the parameter is empty: always, or in production."""
    for effect in function.effects:
        if effect.kind != "raise" or effect.when < 0:
            continue
        parts = [part for g in guard_chain(function, effect.when) for part in required(function.guards[g].cond)]
        rest = tuple(part for part in parts if not _says_empty(part, name))
        if len(rest) == len(parts):
            continue
        if not rest or program.gates.of_cond(negate(Every(rest)), module, function).level in ("closed", "test"):
            return True
    return False


def _says_there(cond: Cond, name: str) -> bool:
    match cond:
        case Atom("none", Ref(tested), _, False) | Atom("truthy", Ref(tested), _, True):
            return tested == name
        case _:
            return False


def _of_fields(program: Program, module: Module, owner: Function) -> Iterator[Uninjected]:
    if not _is_record(program, module, owner):
        return
    annotations = dict(owner.annotations)
    for index, effect in enumerate(owner.effects):
        if effect.kind != "bind" or effect.place not in annotations or effect.value is None:
            continue
        name = effect.place.rpartition(".")[2]
        place = _Place(owner, index, _default_of(owner, effect.value), "field")
        seen = _stand_in(program, module, place, name, annotations[effect.place])
        if seen is None:
            continue
        answer = program.injections.of_class(module, owner.key, name, -1)
        if answer.passed == "nothing" and answer.sites:
            yield _observed(module, place, owner.key, name, owner.key, seen, _steps(answer.sites))


def _is_record(program: Program, module: Module, owner: Function) -> bool:
    parent = module.functions.get(owner.parent)
    for decorator in owner.decorators:
        name = getattr(decorator, "name", "")
        if isinstance(decorator, Result) and parent is not None:
            name = last_name(parent.effects[decorator.effect])
        if name.lstrip("?").rpartition(".")[2] in _RECORD_DECORATORS:
            return True
    bases = program.things.bases(f"{module.path}:{owner.key}")
    return any(base.kind == "external" and base.name.endswith(".BaseModel") for base in bases)


def _default_of(owner: Function, value: Value) -> Value:
    """`MemoryStore` of `field(default_factory=MemoryStore)`."""
    if isinstance(value, Result) and last_name(owner.effects[value.effect]) in _FACTORY_CALLS:
        for name, given in owner.effects[value.effect].keywords:
            if name in ("default_factory", "factory", "default"):
                return given
    return value


class _StandIn(Struct, frozen=True):
    by: str
    subject: Subject
    because: str
    confidence: Confidence
    keeps: bool = True


def _stand_in(
    program: Program, module: Module, place: _Place, name: str, annotation: tuple[str, ...]
) -> _StandIn | None:
    """What a default is, if it only stands in for something that keeps, sends, signs or allows."""
    if program.gates.of_site(module, place.function, place.index).level in ("closed", "test"):
        return None
    found = [
        _of_ours(program, module, thing.name, name, annotation)
        if thing.kind in ("instance", "class") and ":" in thing.name
        else _of_library(program, thing, name)
        for thing in sorted(program.things.of(place.value, module, place.function))
    ]
    # where something else may be there as well, what chooses between them decides
    return found[0] if found and all(found) else None


def _of_library(program: Program, thing: Thing, name: str) -> _StandIn | None:
    nature = program.natures.of_thing(thing)
    if thing.kind != "made" or thing.name != thing.origin or nature.kind != "volatile":
        return None
    duty = duties.duty(name)
    if duty is None or duty.role in duties.NOT_KEPT or thing.name.startswith(("builtins.", "collections.", "asyncio.")):
        return None
    if not duties.says_in_memory(thing.name.rpartition(".")[2]) and not duties.says_stand_in(thing.name):
        return None
    return _StandIn(nature.label, Subject(duty.subject, duty.role, "use", "medium"), "by its library", "medium")


def _of_ours(
    program: Program, module: Module, name: str, parameter: str, annotation: tuple[str, ...]
) -> _StandIn | None:
    short = name.rpartition(":")[2].rpartition(".")[2]
    nature = program.natures.of_thing(Thing("instance", name))
    volatile = nature.kind in ("volatile", "null") and not nature.container
    called = duties.says_stand_in(short)
    if not (volatile or called) or _refuses_production(program, name):
        return None
    if duties.names_cache(short) or duties.names_cache(parameter):
        return None
    declared = Ref(annotation[0]) if annotation else None
    for other in program.injections.alternatives(name, declared, module, module.functions[""]):
        reached = [s for s in program.subjects.of_thing(Thing("instance", other)) if is_durable(s)]
        if reached and program.natures.of_thing(Thing("instance", other)).kind == "durable":
            best = max(reached, key=lambda s: (s.access == "write", s.label))
            label = other.rpartition(":")[2].rpartition(".")[2]
            return _StandIn(f"`{short}`", best, f"`{label}` is the durable one", "high", nature.kind == "volatile")
    duty = duties.duty(short) or duties.duty(parameter)
    if duty is None or duty.role in duties.NOT_KEPT or not (called or duties.says_in_memory(short)):
        return None
    if not called and nature.kind != "volatile":
        return None
    subject = Subject(duty.subject, duty.role, "use", "medium")
    return _StandIn(f"`{short}`", subject, "by its name", "medium", nature.kind == "volatile")


def _refuses_production(program: Program, name: str) -> bool:
    """Whether the constructor raises in production."""
    where = program.names.function(f"{name}.__init__")
    if where is None:
        return False
    module, function = where
    last = len(function.effects) - 1
    return any(e.kind == "raise" for e in function.effects) and (
        program.gates.of_site(module, function, last, 0).level in ("closed", "test")
    )


def _is_set_later(program: Program, module: Module, function: Function, param: str) -> bool:
    """Whether another function gives the attribute that holds the parameter another value."""
    name = f":{function.key}>{param}"
    held = {e.place for e in function.effects if e.kind == "bind" and _mentions(e, name) and "." in e.place}
    for place in held:
        for other, _ in module.bindings.get(place, ()):
            if other.key != function.key:
                return True
        last = "." + place.rpartition(".")[2]
        for elsewhere in program.names.modules.values():
            if elsewhere.path != module.path and any(b.endswith(last) and ">" in b for b in elsewhere.bindings):
                return True
    return False


def _mentions(effect: Effect, name: str) -> bool:
    return effect.value == Ref(name) or (isinstance(effect.value, Arms) and Ref(name) in effect.value.values)


def _built(program: Program, module: Module, function: Function) -> Iterator[Uninjected]:
    """Objects whose class calls itself mock and stands for sending, signing, keeping or allowing."""
    if function.kind == "class":
        return
    for index, effect in enumerate(function.effects):
        if effect.kind != "call" or not last_name(effect)[:1].isupper():
            continue
        for thing in program.things.callees(effect, module, function):
            if thing.kind != "class" or not _is_unconditional(function, index) or _is_twin(program, thing.name):
                continue
            seen = _calls_itself(program, thing.name)
            if (
                seen is None
                or last_name(effect) != thing.name.rpartition(":")[2].rpartition(".")[2]  # by another name: by chance
                or not _is_only_one(program, thing.name)
                or _is_first_elsewhere(program, module, thing.name)
            ):
                continue
            if program.gates.of_site(module, function, index).level != "open":
                continue
            if not _is_first(program, module, function, index, thing.name):
                continue
            place = _Place(function, index, Result(index), "built")
            yield _observed(module, place, function.key, "", function.key, seen, ())


def _is_twin(program: Program, name: str) -> bool:
    """Whether the class is defined under a condition: what decides there speaks for it."""
    return any(function.effects[index].when >= 0 for _, function, index in program.names.bindings(name))


def _is_unconditional(function: Function, index: int) -> bool:
    """Whether nothing decides on the object but that it is not built yet."""
    bound = {e.place for e in function.effects if e.kind == "bind" and _holds(e.value, index)}
    for number in guard_chain(function, function.effects[index].when):
        cond = function.guards[number].cond
        if not any(_says_empty(cond, place) for place in bound):
            return False
    return bool(bound) or any(e.kind == "return" and _holds(e.value, index) for e in function.effects)


def _holds(value: Value | None, index: int) -> bool:
    return value == Result(index)


def _calls_itself(program: Program, name: str) -> _StandIn | None:
    """Whether a class says by its name, or by the first words of its docstring, that it only pretends."""
    where = program.names.function(name)
    if where is None:
        return None
    short = name.rpartition(":")[2].rpartition(".")[2]
    duty = duties.duty(short)
    if duty is None or duty.role in duties.NOT_KEPT or _refuses_production(program, name):
        return None
    named = duties.says_stand_in(short)
    opening = frozenset(tokens.words(where[1].doc.strip().partition("\n")[0].partition(".")[0]))
    if not named and not opening & (duties.STAND_IN_NAMES - {"null"}):
        return None
    if program.natures.of_thing(Thing("instance", name)).kind in ("durable", "refusing"):
        return None
    because = "by its name" if named else "by its docstring"
    confidence: Confidence = "high" if named else "medium"
    return _StandIn(f"`{short}`", Subject(duty.subject, duty.role, "use", confidence), because, confidence)


def _is_only_one(program: Program, name: str) -> bool:
    """Whether no other class of its kind is built."""
    where = program.names.function(name)
    if where is None:
        return False
    others = program.injections.alternatives(name, None, where[0], where[1])
    words = tokens.words(name.rpartition(":")[2].rpartition(".")[2])
    for module in program.names.modules.values():
        for function in module.facts.functions:
            same = function.kind == "class" and tokens.words(function.key.rpartition(".")[2])[-2:] == words[-2:]
            if same and f"{module.path}:{function.key}" != name:
                others.append(f"{module.path}:{function.key}")
    return not any(program.calls.sites(other) and _calls_itself(program, other) is None for other in others)


def _is_first_elsewhere(program: Program, module: Module, name: str) -> bool:
    """Whether another module builds the class before this one: one finding for each class."""
    sites = program.calls.sites(name)
    return bool(sites) and min(site[0].path for site in sites) < module.path


def _is_first(program: Program, module: Module, function: Function, index: int, name: str) -> bool:
    own = [(o.effects[i].span, o.key, i) for m, o, i in program.calls.sites(name) if m.path == module.path]
    return not own or min(own) == (function.effects[index].span, function.key, index)


def _steps(sites: tuple[tuple[Module, Function, int], ...]) -> tuple[Step, ...]:
    return tuple(Step(m.path, f.effects[i].span, "nothing is passed here") for m, f, i in sites[:MOST_RELATED])


def _observed(
    module: Module, place: _Place, scope: str, parameter: str, owner: str, seen: _StandIn, related: tuple[Step, ...]
) -> Uninjected:
    effect = place.function.effects[place.index]
    when = effect.when
    if place.kind == "tail" and isinstance(place.value, Result):
        when = place.function.effects[place.value.effect].when
    return Uninjected(
        anchor=Anchor(module.path, place.function.key, "guard", when)
        if when >= 0
        else Anchor(module.path, place.function.key, "effect", place.index),
        path=module.path,
        scope=scope,
        span=effect.span,
        kind=place.kind,
        parameter=parameter,
        owner=owner.rpartition(".")[2],
        by=seen.by,
        subject=seen.subject,
        because=seen.because,
        related=related,
        confidence=CONFIDENCES[min(CONFIDENCES.index(seen.confidence), CONFIDENCES.index(seen.subject.confidence))],
        keeps=seen.keeps,
    )
