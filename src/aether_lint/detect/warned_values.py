"""Secrets whose missing or placeholder value is noticed, written to the log, and used all the same."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import tokens
from aether_lint.detect.secret_values import is_placeholder
from aether_lint.detect.startup_work import is_quiet
from aether_lint.facts import Atom, Cond, Const, Display, Function, Guard, Value
from aether_lint.link import Module, Program
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.mentions import cond_names, folded
from aether_lint.link.refusals import Scalar
from aether_lint.model import Span

CHECK_WORDS = frozenset(
    {"check", "validate", "ensure", "verify", "assert", "guard", "require", "warn", "audit", "init"}
)


class WarnedValue(Struct, frozen=True):
    """One check: `span` is its test in the function `scope`, `value` what it found ("" where the secret is missing)."""

    setting: EnvSetting
    scope: str
    span: Span
    value: str


def find(program: Program, module: Module) -> Iterator[WarnedValue]:
    """The checks of a module that only log, in order of function and test."""
    for function in module.facts.functions:
        for index, guard in enumerate(function.guards):
            if _only_logs(function, index) and _is_check(program, module, function):
                yield from _judge(program, module, function, guard)


def _only_logs(function: Function, guard: int) -> bool:
    """Whether nothing stands under a guard but log lines, one that warns among them."""
    under = [e for e in function.effects if e.when == guard]
    nested = any(g.parent == guard for g in function.guards)
    said = [e for e in under if e.kind == "call" and is_quiet(e)]
    warns = any(e.place.rpartition(".")[2] in ("warning", "warn", "error", "critical", "print") for e in said)
    served = all(e.kind in ("call", "item") and (e in said or e.place.startswith("builtins.")) for e in under)
    return bool(said) and warns and served and not nested


def _is_check(program: Program, module: Module, function: Function) -> bool:
    """Whether a function is one that start-up runs, or a validator: what it leaves out nobody else does."""
    if function.kind == "module":
        return True
    if function.kind != "function":
        return False
    last = function.key.rpartition(".")[2]
    decorated = any("validator" in getattr(d, "name", "") or "validator" in _called(d, module, function)
                    for d in function.decorators)  # fmt: skip
    if decorated or last in ("__post_init__", "model_post_init") or CHECK_WORDS.intersection(tokens.words(last)):
        return True
    return program.startup.of_function(f"{module.path}:{function.key}") is not None


def _called(decorator: Value, module: Module, function: Function) -> str:
    index = getattr(decorator, "effect", -1)
    parent = module.functions.get(function.parent)
    return parent.effects[index].place if parent is not None and 0 <= index < len(parent.effects) else ""


def _judge(program: Program, module: Module, function: Function, guard: Guard) -> Iterator[WarnedValue]:
    named = {folded(n) for n in cond_names(guard.cond, function, 1)}
    for setting in _secrets(program):
        if not named & ({folded(p) for p in setting.places} | setting.fields):
            continue
        found = _found(program, guard.cond, module, function, setting)
        if found is not None and program.refusals.of(setting.holding(found[0])).verdict == "never":
            yield WarnedValue(setting, function.key, guard.span, str(found[0] or ""))
            return


def _secrets(program: Program) -> Iterator[EnvSetting]:
    """The secrets of the project that open its own doors."""
    for setting in program.settings.secrets(program.names.modules[p] for p in sorted(program.names.modules)):
        secret = setting.secret
        if secret is None or secret.direction == "outbound":
            continue
        if secret.direction == "inbound" or secret.label in tokens.OWN_KEYS:
            yield setting


def _found(
    program: Program, cond: Cond, module: Module, function: Function, setting: EnvSetting
) -> tuple[Scalar] | None:
    """The value that a condition has found in the setting: None or "" where it is missing."""
    if not isinstance(cond, Atom):
        return None
    question = setting.holding("")
    if not program.refusals.is_value(cond.value, module, function, question):
        return None
    empty: Scalar = "" if setting.default.kind == "text" else None
    match cond:
        case Atom("truthy", _, _, False) | Atom("none", _, _, True):
            return (empty,)
        case Atom("equals", _, Const(str() as text), True) if not text or is_placeholder(text):
            return (text,)
        case Atom("in", _, Display(_, items, _), True):
            return next(((i.value,) for i in items if isinstance(i, Const) and isinstance(i.value, str)), None)
    return None
