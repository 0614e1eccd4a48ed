"""Encryption that does not encrypt: failures answered with the input, and functions that only bear the name."""

from collections.abc import Iterator
from typing import Literal

from aether_lint.catalog import ciphers, secrets_in_flow, tokens
from aether_lint.detect.secret_flow import Flow, called_name, is_password, param_of, same_value
from aether_lint.detect.secret_use import Weakness, use
from aether_lint.detect.value_sinks import Derived
from aether_lint.facts import NEXT, Attempt, Const, Effect, Failed, Function, Handler, Opaque, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.model import Confidence, Span

Step = Literal["encrypt", "decrypt"]
CIPHER_ROLES = frozenset({"cipher", "encrypted column"})


def cipher_failures(program: Program, flow: Flow, module: Module) -> Iterator[Weakness]:
    """The places of a module where a cipher is not what protects the value."""
    for function in module.facts.functions:
        for number, attempt in enumerate(function.attempts):
            yield from _attempt(program, flow, module, function, number, attempt)
        if function.kind == "function":
            yield from _under_the_name(program, flow, module, function)


def _attempt(
    program: Program, flow: Flow, module: Module, function: Function, number: int, attempt: Attempt
) -> Iterator[Weakness]:
    for index in range(attempt.body.start, attempt.body.end):
        step = _step(function.effects[index]) or _step_inside(program, function.effects[index], module, function)
        if step is None or not _uses_result(function, index):
            continue
        sure = _reaches_cipher(program, function.effects[index], module, function)
        for place, handler in enumerate(attempt.handlers):
            if attempt.suppress or any("ImportError" in t or "ModuleNotFound" in t for t in handler.types):
                continue
            found = _answer(program, flow, module, function, index, step, number, place, handler)
            if found is not None:
                answer, span, by = found
                yield use(
                    "failed decryption" if step == "decrypt" else "failed encryption", function, answer,
                    subject=_said(function.effects[index]), by=by, span=span, confidence=sure,
                )  # fmt: skip
        return


def _step(effect: Effect) -> Step | None:
    """Whether a call encrypts or decrypts, by its name: `fernet.decrypt`, `decrypt_config`."""
    if effect.kind != "call" or not (effect.args or effect.keywords):
        return None
    said = tokens.words(called_name(effect))
    if not said or any(word in secrets_in_flow.ABOUT_CIPHERS for word in said):
        return None
    return (
        "decrypt" if said[0] in ("decrypt", "decipher") else "encrypt" if said[0] in ("encrypt", "encipher") else None
    )


def _step_inside(program: Program, effect: Effect, module: Module, function: Function) -> Step | None:
    """The one thing that a function of ours does with a catalogued cipher."""
    if effect.kind != "call" or not effect.args:
        return None
    found: set[Step] = set()
    for name in program.things.called_functions(effect, module, function):
        home, callee = program.names.function(name) or (module, None)
        for inner in callee.effects if callee is not None else ():
            step = _step(inner)
            if step is not None and any(
                s.role in CIPHER_ROLES for s in program.subjects.of_call(inner, home, callee or function)
            ):
                found.add(step)
    return found.pop() if len(found) == 1 else None


def _said(effect: Effect) -> str:
    return f"`{called_name(effect)}`"


def _reaches_cipher(program: Program, effect: Effect, module: Module, function: Function) -> Confidence:
    if any(s.role in CIPHER_ROLES for s in program.subjects.of_call(effect, module, function)):
        return "high"
    for name in program.things.called_functions(effect, module, function):
        where = program.names.function(name)
        if where and any(_step(e) is not None for e in where[1].effects):
            return "high"
    return "medium"


def _uses_result(function: Function, index: int) -> bool:
    """Whether the result of the cipher is what the function hands on."""
    return any(s.kind in ("return", "store") for s in Derived(function, index).sinks()) or any(
        e.kind == "bind" and e.value == Result(index) for e in function.effects
    )


def _answer(
    program: Program,
    flow: Flow,
    module: Module,
    function: Function,
    index: int,
    step: Step,
    number: int,
    place: int,
    handler: Handler,
) -> tuple[int, Span, str] | None:
    """(effect, span, what is handed on instead) where a handler goes on as if the cipher had worked."""
    given = _inputs(flow, module, function, index)
    for at in range(handler.effects.start, handler.effects.end):
        effect = function.effects[at]
        if effect.kind == "raise":
            return None
        own = effect.when >= 0 and _is_own_guard(function, effect.when, number, place)
        if effect.kind not in ("return", "bind", "write") or not own:
            continue
        by = _instead(flow, module, function, effect, given, step)
        if by and (effect.kind == "return" or _same_place(function, effect, index)):
            return at, effect.span, by
        if effect.kind == "return":
            return None
    if handler.exits & NEXT and not (handler.exits & ~NEXT):
        return _untouched(function, index, handler, step, given)
    return None


def _is_own_guard(function: Function, when: int, number: int, place: int) -> bool:
    cond = function.guards[when].cond
    return isinstance(cond, Failed) and cond.positive and (cond.attempt, cond.handler) == (number, place)


def _inputs(flow: Flow, module: Module, function: Function, index: int) -> set[Value]:
    """The names that the cipher was given, and what these come from."""
    effect = function.effects[index]
    found: set[Value] = set()
    for value in (*effect.args, *(v for _, v in effect.keywords)):
        found |= {value} if isinstance(value, Ref) else set()
        trail: list[Value] = [leaf.value for leaf in flow.leaves(value, module, function, effect.span)]
        found |= {v for v in trail if isinstance(v, (Ref, Result))}
        inner = same_value(function.effects[value.effect]) if isinstance(value, Result) else None
        found |= {v for v in inner or () if isinstance(v, Ref)}
    return found


