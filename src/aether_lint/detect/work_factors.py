"""Password hashing whose cost is below what OWASP asks for: in the code, or as the default of a setting."""

from collections.abc import Iterator

from aether_lint.catalog import tokens, work_factors
from aether_lint.detect.secret_flow import Flow, called_name, is_password, known_as, param_of
from aether_lint.detect.secret_use import Weakness, use
from aether_lint.detect.value_sinks import Derived
from aether_lint.facts import Arms, Attr, Const, Effect, Function, Opaque, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.environment import argument

MADE_FOR_PASSWORDS = frozenset({"bcrypt", "argon2"})  # the others derive keys as well: the input decides
KDF_INPUT: dict[str, tuple[str, int]] = {
    "hashlib.pbkdf2_hmac": ("password", 1),
    "hashlib.scrypt": ("password", 0),
    "Crypto.Protocol.KDF.PBKDF2": ("password", 0),
    "Crypto.Protocol.KDF.scrypt": ("password", 0),
}
"""Where a derivation takes what it derives from; the classes of cryptography take it in `derive`."""


def weak_work_factors(program: Program, flow: Flow, module: Module) -> Iterator[Weakness]:
    """The costs of a module that are too low."""
    for function in module.facts.functions:
        for index, effect in enumerate(function.effects):
            if effect.kind == "call":
                yield from _call(program, flow, module, function, index)
            elif effect.kind in ("bind", "write"):
                yield from _setting(program, module, function, index)


def _call(program: Program, flow: Flow, module: Module, function: Function, index: int) -> Iterator[Weakness]:
    effect = function.effects[index]
    for thing in sorted(program.things.callees(effect, module, function)):
        if thing.kind != "external":
            continue
        if thing.name in ("passlib.context.CryptContext", "passlib.context.LazyCryptContext"):
            yield from _context(program, module, function, index)
        known = work_factors.lookup(thing.name)
        if known is None:
            continue
        keyword, position, algorithm = known
        value = argument(effect, position, keyword)
        cost = None if value is None else _number(program, value, module, function)
        needed = _needed(program, algorithm, effect, cost, module, function)
        if needed is None or not _is_for_passwords(program, flow, thing.name, algorithm, module, function, index):
            continue
        got, minimum, name = needed
        literal = isinstance(value, Const) and type(value.value) is int and minimum.isdigit()
        yield use(
            "work factor", function, index, subject=algorithm.partition("-")[0], by=f"{name} {got}", detail=minimum,
            severity="warning", operand=f"{keyword},{position},{minimum}" if literal else "",
            confidence="high" if isinstance(value, Const) else "medium",
        )  # fmt: skip
        return


def _needed(
    program: Program, algorithm: str, effect: Effect, cost: int | None, module: Module, function: Function
) -> tuple[str, str, str] | None:
    """(what is given, what is needed, name of the cost) where a cost is too low."""
    match algorithm:
        case "bcrypt" if cost is not None and cost < work_factors.BCRYPT_COST:
            return str(cost), str(work_factors.BCRYPT_COST), "a cost of"
        case "pbkdf2" if cost is not None:
            minimum = work_factors.PBKDF2_ITERATIONS.get(_digest(program, effect, module, function), 0)
            return (f"{cost:,}", str(minimum), "iterations:") if cost < minimum else None
        case "scrypt" if cost is not None:
            parallel = _number(program, argument(effect, -1, "p"), module, function) or 1
            needed = work_factors.scrypt_minimum(cost)
            if needed is None or parallel < needed:
                return f"{cost:,}", str(work_factors.SCRYPT_COST[0][0]), "N ="
        case "argon2":
            memory = _number(program, _argon2_memory(effect), module, function)
            if memory is None and cost is None:
                return None
            needed = work_factors.argon2_minimum(work_factors.ARGON2_DEFAULT_MEMORY if memory is None else memory)
            if needed is None:
                return f"{memory:,} KiB", f"{work_factors.ARGON2_MEMORY[1][0]:,} KiB", "a memory cost of"
            if cost is not None and cost < needed:
                return str(cost), str(needed), "a time cost of"
    return None


def _argon2_memory(effect: Effect) -> Value | None:
    return argument(effect, 3 if called_name(effect).startswith("hash_secret") else 1, "memory_cost")


def _digest(program: Program, effect: Effect, module: Module, function: Function) -> str:
    """The hash inside a PBKDF2, as the table of minimums calls it."""
    named = argument(effect, 0, "hash_name")
    text = program.constants.text(named, module, function) if named is not None else None
    if text is None:
        chosen = argument(effect, 0, "algorithm") or argument(effect, 5, "hmac_hash_module")
        text = (
            called_name(function.effects[chosen.effect]) if isinstance(chosen, Result) else getattr(chosen, "name", "")
        )
    return str(text).lower().replace("-", "").rpartition(".")[2]


