"""Guards against insecure settings in production that cannot do their work.

A guard is a function of ours that raises in production only. It cannot fire where its error is swallowed, where a name
inside it is defined nowhere, where nothing calls it, where it refuses outside production instead, and it does half its
work where it knows some of the project's flags only. Flaws of other checks that raise are in `guard_flaws`.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import deployment, toggles, tokens
from aether_lint.catalog.word_list import word_set
from aether_lint.detect import guard_flaws, override_flags
from aether_lint.detect.anchor import Anchor
from aether_lint.facts import Atom, Attr, Cond, Const, Effect, Every, Function, Ref, Result, Text, negate
from aether_lint.link import Module, Program
from aether_lint.link.absence import enclosing_attempt, goes_on
from aether_lint.link.gates import guard_chain, required
from aether_lint.link.mentions import folded, names_in
from aether_lint.model import Confidence, Span

Kind = Literal["swallowed", "undefined", "unused", "impossible", "unreached", "disarmed", "inverted", "partial"]

GUARD_WORDS = word_set(
    "ensure assert require check validate guard refuse forbid verify enforce reject disallow deny fail"
)
SWALLOWING = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.RuntimeError", "builtins.ValueError"})
FLAGS_OF_A_LIST = 2  # flags by name that make a guard a list of them
MOST_OTHERS = 6  # flags shown as related
NAME_DEPTH = 2  # calls looked through for an undefined name


class BrokenGuard(Struct, frozen=True):
    """One guard: the function, where and why it cannot fire; `detail` is the undefined name or the caught error."""

    anchor: Anchor
    kind: Kind
    path: str
    scope: str
    span: Span
    name: str
    detail: str
    guard_path: str
    guard_span: Span
    confidence: Confidence
    others: tuple[tuple[str, Span, str], ...] = ()  # path, place and name of the flags that it does not know


def observe(program: Program, module: Module) -> list[BrokenGuard]:
    """The broken guards of a module: those defined here, and those called here in vain."""
    found = [*_swallowed(program, module)]
    for function in module.facts.functions:
        if _is_guard(program, module, function):
            found += _undefined(module, function)
            found += _unused(program, module, function)
        if any(e.kind == "raise" for e in function.effects):
            found += _flawed(program, module, function)
            found += _inverted(program, module, function)
            found += _partial(program, module, function)
    return sorted(found, key=lambda guard: guard.span)


def _is_guard(program: Program, module: Module, function: Function) -> bool:
    if function.kind != "function" or not GUARD_WORDS.intersection(tokens.words(function.key.rpartition(".")[2])):
        return False
    for index, effect in enumerate(function.effects):
        if effect.kind != "raise" or effect.when < 0:
            continue
        if _is_caught(function, index):
            continue
        conds = [function.guards[g].cond for g in guard_chain(function, effect.when)]
        if any(_is_production(program, c, module, function) for c in conds):
            return True
    return False


def _is_production(program: Program, cond: Cond, module: Module, function: Function) -> bool:
    """Whether a condition holds in production, or outside tests, only."""
    match cond:
        case Every(conds):
            return any(_is_production(program, c, module, function) for c in conds)
        case Atom("truthy", value, _, positive):
            if deployment.is_production_predicate(folded(_name(value, function))):
                return positive
    return program.gates.of_cond(negate(cond), module, function).level in ("closed", "test")


def _name(value: object, function: Function) -> str:
    if isinstance(value, Result):
        effect = function.effects[value.effect]
        return effect.place or getattr(effect.value, "name", "")
    return value.name if isinstance(value, Ref | Attr) else ""


def _swallowed(program: Program, module: Module) -> Iterator[BrokenGuard]:
    for function in module.facts.functions:
        for number, attempt in enumerate(function.attempts):
            handler = next((h for h in attempt.handlers if goes_on(h) and _swallows(h.types)), None)
            if handler is None:
                continue
            for index in range(attempt.body.start, attempt.body.end):
                effect = function.effects[index]
                if effect.kind != "call" or enclosing_attempt(function, index) != number:
                    continue
                guard = _called_guard(program, module, function, index)
                if guard is not None:
                    home, inner = guard
                    caught = ", ".join(t.removeprefix("builtins.") for t in handler.types) or "everything"
                    anchor = Anchor(module.path, function.key, "attempt", number)
                    name = inner.key.rpartition(".")[2]
                    yield BrokenGuard(
                        anchor,
                        "swallowed",
                        module.path,
                        function.key,
                        handler.span,
                        name,
                        caught,
                        home.path,
                        inner.span,
                        "high",
                    )
                    break


def _called_guard(program: Program, module: Module, function: Function, index: int) -> tuple[Module, Function] | None:
    for where in _callees(program, module, function, index):
        if _is_guard(program, *where):
            return where
        if not GUARD_WORDS.intersection(tokens.words(where[1].key.rpartition(".")[2])):
            continue
        home, inner = where
        for number, effect in enumerate(inner.effects):
            if effect.kind != "call" or _is_caught(inner, number):
                continue
            for nested in _callees(program, home, inner, number):
                if _is_guard(program, *nested):
                    return nested
    return None


def _callees(program: Program, module: Module, function: Function, index: int) -> list[tuple[Module, Function]]:
    names = program.things.called_functions(function.effects[index], module, function)
    return [where for name in names if (where := program.names.function(name)) is not None]


def _is_caught(function: Function, index: int) -> bool:
    attempt = enclosing_attempt(function, index)
    return attempt is not None and any(goes_on(h) for h in function.attempts[attempt].handlers)


def _swallows(types: tuple[str, ...]) -> bool:
    return not types or bool(SWALLOWING.intersection(types))


def _undefined(module: Module, function: Function) -> Iterator[BrokenGuard]:
    if any(name.endswith(".*") for name in module.facts.imports):
        return
    for effect in function.effects:
        for name in names_in(effect.value, function, NAME_DEPTH):
            if name.startswith("?"):
                anchor = Anchor(module.path, function.key, "effect", 0)
                plain = name[1:].partition(".")[0]
                yield BrokenGuard(
                    anchor, "undefined", module.path, function.key, effect.span, function.key.rpartition(".")[2], plain,
                    module.path, function.span, "high",
                )  # fmt: skip
                return


def _unused(program: Program, module: Module, function: Function) -> Iterator[BrokenGuard]:
    name = function.key.rpartition(".")[2]
    if not program.complete or function.owner or function.decorators or name in module.facts.exports:
        return
    if program.calls.sites(f"{module.path}:{function.key}") or program.mentions.arguments(name):
        return
    if program.mentions.tests(name) or _is_imported(program, name) or _is_called_by_name(program, name):
        return
    anchor = Anchor(module.path, function.key, "effect", 0)
    yield BrokenGuard(
        anchor, "unused", module.path, function.key, function.span, name, "", module.path, function.span, "medium"
    )


def _is_imported(program: Program, name: str) -> bool:
    return any(
        imported.endswith(f".{name}") for module in program.names.modules.values() for imported in module.facts.imports
    )


def _is_called_by_name(program: Program, name: str) -> bool:
    """Whether something of that name is called anywhere, on an object that is not known."""
    return any(name in module.calls for module in program.names.modules.values())


def _flawed(program: Program, module: Module, function: Function) -> Iterator[BrokenGuard]:
    name = function.key.rpartition(".")[2] or "this check"
    for flaw in guard_flaws.flaws(program, module, function):
        kind: Kind = flaw.kind
        if kind == "disarmed" and not GUARD_WORDS.intersection(tokens.words(name)):
            continue
        anchor = Anchor(module.path, function.key, "effect", flaw.index)
        span = function.effects[flaw.index].span
        yield BrokenGuard(
            anchor, kind, module.path, function.key, span, name, flaw.detail, module.path, function.span, "medium"
        )


def _inverted(program: Program, module: Module, function: Function) -> Iterator[BrokenGuard]:
    """`if not is_production() and secret == "changeme": raise RuntimeError("... in production")`."""
    for index, effect in enumerate(function.effects):
        if effect.kind != "raise" or effect.when < 0 or not _speaks_of_production(effect, function):
            continue
        conds = [c for g in guard_chain(function, effect.when) for c in required(function.guards[g].cond)]
        levels = [program.gates.of_cond(c, module, function).level for c in conds]
        others = [c for c, level in zip(conds, levels, strict=True) if level == "open"]
        if "closed" not in levels or not any(isinstance(c, Atom) for c in others):
            continue
        anchor = Anchor(module.path, function.key, "effect", index)
        name = function.key.rpartition(".")[2] or "this check"
        yield BrokenGuard(
            anchor, "inverted", module.path, function.key, effect.span, name, "", module.path, function.span, "medium"
        )
        return


def _speaks_of_production(effect: Effect, function: Function) -> bool:
    """Whether the error says that something is refused in production."""
    made = function.effects[effect.value.effect] if isinstance(effect.value, Result) else None
    if made is None:
        return False
    texts = [p for a in made.args for p in (a.parts if isinstance(a, Text) else (a,))]
    said = " ".join(str(t.value).lower() for t in texts if isinstance(t, Const))
    return any(phrase in said for phrase in ("in production", "for production")) and "only" not in said


def _partial(program: Program, module: Module, function: Function) -> Iterator[BrokenGuard]:
    """A guard that refuses flags by a list of their names, while the project honors others."""
    if not GUARD_WORDS.intersection(tokens.words(function.key.rpartition(".")[2])):
        return
    known: set[str] = set()
    for effect in function.effects:
        read = program.environment.read(effect, module, function) if effect.kind in ("call", "item") else None
        known |= set(read.names) if read is not None else set()
    refused = {name for name in known if toggles.override(name) is not None}
    if len(refused) < FLAGS_OF_A_LIST:
        return
    others = tuple(
        (path, flag.span, flag.name)
        for path in sorted(program.names.modules)
        if program.names.modules[path].facts.role == ""
        for flag in override_flags.observe(program, program.names.modules[path])
        if flag.name not in known and not flag.is_test
    )
    if others:
        anchor = Anchor(module.path, function.key, "effect", 0)
        yield BrokenGuard(
            anchor, "partial", module.path, function.key, function.span, function.key.rpartition(".")[2],
            others[0][2], module.path, function.span, "medium", others[:MOST_OTHERS],
        )  # fmt: skip
