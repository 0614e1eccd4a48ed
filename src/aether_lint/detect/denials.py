"""Effects that refuse a caller, and the control that speaks in each: a raise of 403, an answer with 429."""

from aether_lint.catalog import denials as words
from aether_lint.catalog import tokens
from aether_lint.detect.arms import is_error_answer
from aether_lint.facts import Const, Display, Effect, Function, Ref, Result, Value
from aether_lint.link.mentions import cond_names, folded, results_in
from aether_lint.link.names import last_name

_STATUS_KEYWORDS = frozenset({"status_code", "status", "code"})


def denials(function: Function) -> list[tuple[int, str]]:
    """(index of the effect, the control) for each refusal in a function, in program order."""
    found = []
    for index, effect in enumerate(function.effects):
        if effect.kind not in ("raise", "return") and not (effect.kind == "call" and last_name(effect) == "abort"):
            continue
        control = of_effect(effect, function)
        refuses = control is not None or effect.kind == "raise" or is_error_answer(effect, function)
        if refuses and _is_about_signature(effect, function):
            control = words.SIGNATURE
        if control is not None:
            found.append((index, control))
    return found


def _is_about_signature(effect: Effect, function: Function) -> bool:
    """Whether the test that leads to an effect is about a signature: whatever the refusal is called."""
    if effect.when < 0:
        return False
    cond = function.guards[effect.when].cond
    mentioned = {*cond_names(cond, function, 1), *(function.effects[i].place for i in results_in(cond, function, 1))}
    return any(not words.SIGNATURE_WORDS.isdisjoint(tokens.words(folded(name))) for name in mentioned)


def of_effect(effect: Effect, function: Function) -> str | None:
    """The control whose refusal an effect is."""
    match effect.kind:
        case "raise":
            return _of_exception(effect.value, function)
        case "return":
            return _of_answer(effect.value, function)
        case "call" if last_name(effect) == "abort":
            return _of_value(effect.args[0]) if effect.args else None
        case _:
            return None


def _of_exception(value: Value | None, function: Function) -> str | None:
    if isinstance(value, Ref):
        return words.of_exception(value.name.rpartition(".")[2].rpartition(":")[2].lstrip("?"))
    if not isinstance(value, Result) or function.effects[value.effect].kind != "call":
        return None
    call = function.effects[value.effect]
    return _of_status(call, positional=True) or words.of_exception(last_name(call))


def _of_answer(value: Value | None, function: Function) -> str | None:
    if isinstance(value, Display) and value.kind == "tuple":
        return next((c for item in value.items[1:] if (c := _of_value(item)) is not None), None)
    if isinstance(value, Result) and function.effects[value.effect].kind == "call":
        call = function.effects[value.effect]
        return _of_status(call, positional=False) or _of_response(last_name(call))
    return None


def _of_status(call: Effect, positional: bool) -> str | None:
    given = [value for name, value in call.keywords if name in _STATUS_KEYWORDS]
    given += call.args[:1] if positional else ()
    return next((c for value in given if (c := _of_value(value)) is not None), None)


def _of_value(value: Value) -> str | None:
    if isinstance(value, Const) and type(value.value) is int:
        return words.of_status(value.value)
    return words.of_status_name(value.name) if isinstance(value, Ref) else None


def _of_response(name: str) -> str | None:
    """A class of responses that says what it answers: `HttpResponseForbidden`."""
    return words.of_exception(name) if "Response" in name else None
