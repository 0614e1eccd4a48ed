"""Hashes and token algorithms that are chosen by a setting or by the message itself."""

from collections.abc import Iterator

from aether_lint.catalog import hashers
from aether_lint.detect.secret_flow import Flow, Leaf, called_name, is_from_request, is_password, item_key, known_as
from aether_lint.detect.secret_use import Weakness, use
from aether_lint.facts import Atom, Cond, Const, Display, Effect, Every, Function, Ref, Some, Value
from aether_lint.link import Module, Program
from aether_lint.link.environment import argument

WEAK_HASHES = frozenset({"md5", "sha1"})
JOSE_DECODES = frozenset({"jose.jwt.decode", "jose.jws.verify"})
DECODES = JOSE_DECODES | {"jwt.decode", "jwt.api_jwt.decode", "jwt.decode_complete"}


def algorithm_choices(program: Program, flow: Flow, module: Module) -> Iterator[Weakness]:
    """The choices of a module that nothing limits."""
    for function in module.facts.functions:
        for index, effect in enumerate(function.effects):
            if effect.kind != "call":
                continue
            found = _hash(program, flow, module, function, index) or _token(program, flow, module, function, index)
            if found is not None:
                yield found


def _hash(program: Program, flow: Flow, module: Module, function: Function, index: int) -> Weakness | None:
    effect = function.effects[index]
    chosen: Value | None = None
    fallback: Value | None = None
    if effect.value == Ref("builtins.getattr") and effect.args[:1] and effect.args[0] == Ref("hashlib"):
        chosen, fallback = argument(effect, 1, ""), argument(effect, 2, "")
    elif effect.value == Ref("hashlib.new"):
        chosen = argument(effect, 0, "name")
    if chosen is None or isinstance(chosen, Const) or _is_limited(chosen, function):
        return None
    leaves = flow.leaves(chosen, module, function, effect.span)
    weak = _weak_fallback(fallback)
    if weak:
        return use(
            "algorithm fallback", function, index, subject="the hash", by=weak, severity="warning",
            detail=known_as(leaves[0]) if leaves else "",
        )  # fmt: skip
    for leaf in leaves:
        if is_from_request(leaf):
            return use(
                "algorithm from input", function, index, subject="the hash", by=known_as(leaf), severity="warning"
            )
        default = _default(program, leaf)
        if default in WEAK_HASHES and _hashes_password(flow, effect, module, function):
            return use(
                "algorithm fallback", function, index, subject="the hash", by=default.upper(), severity="warning",
                detail=known_as(leaf),
            )  # fmt: skip
    return None


def _weak_fallback(fallback: Value | None) -> str:
    if isinstance(fallback, Ref) and fallback.name.startswith("hashlib."):
        known = hashers.lookup(fallback.name)
        return known.label if known is not None and known.strength <= 1 else ""
    return ""


def _default(program: Program, leaf: Leaf) -> str:
    effect = leaf.effect
    read = program.environment.read(effect, leaf.module, leaf.function) if effect is not None else None
    if read is None or not isinstance(read.default, Const):
        return ""
    return str(read.default.value).lower().replace("-", "")


def _hashes_password(flow: Flow, effect: Effect, module: Module, function: Function) -> bool:
    leaves = [leaf for v in effect.args[1:2] for leaf in flow.leaves(v, module, function, effect.span)]
    return any(is_password(known_as(leaf)) for leaf in leaves)


def _is_limited(value: Value, function: Function) -> bool:
    """Whether the function asks if the name is one of those that it allows."""
    return any(_allows(guard.cond, value) for guard in function.guards)


def _allows(cond: Cond, value: Value) -> bool:
    if isinstance(cond, Atom):
        return cond.kind in ("in", "equals") and cond.value == value
    return isinstance(cond, (Every, Some)) and any(_allows(part, value) for part in cond.conds)


def _token(program: Program, flow: Flow, module: Module, function: Function, index: int) -> Weakness | None:
    effect = function.effects[index]
    names = {t.name for t in program.things.callees(effect, module, function) if t.kind == "external"}
    if not names & DECODES or any(k == "**" for k, _ in effect.keywords) or _is_unverified(effect):
        return None
    algorithms = argument(effect, 2, "algorithms")
    if algorithms is None or (isinstance(algorithms, Const) and algorithms.value is None):
        if names & JOSE_DECODES:  # PyJWT refuses such a call
            return use("no algorithm", function, index, subject="the token", by="its own header", severity="warning")
        return None
    for leaf in flow.leaves(algorithms, module, function, effect.span):
        if isinstance(leaf.value, Const) and str(leaf.value.value).lower() == "none":
            return use("any algorithm", function, index, subject="the token", by="none", severity="warning")
        if _is_header(leaf) and not _is_limited(leaf.value, function):
            return use(
                "algorithm from input", function, index, subject="the token", by="its own header", severity="warning"
            )
    return None


def _is_unverified(effect: Effect) -> bool:
    options = argument(effect, -1, "options")
    if isinstance(options, Display):
        named = zip(options.keys, options.items, strict=False)
        return any(k == Const("verify_signature") and v == Const(False) for k, v in named)
    return options is not None


def _is_header(leaf: Leaf) -> bool:
    """Whether a leaf is the `alg` of the token's unverified header."""
    effect = leaf.effect
    if effect is None or item_key(effect) != "alg":
        return False
    base = effect.value
    name = base.name if isinstance(base, Ref) else ""
    bound = [e.value for e in leaf.function.effects if e.kind == "bind" and e.place in (name, name.rpartition(".")[0])]
    made = [leaf.function.effects[i] for v in bound if (i := getattr(v, "effect", None)) is not None]
    return any("unverified" in called_name(e) for e in made)