def _is_for_passwords(
    program: Program, flow: Flow, name: str, algorithm: str, module: Module, function: Function, index: int
) -> bool:
    """Whether what is hashed is a password, and is not merely checked against what an older cost made."""
    if algorithm in MADE_FOR_PASSWORDS:
        return True
    if any(sink.kind == "compare" for sink in Derived(function, index).sinks()):
        return False
    effect = function.effects[index]
    keyword, position = KDF_INPUT.get(name, ("", -1))
    given = argument(effect, position, keyword) if keyword else _derived_from(function, index)
    leaves = flow.leaves(given, module, function, function.effects[-1].span if not keyword else effect.span)
    return any(is_password(known_as(leaf)) for leaf in leaves)


def _derived_from(function: Function, index: int) -> Value | None:
    """What `derive` is called with on the object that an effect makes."""
    held = {e.place for e in function.effects if e.kind == "bind" and e.value == Result(index)}
    for effect in function.effects[index + 1 :]:
        if effect.kind == "call" and called_name(effect) == "derive" and effect.args:
            target = effect.value
            if isinstance(target, Attr) and target.base == Result(index):
                return effect.args[0]
            if isinstance(target, Ref) and target.name.rpartition(".")[0] in held:
                return effect.args[0]
    return None


def _context(program: Program, module: Module, function: Function, index: int) -> Iterator[Weakness]:
    effect = function.effects[index]
    for keyword, value in effect.keywords:
        algorithm = work_factors.CONTEXT_ROUNDS.get(keyword)
        cost = _number(program, value, module, function) if algorithm else None
        minimum = work_factors.CONTEXT_MINIMUM.get(algorithm or "", 0)
        if keyword.endswith("memory_cost"):
            minimum = work_factors.ARGON2_MEMORY[-1][0]
        if cost is not None and cost < minimum:
            literal = isinstance(value, Const)
            yield use(
                "work factor", function, index, subject=str(algorithm).partition("-")[0], by=f"`{keyword}` of {cost:,}",
                detail=str(minimum), severity="warning", operand=f"{keyword},-1,{minimum}" if literal else "",
            )  # fmt: skip


def _setting(program: Program, module: Module, function: Function, index: int) -> Iterator[Weakness]:
    """Costs that a framework reads from a configuration or from the attribute of a hasher's class."""
    effect = function.effects[index]
    first = effect.args[0] if effect.args else None
    key = first.value if effect.kind == "write" and isinstance(first, Const) else effect.place.rpartition(".")[2]
    name = str(key).rpartition(":")[2]
    minimum = work_factors.FRAMEWORK_SETTINGS.get(name)
    if minimum is None and effect.kind == "bind" and function.kind == "class":
        minimum = _hasher_attribute(program, module, function, name)
    cost = _number(program, effect.value, module, function) if minimum is not None else None
    if minimum is None or cost is None or cost >= minimum or _is_for_tests(function):
        return
    yield use(
        "work factor", function, index, subject="the password hasher", by=f"`{name}` = {cost:,}", detail=str(minimum),
        severity="warning",
    )  # fmt: skip


def _hasher_attribute(program: Program, module: Module, function: Function, name: str) -> int | None:
    for base in program.things.bases(f"{module.path}:{function.key}"):
        if base.kind == "external" and (found := work_factors.CLASS_ATTRIBUTES.get(f"{base.name}.{name}")):
            return found
    return None


def _is_for_tests(function: Function) -> bool:
    return any(word in tokens.TEST_WORDS for word in tokens.words(function.key))


def _number(program: Program, value: Value | None, module: Module, function: Function) -> int | None:
    """The number that a value is, or is when no setting says otherwise."""
    match value:
        case None:
            return None
        case Const(int() as number) if type(number) is int:
            return number
        case Const(str() as text):
            return int(text) if text.isdigit() else None
        case Opaque(op, (left, right)) if op in ("Pow", "LShift", "Mult"):
            a, b = (_number(program, v, module, function) for v in (left, right))
            if a is None or b is None or not (0 <= b <= 64 or op == "Mult"):
                return None
            return a**b if op == "Pow" else a << b if op == "LShift" else a * b
        case Arms("or", values, _):
            return _number(program, values[-1], module, function)
        case Result(index):
            return _number_of_call(program, function.effects[index], module, function)
        case Ref(name):
            param = param_of(name, function)
            parent = module.functions.get(function.parent)
            if param is not None and parent is not None:
                return _number(program, param.default, module, parent)
            consts = [t for t in program.things.of(value, module, function) if t.kind == "const" and t.name.isdigit()]
            if len(consts) == 1:
                return int(consts[0].name)
            bound = program.names.bindings(program.names.globalise(name, module.path))
            if len(bound) == 1:
                home, owner, index = bound[0]
                inner = owner.effects[index].value
                return None if isinstance(inner, Ref) else _number(program, inner, home, owner)
    return None


def _number_of_call(program: Program, effect: Effect, module: Module, function: Function) -> int | None:
    read = program.environment.read(effect, module, function)
    if read is not None:
        return _number(program, read.default, module, function)
    name = called_name(effect)
    if name in ("int", "max") and effect.args:
        numbers = [_number(program, a, module, function) for a in effect.args]
        known = [n for n in numbers if n is not None]
        return max(known) if known else None
    return None
