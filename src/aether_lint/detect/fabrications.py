"""Answers that are made up where a network or model call fails, or where its credential or library is missing."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import fabrication, lossless, startup_work, tokens
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.arms import Decision, decisions, refuses
from aether_lint.detect.failure import missing
from aether_lint.detect.made_up import MadeUp, Maker
from aether_lint.facts import (
    Atom,
    Cond,
    Const,
    Display,
    Effect,
    Every,
    Function,
    Ref,
    Some,
    Text,
    atoms_of,
    failures_in,
)
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.gates import guard_chain
from aether_lint.link.mentions import names_in
from aether_lint.link.names import dotted, last_name, last_part
from aether_lint.link.nature import is_quiet
from aether_lint.model import CONFIDENCES, Confidence, Span

Trigger = Literal["call", "answer", "import", "unset"]
DISPLAY_MODULES = frozenset({"streamlit", "gradio", "dash", "matplotlib", "panel", "nicegui", "textual"})
"""What these modules show is a page, not an answer to a caller."""
_CREDENTIAL_ENDS = frozenset({"key", "token", "secret", "credentials", "credential", "sid"})
_ANSWER_PARTS = (".status_code", ".status", ".ok", ".is_success", ".is_error")
_NARROW = frozenset({"Key", "Index", "Value", "Type", "Attribute", "Lookup", "Unicode", "Assertion"})
MOST_RELATED = 5


class Fabrication(Struct, frozen=True):
    """An answer that was made here. call: `missing` failed. answer: it answered with an error status.

    import: the module `missing` is not there. unset: nothing is known under the name `missing`.
    """

    anchor: Anchor
    path: str
    scope: str
    span: Span
    trigger: Trigger
    missing: str
    made: MadeUp
    outcome: Literal["returned", "used"]
    related: tuple[Step, ...]
    confidence: Confidence


class _Cause(Struct, frozen=True):
    trigger: Trigger
    missing: str
    confidence: Confidence


def observe(program: Program, module: Module) -> list[Fabrication]:
    """The made-up answers of one module, in order of position."""
    if _is_for_show(module):
        return []
    found: list[Fabrication] = []
    for function in module.facts.functions:
        if function.guards and function.key and not _stands_by_itself(function):
            found += _one_per_source(_of_function(program, module, function))
    return sorted(found, key=lambda seen: (seen.span, seen.scope))


def _is_for_show(module: Module) -> bool:
    tops = {name.partition(".")[0] for name in module.facts.imports}
    stem = module.path.removesuffix(".py").replace("/", ".")
    named = frozenset(tokens.words(stem.rpartition(".")[2]))
    return bool(tops & DISPLAY_MODULES) or bool(named & (fabrication.STANDING_BY_ITSELF | {"seed", "seeds"}))


def _stands_by_itself(function: Function) -> bool:
    return bool(frozenset(tokens.words(function.key)) & fabrication.STANDING_BY_ITSELF)


def _of_function(program: Program, module: Module, function: Function) -> Iterator[Fabrication]:
    """One for each answering statement: the innermost decision that leads there speaks."""
    claimed: dict[int, tuple[int, Fabrication]] = {}
    for decision in decisions(program, function):
        cause = _cause(program, module, function, decision)
        if cause is None or refuses(decision.taken, program, module, function):
            continue
        answer = _answer(program, module, function, decision)
        if answer is None:
            continue
        index, made = answer
        if program.gates.of_site(module, function, index).level != "open" or _is_chosen(function, index):
            continue
        seen = _fabrication(module, function, decision, cause, index, made)
        size = len(decision.taken.effects)
        if index not in claimed or size < claimed[index][0]:
            claimed[index] = size, seen
    for _, seen in claimed.values():
        yield seen


def _cause(program: Program, module: Module, function: Function, decision: Decision) -> _Cause | None:
    failures = failures_in(decision.guard.cond)
    if failures:
        body = function.attempts[failures[0].attempt].body
        asked = program.remote.of_effects(range(body.start, body.end), module, function)
        if asked is None:
            return None
        return _Cause("call", _call_name(function.effects[asked[0]]), asked[1])
    taken = frozenset(decision.taken.effects)
    rest = [i for i in range(len(function.effects)) if i not in taken]
    asked = program.remote.of_effects(rest, module, function)
    if asked is None:
        return None
    if _is_bad_answer(decision.guard.cond):
        return _Cause("answer", _call_name(function.effects[asked[0]]), asked[1])
    return _missing(program, module, function, decision.guard.cond, asked[1])


def _missing(program: Program, module: Module, function: Function, cond: Cond, asked: Confidence) -> _Cause | None:
    """What is not there: a library, a credential, a client that could not be made."""
    for name in missing(cond):
        last = last_part(name)
        if tokens.words(last)[-1:] and tokens.words(last)[-1] in _CREDENTIAL_ENDS:
            return _Cause("unset", last.lstrip("_"), asked)
    for root, _ in program.absences.of_cond(cond, module, function):
        if root.kind == "import" and not lossless.lookup(root.name):
            return _Cause("import", root.name.lstrip(".").partition(".")[0], asked)
        if root.kind == "call":
            where = program.names.function(f"{root.path}:{root.function}")
            if where is not None and root.attempt >= 0:
                body = where[1].attempts[root.attempt].body
                inner = program.remote.of_effects(range(body.start, body.end), *where)
                if inner is not None:
                    return _Cause("call", _call_name(where[1].effects[inner[0]]), inner[1])
        if root.kind == "unset" and (tokens.secret(root.name) is not None or root.name.endswith(("_URL", "_HOST"))):
            return _Cause("unset", root.name, asked)
    return None


def _is_bad_answer(cond: Cond) -> bool:
    match cond:
        case Every(conds) | Some(conds):
            return any(map(_is_bad_answer, conds))
        case Atom("equals", Ref(name), Const(int() as status), positive) if name.endswith(_ANSWER_PARTS):
            return positive == (status >= 400)
        case Atom("less", Ref(name), Const(int() as status), _) if name.endswith(_ANSWER_PARTS):
            return status >= 300
        case Atom("truthy", Ref(name), _, positive):
            return positive == name.endswith(".is_error") and name.endswith((".ok", ".is_success", ".is_error"))
        case _:
            return False


def _call_name(effect: Effect) -> str:
    return ".".join(p for p in dotted(effect.place).split(".")[-2:] if p)


def _answer(program: Program, module: Module, function: Function, decision: Decision) -> tuple[int, MadeUp] | None:
    """The statement of the degraded side that hands on something made up; what is returned goes before what is kept."""
    said = any(_says_made_up(function.effects[i]) for i in decision.taken.effects)
    dull = frozenset(tokens.words(function.key.rpartition(".")[2])) & fabrication.NOT_DATA
    narrow = _is_narrow(function, decision)
    found: list[tuple[int, MadeUp]] = []
    for index, made in _handed_on(program, module, function, decision, said=said):
        named = said or fabrication.says_made_up(made.source)
        if dull and (not named or made.source.startswith("the text")):
            continue
        kind = "fabricated" if said else "heuristic" if narrow and not named else made.kind
        found.append((index, MadeUp(kind, made.source, made.confidence)))
    return max(
        found, key=lambda one: (one[1].kind == "fabricated", function.effects[one[0]].kind != "bind"), default=None
    )


def _handed_on(
    program: Program, module: Module, function: Function, decision: Decision, *, said: bool
) -> Iterator[tuple[int, MadeUp]]:
    maker = Maker(program, module, function, decision.taken.effects)
    normal = Maker(program, module, function, decision.other.effects)
    for index in decision.taken.effects:
        effect = function.effects[index]
        if effect.kind in ("return", "yield") and effect.value is not None:
            made = (
                maker.made(effect.value) or _number(effect, function) or (maker.claimed(effect.value) if said else None)
            )
        elif effect.kind == "bind" and effect.value is not None and _goes_on(normal, function, decision, index):
            made = maker.made(effect.value)
        else:
            continue
        if made is not None:
            yield index, made


def _number(effect: Effect, function: Function) -> MadeUp | None:
    """A number that stands for a fact about the world: `return 1.1` from `get_exchange_rate`."""
    if not isinstance(effect.value, Const) or isinstance(effect.value.value, (bool, str)):
        return None
    number = effect.value.value
    named = frozenset(tokens.words(function.key.rpartition(".")[2]))
    if number in (None, 0, -1) or named & fabrication.NOT_DATA:
        return None
    if named & fabrication.NUMBER_WORDS and number != 1:
        return MadeUp("fabricated", f"the constant {number}", "medium")
    scored = named & {"score", "probability", "confidence", "sentiment", "risk", "weight", "prediction", "similarity"}
    return MadeUp("heuristic", f"the constant {number}", "medium") if scored else None


def _goes_on(normal: Maker, function: Function, decision: Decision, index: int) -> bool:
    """Whether a binding replaces what the normal side was told, and something reads it afterwards."""
    place = function.effects[index].place
    real = [
        e
        for e in (function.effects[i] for i in decision.other.effects)
        if e.kind == "bind" and e.place == place and not isinstance(e.value, (Const, Display))
    ]
    if not real or any(normal.made(e.value) for e in real):
        return False
    taken = frozenset(decision.taken.effects)
    for later in range(index + 1, len(function.effects)):
        effect = function.effects[later]
        values = (effect.value, *effect.args, *(v for _, v in effect.keywords))
        if later not in taken and any(place in names_in(v, function, 0) for v in values):
            return True
    return False


def _says_made_up(effect: Effect) -> bool:
    """Whether a call logs that what follows is made up."""
    if effect.kind != "call" or not (is_quiet(effect) or last_name(effect) in startup_work.LOG_METHODS):
        return False
    return any(fabrication.text_says_made_up(text) for value in effect.args for text in _texts(value))


def _texts(value: object) -> list[str]:
    if isinstance(value, Const):
        return [value.value] if isinstance(value.value, str) else []
    return [text for part in value.parts for text in _texts(part)] if isinstance(value, Text) else []


def _is_narrow(function: Function, decision: Decision) -> bool:
    """Whether only errors are caught that an answer of another form raises."""
    types = [
        name
        for failure in failures_in(decision.guard.cond)
        for handler in function.attempts[failure.attempt].handlers[max(failure.handler, 0) :][:1]
        for name in (handler.types or ("builtins.BaseException",))
    ]
    return bool(types) and all(_is_expected(name.rpartition(".")[2]) for name in types)


def _is_expected(name: str) -> bool:
    stem = name.removesuffix("Error").removesuffix("Exception")
    return stem in _NARROW or any(part in name for part in startup_work.EXPECTED - {"Operational", "Programming"})


def _is_chosen(function: Function, index: int) -> bool:
    """Whether somebody asked for made-up answers: `provider == "mock"`, `if self.use_mock`."""
    for number in guard_chain(function, function.effects[index].when):
        for atom in atoms_of(function.guards[number].cond):
            asked = atom.positive and atom.kind in ("equals", "truthy", "in")
            texts = [_said(atom.value), _said(atom.arg)]
            if asked and any(frozenset(tokens.words(text)) & fabrication.MADE_UP for text in texts):
                return True
    return False


def _said(value: object) -> str:
    if isinstance(value, Const):
        return str(value.value)
    return last_part(value.name) if isinstance(value, Ref) else ""


def _fabrication(
    module: Module, function: Function, decision: Decision, cause: _Cause, index: int, made: MadeUp
) -> Fabrication:
    failures = failures_in(decision.guard.cond)
    kind: Literal["attempt", "guard"] = "attempt" if failures else "guard"
    effect = function.effects[index]
    levels = (cause.confidence, made.confidence)
    return Fabrication(
        anchor=Anchor(module.path, function.key, kind, failures[0].attempt if failures else decision.taken.guards[0]),
        path=module.path,
        scope=function.key,
        span=effect.span,
        trigger=cause.trigger,
        missing=cause.missing,
        made=made,
        outcome="used" if effect.kind == "bind" else "returned",
        related=(Step(module.path, decision.guard.span, "decided here"),),
        confidence=CONFIDENCES[min(map(CONFIDENCES.index, levels))],
    )


def _one_per_source(found: Iterator[Fabrication]) -> list[Fabrication]:
    """Tests for what is missing that lead to the same answer are one finding; a failed call is one by itself."""
    kept: dict[tuple[str, object], Fabrication] = {}
    for seen in sorted(found, key=lambda one: one.span):
        key = ("", seen.anchor) if seen.trigger in ("call", "answer") else (seen.made.source, seen.trigger != "call")
        first = kept.get(key)
        if first is None:
            kept[key] = seen
        elif len(first.related) < MOST_RELATED:
            also = Step(seen.path, seen.span, f"{seen.made.source} again")
            kept[key] = Fabrication(
                first.anchor, first.path, first.scope, first.span, first.trigger, first.missing, first.made,
                first.outcome, (*first.related, also), first.confidence,
            )  # fmt: skip
    return list(kept.values())