def _instead(flow: Flow, module: Module, function: Function, effect: Effect, given: set[Value], step: Step) -> str:
    """What a handler hands on: its input, or a text that stands for it."""
    value = effect.value
    if isinstance(value, Const):
        text = value.value
        return f"the text {text!r}" if isinstance(text, str) and text.strip() and step == "decrypt" else ""
    leaves = flow.leaves(value, module, function, effect.span) if value is not None else []
    same = value in given or (
        leaves and all(leaf.value in given and not isinstance(leaf.value, Const) for leaf in leaves)
    )
    if not same or (
        isinstance(value, Result)
        and function.effects[value.effect].kind == "call"
        and same_value(function.effects[value.effect]) is None
    ):
        return ""
    return "the value as it is stored" if step == "decrypt" else "the plain value"


def _same_place(function: Function, effect: Effect, index: int) -> bool:
    """Whether a handler binds what the body would have bound to the result."""
    return any(
        e.kind == effect.kind and e.place == effect.place and Derived(function, index).holds(e.value)
        for e in function.effects[index:]
    )


def _untouched(
    function: Function, index: int, handler: Handler, step: Step, given: set[Value]
) -> tuple[int, Span, str] | None:
    """`value = decrypt(value)` whose handler leaves `value` as it was."""
    derived = Derived(function, index)
    for at, bound in enumerate(function.effects[index:], start=index):
        if bound.kind != "bind" or not derived.holds(bound.value) or Ref(bound.place) not in given:
            continue
        if any(e.place == bound.place and e.kind == "bind" for e in _within(function, handler)):
            return None
        return at, handler.span, "the value as it is stored" if step == "decrypt" else "the plain value"
    return None


def _within(function: Function, handler: Handler) -> tuple[Effect, ...]:
    return function.effects[handler.effects.start : handler.effects.end]


def _under_the_name(program: Program, flow: Flow, module: Module, function: Function) -> Iterator[Weakness]:
    """Functions called encrypt or decrypt that encode, mix with XOR, or do not look at their key."""
    said = tokens.words(function.key.rpartition(".")[2].partition("#")[0])
    if not said or any(word in secrets_in_flow.ABOUT_CIPHERS for word in said):
        return
    verb = next((w for w in said if w in ("encrypt", "decrypt", "encipher", "decipher")), "")
    if not verb:
        return
    ciphered = [i for i, e in enumerate(function.effects) if _is_cipher(program, e, module, function)]
    if ciphered:
        unused = _unused_key(function)
        if unused:
            yield use(
                "unused key", function, ciphered[0], subject=unused, by=_name(function), span=function.span,
                confidence="medium",
            )  # fmt: skip
        return
    if (index := _xor(function)) is not None:
        yield use("xor as encryption", function, index, subject=_name(function), by="XOR", confidence="medium")
    elif (index := _encoded(program, flow, module, function)) is not None:
        yield use("encoding as encryption", function, index, subject=_name(function), by="an encoding")


def _name(function: Function) -> str:
    return function.key.rpartition(".")[2].partition("#")[0]


def _is_cipher(program: Program, effect: Effect, module: Module, function: Function) -> bool:
    return effect.kind == "call" and any(s.role == "cipher" for s in program.subjects.of_call(effect, module, function))


def _unused_key(function: Function) -> str:
    """The key or password that the caller gives and that nothing in the function mentions."""
    mentioned = repr(function.effects) + repr(function.guards)
    for param in function.params:
        said = tokens.words(param.name)
        named = is_password(param.name) or said[-1:] in (("key",), ("secret",))
        if (
            named
            and f":{function.key}>{param.name}'" not in mentioned
            and f":{function.key}>{param.name}." not in mentioned
        ):
            return param.name
    return ""


def _xor(function: Function) -> int | None:
    for index, effect in enumerate(function.effects):
        if any(_mentions_xor(v) for v in (effect.value, *effect.args, *(v for _, v in effect.keywords))):
            return index
    return None


def _mentions_xor(value: Value | None) -> bool:
    if isinstance(value, Opaque):
        return value.op == "BitXor" or any(_mentions_xor(part) for part in value.parts)
    return False


def _encoded(program: Program, flow: Flow, module: Module, function: Function) -> int | None:
    """The return whose value is a parameter in another encoding, in a function that does nothing else."""
    calls = [e for e in function.effects if e.kind == "call"]
    encodings = [e for e in calls if _is_encoding(program, e, module, function)]
    if not encodings or any(same_value(e) is None and e not in encodings for e in calls):
        return None
    for index, effect in enumerate(function.effects):
        if effect.kind != "return" or effect.value is None:
            continue
        leaves = flow.leaves(effect.value, module, function, effect.span)
        if any(isinstance(v.value, Ref) and param_of(v.value.name, function) for v in leaves):
            return index
    return None


def _is_encoding(program: Program, effect: Effect, module: Module, function: Function) -> bool:
    for thing in program.things.callees(effect, module, function):
        known = ciphers.lookup(thing.name) if thing.kind == "external" else None
        if known is not None and known.kind == "encoding" and known.label != "compression":
            return True
    return False
