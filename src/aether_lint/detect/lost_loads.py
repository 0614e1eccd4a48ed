"""State whose load fails, is taken for empty, and is written back: what could not be read once is gone for good."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog.tokens import words
from aether_lint.detect import failure
from aether_lint.detect.anchor import Anchor
from aether_lint.facts import NEXT, RETURN, Attempt, Const, Display, Effect, Function, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.mentions import names_in
from aether_lint.link.names import last_name
from aether_lint.model import Confidence, Span

_COPIES = frozenset({"cache", "caches", "cached", "memo"})
_WRITERS = frozenset({"write_text", "write_bytes"})
_WRITE_MODES = ("w", "wb", "w+", "wt")
_BROAD = frozenset({
    "builtins.Exception", "builtins.BaseException", "builtins.OSError", "builtins.IOError", "builtins.EnvironmentError",
    "builtins.ValueError", "builtins.PermissionError", "json.JSONDecodeError", "json.decoder.JSONDecodeError",
    "builtins.EOFError", "pickle.UnpicklingError", "yaml.YAMLError", "builtins.UnicodeDecodeError",
    "orjson.JSONDecodeError",
})  # fmt: skip
"""Errors that say that a file is there and could not be read or understood."""
_SAVING = frozenset({"rename", "replace", "move", "copy", "copy2", "copyfile", "backup", "quarantine"})


class LostLoad(Struct, frozen=True):
    """A handler that takes unreadable state for empty (`by`). `state` names the file that it came from."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    state: str
    by: str
    related: tuple[Step, ...]
    confidence: Confidence
    handler: Span


def observe(program: Program, module: Module) -> list[LostLoad]:
    """The lost loads of one module, in order of position."""
    found: list[LostLoad] = []
    for function in module.facts.functions:
        if function.kind == "function":
            for index, attempt in enumerate(function.attempts):
                found += _attempt(program, module, function, index, attempt)
    return sorted(found, key=lambda seen: seen.span)


def _attempt(program: Program, module: Module, function: Function, index: int, attempt: Attempt) -> Iterator[LostLoad]:
    source = _source(function, attempt)
    if source is None or _is_refilled(source) or _is_refilled(function.key):
        return
    for handler in attempt.handlers:
        if handler.types and not _BROAD.intersection(handler.types):
            continue
        if not handler.exits & (NEXT | RETURN) or _keeps_a_copy(function, failure.inside(handler.effects)):
            continue
        emptied = _emptied(function, attempt, failure.inside(handler.effects))
        if emptied is None:
            continue
        place, effect = emptied
        write = _written_back(program, module, function, source, place)
        if write is None:
            continue
        span = effect.span
        steps = (
            Step(module.path, handler.span, "the error ends here"),
            Step(module.path, write, "this is written over what was there"),
        )
        yield LostLoad(
            anchor=Anchor(module.path, function.key, "attempt", index),
            path=module.path,
            scope=function.key,
            span=span,
            state=_spelled(source),
            by=_name_of(effect.value, function),
            related=steps,
            confidence="high" if place else "medium",
            handler=handler.span,
        )
        return


def _is_refilled(name: str) -> bool:
    """Whether a name says that it is a copy, which is fetched again where it is lost."""
    return not _COPIES.isdisjoint(words(name))


def _source(function: Function, attempt: Attempt) -> str | None:
    """The place of the file that the body of a `try` reads: an attribute, a constant of the module, or a parameter."""
    for index in failure.inside(attempt.body):
        effect = function.effects[index]
        if effect.kind != "call":
            continue
        last = last_name(effect)
        if last in ("open", "read_text", "read_bytes") and not _writes(effect):
            base = _path_of(effect, function)
            if base is not None:
                return base
    return None


def _path_of(effect: Effect, function: Function) -> str | None:
    """The named place of the path that a call opens."""
    first = effect.args[0] if effect.place == "builtins.open" and effect.args else None
    head: Value | None = first
    if first is None and isinstance(effect.value, Ref) and "." in effect.value.name:
        head = Ref(effect.value.name.rpartition(".")[0])
    elif first is None:
        head = getattr(effect.value, "base", None)
    return next(iter(_named(head, function)), None)


def _named(value: Value | None, function: Function) -> Iterator[str]:
    """The attributes and constants of the module that a path is made of."""
    for name in names_in(value, function, 2):
        if name.startswith(":") and (">" not in name):
            yield name


def _writes(effect: Effect) -> bool:
    """Whether a call writes a file anew."""
    if last_name(effect) in _WRITERS:
        return True
    given = [*effect.args, *(v for k, v in effect.keywords if k == "mode")]
    return last_name(effect) == "open" and any(isinstance(v, Const) and v.value in _WRITE_MODES for v in given)


def _keeps_a_copy(function: Function, indices: range) -> bool:
    """Whether the handler puts the unreadable file aside."""
    calls = [function.effects[i] for i in indices if function.effects[i].kind == "call"]
    return any(_SAVING.intersection(words(last_name(call))) for call in calls)


def _emptied(function: Function, attempt: Attempt, indices: range) -> tuple[str, Effect] | None:
    """(the place that is left empty, "" for the result; the effect) in the handler."""
    for index in indices:
        effect = function.effects[index]
        if effect.kind == "return" and _is_container(effect.value, function):
            return "", effect
        if effect.kind == "bind" and ">" not in effect.place and _is_container(effect.value, function):
            return effect.place, effect
    return None


def _is_container(value: Value | None, function: Function) -> bool:
    """Whether a value is an empty container, or one made anew of nothing but empty ones."""
    match value:
        case Display(_, items, _):
            return all(_is_container(item, function) or item == Const(0) for item in items)
        case Result(index):
            call = function.effects[index]
            return call.place in ("builtins.dict", "builtins.list", "builtins.set") and not call.args
        case _:
            return False


def _written_back(program: Program, module: Module, loader: Function, source: str, place: str) -> Span | None:
    """Where the program writes to the file what the load left empty."""
    for function in module.facts.functions:
        for effect in function.effects:
            if effect.kind != "call" or not _writes(effect):
                continue
            if source in set(_files(effect, function)) and _holds_what_was_loaded(
                program, module, function, loader, place
            ):
                return effect.span
    return None


def _files(effect: Effect, function: Function) -> Iterator[str]:
    """The places that the path of a written file is made of."""
    yield from _named(effect.args[0] if effect.place == "builtins.open" and effect.args else effect.value, function)
    if isinstance(effect.value, Ref) and "." in effect.value.name:
        yield from _named(Ref(effect.value.name.rpartition(".")[0]), function)


def _holds_what_was_loaded(program: Program, module: Module, function: Function, loader: Function, place: str) -> bool:
    """Whether a function that writes has the loaded state at hand: its place, or the result of the loader."""
    if place:
        return any(
            name == place or name.startswith(place + ".")
            for effect in function.effects
            for value in (effect.value, *effect.args)
            for name in names_in(value, function, 1)
        )
    wanted = f"{module.path}:{loader.key}"
    loads = {caller.key for home, caller, _ in program.calls.sites(wanted) if home.path == module.path}
    if function.key in loads:
        return True
    writers = {
        caller.key
        for home, caller, _ in program.calls.sites(f"{module.path}:{function.key}")
        if home.path == module.path
    }
    return bool(loads & writers)


def _spelled(place: str) -> str:
    return place.rpartition(":")[2].rpartition(".")[2].strip("_")


def _name_of(value: Value | None, function: Function) -> str:
    return "an empty " + {"dict": "dict", "list": "list", "set": "set"}.get(getattr(value, "kind", ""), "state")
