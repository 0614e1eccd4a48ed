"""What an answer of a control says: yes, no, or something that only the run decides."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import denials, polarity
from aether_lint.detect.denials import denials as refusals_in
from aether_lint.facts import (
    Atom,
    Attr,
    Cond,
    Const,
    Display,
    Effect,
    Every,
    Function,
    Opaque,
    Ref,
    Result,
    Some,
    Value,
)
from aether_lint.link import Module, Program
from aether_lint.link.names import last_name
from aether_lint.model import Confidence

Side = Literal["truthy", "falsy"]


class Control(Struct, frozen=True):
    """What a function controls, and the side of its answer that lets through ("": it speaks in fields or by raising).

    `confidence` is high where callers or the function itself refuse, medium where only the name tells.
    """

    subject: str
    lets: Literal["truthy", "falsy", ""]
    confidence: Confidence


def control_of(program: Program, module: Module, function: Function) -> Control | None:
    """The control that a function is: by the callers that refuse because of its answer, else by its name."""
    name = function.key.partition("#")[0].rpartition(".")[2]
    told = polarity.of_certain_name(name)
    asked = _by_callers(program, f"{module.path}:{function.key}")
    if asked is not None:
        return Control(told.subject if told is not None else asked.subject, asked.lets, "high")
    if told is None:
        return None
    lets = "" if told.lets_through == "no raise" else told.lets_through
    return Control(told.subject, lets, "medium")


def _by_callers(program: Program, name: str) -> Control | None:
    """What the refusals say that depend on the function's answer; None where they disagree."""
    found: set[tuple[str, Side | Literal[""]]] = set()
    for _, caller, index in program.calls.sites(name):
        places = {e.place for e in caller.effects if e.kind == "bind" and _is_first(e.value, index)}
        for denied, control in refusals_in(caller):
            when = caller.effects[denied].when  # the innermost test decides; those around it only lead there
            side = _side_in(caller.guards[when].cond, index, places) if when >= 0 else None
            if side is not None:
                found.add((control, side))
    sides = {side for _, side in found}
    if len(sides) != 1:
        return None
    subject, refused = min(found)
    return Control(subject, {"truthy": "falsy", "falsy": "truthy", "": ""}[refused], "high")  # type: ignore[arg-type]


def _is_first(value: Value | None, index: int) -> bool:
    """The result of a call, or the first element of the pair that it is."""
    return value in (Result(index), Opaque("part", (Result(index), Const(0))))


def _side_in(cond: Cond, index: int, places: set[str]) -> Side | Literal[""] | None:
    """Which side of an answer a condition holds for; "" where it looks at a field of it."""
    match cond:
        case Every(conds) | Some(conds):
            return next((side for c in conds if (side := _side_in(c, index, places)) is not None), None)
        case Atom(kind, value, _, positive):
            if value == Result(index) or (isinstance(value, Ref) and value.name in places):
                if kind == "truthy":
                    return "truthy" if positive else "falsy"
                return "falsy" if kind == "none" and positive else None
            base = value.base if isinstance(value, Attr) else None
            head = value.name.rpartition(".")[0] if isinstance(value, Ref) else ""
            return "" if base == Result(index) or head in places else None
        case _:
            return None


def says(value: Value | None, function: Function, control: Control | None) -> bool | None:
    """Whether an answer lets through (True), refuses (False), or is not known."""
    match value:
        case Const(None) if answers_with_bool(function):
            return None  # neither yes nor no: the caller asks elsewhere
        case Const(found):
            return None if control is None or not control.lets else bool(found) == (control.lets == "truthy")
        case Display("tuple", items, _) if items:
            return says(items[0], function, control)
        case Display("dict", items, keys):
            pairs = [(k.value, v) for k, v in zip(keys, items, strict=False) if isinstance(k, Const)]
            return _fields([(str(k), v) for k, v in pairs], control)
        case Display("list" | "set", (), _):
            return None if control is None or not control.lets else control.lets == "falsy"
        case Result(index) if function.effects[index].kind == "call":
            return _fields(function.effects[index].keywords, control)
        case _:
            return None


def answers_with_bool(function: Function) -> bool:
    """Whether some other answer of a function is a plain True or False."""
    return "builtins.bool" in function.returns or any(
        isinstance(e.value, Const) and isinstance(e.value.value, bool) for _, e in returns(function)
    )


def _fields(pairs: "list[tuple[str, Value]] | tuple[tuple[str, Value], ...]", control: Control | None) -> bool | None:
    """What the fields of an answer say together: one that refuses, or warns, takes the word of the others."""
    said = []
    for key, value in pairs:
        lets = denials.of_key(key, weak=control is not None)
        if lets is not None and isinstance(value, Const) and isinstance(value.value, bool):
            said.append(value.value == lets)
            continue
        text = _word(value)
        verdict = denials.verdict(key, text) if text else None
        if verdict is not None:
            said.append(verdict)
        elif text.lower() in denials.WARNING:
            return None
    return all(said) if said else None


def _word(value: Value) -> str:
    """A text of one word, or the last part of a constant's name (`Risk.BLOCKED`)."""
    if isinstance(value, Const):
        return value.value if isinstance(value.value, str) else ""
    last = value.name.rpartition(".")[2] if isinstance(value, Ref) else ""
    return last if last.isupper() else ""


def decided_by_run(value: Value | None, function: Function) -> bool:
    """Whether an answer depends on the run, in its first element or in a field that says yes or no."""
    match value:
        case None | Const():
            return False
        case Display("tuple", items, _):
            return bool(items) and decided_by_run(items[0], function)
        case Display("dict", items, keys):
            pairs = zip(keys, items, strict=False)
            return any(_says_yes(str(getattr(k, "value", ""))) and not isinstance(v, Const) for k, v in pairs)
        case Display():
            return False
        case Result(index) if function.effects[index].keywords:
            call = function.effects[index]
            telling = [v for k, v in call.keywords if _says_yes(k)]
            return any(not isinstance(v, Const) for v in telling) if telling else last_name(call)[:1].islower()
        case _:
            return True


def decides_in_field(value: Value | None, function: Function) -> bool:
    """Whether an answer has a field that says yes or no by its name alone, and the run decides which."""
    match value:
        case Display("dict", items, keys):
            pairs = [(str(getattr(k, "value", "")), v) for k, v in zip(keys, items, strict=False)]
        case Result(index):
            pairs = list(function.effects[index].keywords)
        case _:
            return False
    return any(denials.of_key(key, weak=False) is not None and not isinstance(v, Const) for key, v in pairs)


def told_by_fields(function: Function) -> Control | None:
    """The control of a function that hands on what another control said: `success=result.allowed`."""
    for _, effect in returns(function):
        if isinstance(effect.value, Result):
            for key, value in function.effects[effect.value.effect].keywords:
                name = getattr(value, "name", "")
                same = denials.of_key(key, weak=True) is not None and denials.of_key(name, weak=False) is not None
                if same and "." in name:
                    return Control("the check", "", "medium")
    return None


def _says_yes(key: str) -> bool:
    return denials.of_key(key, weak=True) is not None or denials.verdict(key, "allow") is not None


def returns(function: Function) -> Iterator[tuple[int, Effect]]:
    """The answers of a function, by index."""
    return ((i, e) for i, e in enumerate(function.effects) if e.kind == "return")
