"""Where a setting is used as a key although it may be empty."""

from msgspec import Struct

from aether_lint.catalog import ciphers
from aether_lint.facts import Effect, Function, Ref, Value
from aether_lint.link import Module, Program
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.gates import guard_chain
from aether_lint.link.refusals import Scalar, Setting
from aether_lint.model import Span


class KeyUse(Struct, frozen=True):
    """One use: what the value is the key of ("an HMAC"), where, and whether it checks what others send."""

    label: str
    path: str
    span: Span
    verifies: bool


def key_use(program: Program, setting: EnvSetting, empty: Scalar) -> KeyUse | None:
    """The first use of a setting as a key that an empty value reaches; None when there is none."""
    question = setting.holding(empty)
    for word in sorted({*setting.fields, *(p.rpartition(":")[2].rpartition(">")[2] for p in setting.places)}):
        for module, function, index in program.mentions.arguments(word):
            use = _call(program, question, module, function, index, empty)
            if use is not None:
                return use
    return None


def _call(
    program: Program, question: Setting, module: Module, function: Function, index: int, empty: Scalar
) -> KeyUse | None:
    effect = function.effects[index]
    primitive = ciphers.lookup(effect.place) or _handed_over(effect)
    if primitive is None or primitive.kind not in ciphers.KEY_SINK_CALLS | {"compare"}:
        return None
    if primitive.kind != "secret sink" and empty is None:
        return None  # a key of None is an error at once
    passed: list[Value] = [v for k, v in effect.keywords if k == primitive.key]
    passed += effect.args
    if not any(program.refusals.is_value(v, module, function, question) for v in passed):
        return None
    for guard in guard_chain(function, effect.when):
        if program.refusals.holds(function.guards[guard].cond, module, function, question)[0] is False:
            return None
    verifies = primitive.kind in ("compare", "secret sink") or "decode" in effect.place or _compares(function)
    return KeyUse(primitive.label, module.path, effect.span, verifies)


def _handed_over(effect: Effect) -> ciphers.Primitive | None:
    """`app.add_middleware(SessionMiddleware, secret_key=…)`: the class that the framework will build."""
    first = effect.args[0] if effect.args else None
    return ciphers.lookup(first.name) if isinstance(first, Ref) else None


def _compares(function: Function) -> bool:
    """Whether a function compares in constant time: it checks a signature rather than making one."""
    found = (ciphers.lookup(e.place) for e in function.effects if e.kind == "call")
    return any(p is not None and p.kind == "compare" for p in found)
