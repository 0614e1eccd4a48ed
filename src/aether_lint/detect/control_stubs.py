"""What stands under a control's own name when its module cannot be imported, and refuses nobody.

A function `verify_token` that answers True, a decorator `login_required` that hands back what it is given, a class
whose `is_allowed` says yes, a dependency `get_current_user` that makes up a caller.
"""

from collections.abc import Iterator

from aether_lint.catalog import denials as words
from aether_lint.catalog import polarity, tokens
from aether_lint.detect import answers
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.answers import Control
from aether_lint.detect.arms import Decision, decisions
from aether_lint.detect.causes import explained, own
from aether_lint.detect.denials import denials
from aether_lint.detect.gaps import Gap
from aether_lint.facts import (
    NEXT,
    RETURN,
    Const,
    Definition,
    Display,
    Effect,
    Function,
    Ref,
    Result,
    Value,
    failures_in,
)
from aether_lint.link import Module, Program
from aether_lint.link.absence import Chain, Root
from aether_lint.link.nature import is_quiet

MOST_EFFECTS = 12  # of a stand-in that is looked into: what is longer decides something


def stubs(program: Program, module: Module, function: Function) -> Iterator[Gap]:
    """The stand-ins for controls that a function, class body or module defines where an import failed."""
    if not function.guards or not any(e.kind in ("define", "bind") and e.when >= 0 for e in function.effects):
        return
    for decision in decisions(program, function):
        cause = _import_behind(program, module, function, decision)
        if cause is None:
            continue
        defined = [i for i in decision.taken.effects if _stands_in(program, module, function, i)]
        if not defined:
            continue
        root, chain = cause
        index = defined[0]
        if program.gates.of_site(module, function, index).level != "open":
            continue
        found = _stands_in(program, module, function, index)
        if found is not None:
            failed = failures_in(decision.guard.cond)
            kind, number = ("attempt", failed[0].attempt) if failed else ("guard", decision.taken.guards[0])
            anchor = Anchor(module.path, function.key, "attempt" if kind == "attempt" else "guard", number)
            control, by = found
            yield Gap(anchor, function.key, function.effects[index].span, "stub", control, root, by, chain, "high")


def _import_behind(
    program: Program, module: Module, function: Function, decision: Decision
) -> tuple[Root, Chain] | None:
    roots = explained(program.absences.of_cond(decision.guard.cond, module, function))
    roots = tuple((root, chain) for root, chain in roots if root.kind == "import")
    return own(roots, module, function, decision) if roots else None


def _stands_in(program: Program, module: Module, function: Function, index: int) -> tuple[str, str] | None:
    """(the control, what stands for it) where an effect gives a control's name to something that refuses nobody."""
    effect = function.effects[index]
    name = effect.place.rpartition(":")[2].rpartition(">")[2].rpartition(".")[2]
    if effect.kind not in ("define", "bind") or not name:
        return None
    for thing in sorted(program.things.of(effect.value, module, function)):
        where = program.names.function(thing.name)
        if where is None:
            continue
        home, found = where
        if thing.kind == "function":
            control = _lets_through(program, home, found, name)
            if control is not None:
                return control, _label(name)
        elif thing.kind in ("class", "instance") and _is_ours(module, thing.name):
            for method in program.subjects.methods(thing.name):
                owner, inner = program.names.function(method) or where
                control = _lets_through(program, owner, inner, inner.key.rpartition(".")[2])
                if control is not None and found.kind == "class":
                    return control, _label(name)
    return None


def _label(name: str) -> str:
    return f"a stub `{name}`"


def _is_ours(module: Module, name: str) -> bool:
    """Whether the class is defined beside the import that failed, not a service of the project."""
    return name.startswith(f"{module.path}:")


def _lets_through(program: Program, module: Module, function: Function, name: str) -> str | None:
    """The control of this name that a function replaces without refusing anybody."""
    if function.kind not in ("function", "lambda") or len(function.effects) > MOST_EFFECTS:
        return None
    if not function.exits & (NEXT | RETURN) or denials(function):
        return None
    if any(e.kind == "raise" or (e.kind == "call" and not _is_plain(e)) for e in function.effects):
        return None
    if words.names_principal(name):
        return words.AUTHENTICATION if _makes_up_caller(function) else None
    if name in words.GUARDING_DECORATORS or _is_method_decorator(name):
        return words.of_decorator(name) if _hands_back(program, module, function) else None
    control = polarity.of_certain_name(name)
    if control is None:
        return None
    if control.lets_through == "no raise":
        return control.subject if tokens.words(name)[0] in _SPEAKS_BY_RAISING and not _answers(function) else None
    told = Control(control.subject, control.lets_through, "medium")
    given = [answers.says(e.value, function, told) for _, e in answers.returns(function)]
    return control.subject if given and all(given) else None


def _answers(function: Function) -> bool:
    return any(e.value not in (None, Const(None)) for _, e in answers.returns(function))


def _makes_up_caller(function: Function) -> bool:
    """Whether a function answers with a caller that is somebody."""
    given = [e.value for _, e in answers.returns(function)]
    return bool(given) and all(_is_somebody(v, function) for v in given)


def _is_somebody(value: Value | None, function: Function) -> bool:
    match value:
        case Display(_, items, keys):
            said = [str(v.value) for v in (*items, *keys) if isinstance(v, Const)]
            return bool(items) and not _says_nobody(said)
        case Const(str(text)):
            return bool(text) and not _says_nobody([text])
        case Const(found):
            return found is True
        case Result(index):
            call = function.effects[index]
            given = [*call.args, *(v for _, v in call.keywords)]
            return not _says_nobody([call.place, *(str(v.value) for v in given if isinstance(v, Const))])
        case _:
            return False


def _says_nobody(texts: list[str]) -> bool:
    return any(not words.ANONYMOUS.isdisjoint(tokens.words(text)) for text in texts)


def _hands_back(program: Program, module: Module, function: Function) -> bool:
    """Whether a decorator returns what it is given, itself or from the function that it makes."""
    for _, effect in answers.returns(function):
        value = effect.value
        if isinstance(value, Ref) and value.name.startswith(f":{function.key}>"):
            if any(value.name == f":{function.key}>{p.name}" for p in function.params):
                continue
            inner = [t for t in program.things.of(value, module, function) if t.kind == "function"]
        elif isinstance(value, Definition):
            inner = [t for t in program.things.of(value, module, function) if t.kind == "function"]
        else:
            return False
        made = [where for t in inner if (where := program.names.function(t.name)) is not None]
        if not made or not all(_hands_back(program, home, found) for home, found in made):
            return False
    return any(True for _ in answers.returns(function))


def _is_method_decorator(name: str) -> bool:
    parts = tokens.words(name)
    return len(parts) > 1 and (parts[0] in ("require", "requires", "required") or parts[-1] == "required")


def _is_plain(effect: Effect) -> bool:
    return is_quiet(effect) or effect.place.rpartition(".")[2].rpartition(":")[2][:1].isupper()


_SPEAKS_BY_RAISING = frozenset({"require", "enforce", "ensure", "check", "verify", "validate", "authorize"})
