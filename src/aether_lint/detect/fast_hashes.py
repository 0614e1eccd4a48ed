"""Passwords that go through a fast hash, and schemes of password libraries whose first choice is one."""

from collections.abc import Iterator

from aether_lint.catalog import hashers, tokens
from aether_lint.detect.hash_calls import HashCall, hash_calls, inputs
from aether_lint.detect.secret_flow import Flow, Leaf, is_password, known_as
from aether_lint.detect.secret_use import Weakness, use
from aether_lint.detect.value_sinks import Derived, Sink
from aether_lint.facts import Arms, Const, Display, Effect, Function, Ref, Value
from aether_lint.link import Module, Program
from aether_lint.link.environment import argument

TOO_FAST = 3  # strength up to which a scheme's default is reported; above are salted, iterated, if old
STORING = frozenset({"hash", "hashed", "encrypt", "encode", "verify", "check", "validate", "authenticate", "digest",
                     "set", "make", "match", "login", "register", "signup"})  # fmt: skip
CONTEXTS = frozenset({"passlib.context.CryptContext", "passlib.context.LazyCryptContext"})


def fast_hashes(program: Program, flow: Flow, module: Module) -> Iterator[Weakness]:
    """The passwords of a module that a fast hash protects."""
    for function in module.facts.functions:
        for call in hash_calls(program, module, function):
            password = _password(flow, call, module, function)
            if password is None or not _is_kept(program, call, module, function):
                continue
            if _is_one_of_many(program, module, function) or _is_upgraded(program, module, function):
                continue
            name = known_as(password)
            direct = password.function is function
            yield use("fast hash", function, call.index, subject=name, by=call.label,
                confidence="high" if direct else "medium",
            )  # fmt: skip
        yield from _schemes(program, module, function)


def _password(flow: Flow, call: HashCall, module: Module, function: Function) -> Leaf | None:
    leaves = inputs(flow, call, module, function)
    named = [leaf for leaf in leaves if is_password(known_as(leaf))]
    if not named:
        named = [p for leaf in leaves for p in flow.passed(leaf) if is_password(known_as(p))]
    return named[0] if named else None


def _is_kept(program: Program, call: HashCall, module: Module, function: Function) -> bool:
    """Whether the digest is stored or checked here, and not sent to somebody else, cut or made a key."""
    sinks = Derived(function, call.index).sinks()
    if any(sink.kind == "cut" for sink in sinks):
        return False  # the first characters ask a list of leaked passwords, a bucket or a log line
    if any(sink.kind == "compare" or _stores(sink) for sink in sinks):
        return True
    if not any(sink.kind == "return" for sink in sinks) or not function.key:
        return False
    said = tokens.words(function.key.rpartition(".")[2])
    about_passwords = any(is_password(word) for word in said)
    if about_passwords and any(word in STORING for word in said):
        return True
    return any(_is_kept_by_caller(*site) for site in program.calls.sites(f"{module.path}:{function.key}")[:12])


def _is_kept_by_caller(module: Module, function: Function, index: int) -> bool:
    del module
    return any(sink.kind == "compare" or _stores(sink) for sink in Derived(function, index).sinks())


def _stores(sink: Sink) -> bool:
    """Whether a digest ends in the column or attribute of a password."""
    if sink.kind not in ("store", "call"):
        return False
    said = tokens.words(sink.name.replace(":", ".").rpartition(".")[2])
    return bool(said) and any(is_password(word) for word in said) and said[0] not in ("verify", "check", "hash")


def _is_one_of_many(program: Program, module: Module, function: Function) -> bool:
    """Whether the hash is one strategy among others of a base class: which one serves is chosen elsewhere."""
    owner = module.functions.get(function.owner)
    return owner is not None and any(
        base.name.rpartition(".")[2].endswith(("Hasher", "Handler", "Scheme", "Crypt", "Hash"))
        for base in program.things.bases(f"{module.path}:{owner.key}")
        if base.name != f"{module.path}:{owner.key}"
    )


def _is_upgraded(program: Program, module: Module, function: Function) -> bool:
    """Whether a hasher made for passwords is at work in the same function, or in one that calls it."""
    sites = program.calls.sites(f"{module.path}:{function.key}")[:12]
    around = [(module, function), *((m, f) for m, f, _ in sites)]
    return any(h.strength >= hashers.ACCEPTABLE for m, f in around for h in program.hashes.of_effects(f.effects, m, f))


def _schemes(program: Program, module: Module, function: Function) -> Iterator[Weakness]:
    for index, effect in enumerate(function.effects):
        found: str | None = None
        if effect.kind == "call":
            found = _weak_call(program, effect, module, function)
        elif effect.kind == "bind" and effect.place == ":PASSWORD_HASHERS":
            found = _first_weak(program, effect.value, module, function)
        if found is not None:
            yield use("fast scheme", function, index, subject="new passwords", by=found, confidence="high")


def _weak_call(program: Program, effect: Effect, module: Module, function: Function) -> str | None:
    for thing in program.things.callees(effect, module, function):
        if thing.kind == "external" and thing.name in CONTEXTS:
            default = argument(effect, -1, "default")
            return _first_weak(program, default or argument(effect, 0, "schemes"), module, function)
        if thing.name == "werkzeug.security.generate_password_hash":
            return _first_weak(program, argument(effect, 1, "method"), module, function)
        head, _, method = thing.name.rpartition(".")
        known = hashers.lookup(head) if method in ("hash", "encrypt") and head.startswith("passlib.hash.") else None
        if known is not None and known.strength <= TOO_FAST:
            return known.label
    return None


def _first_weak(program: Program, value: Value | None, module: Module, function: Function) -> str | None:
    """The weak scheme that is the first of a list, or the first of what one of its alternatives would be."""
    match value:
        case Const(str() as text):
            name = text.rpartition(".")[2] if text.startswith("django.") else text
            strength = hashers.of_scheme(name)
            if strength is None and (known := hashers.lookup(text)) is not None:
                return known.label if known.strength <= TOO_FAST else None
            return name if strength is not None and strength <= TOO_FAST else None
        case Display(_, items, _) if items:
            return _first_weak(program, items[0], module, function)
        case Arms(_, values, _):
            found = [_first_weak(program, v, module, function) for v in values]
            return next((name for name in found if name), None)
        case Ref(name):
            bound = program.names.bindings(program.names.globalise(name, module.path))
            if len(bound) == 1:
                home, owner, index = bound[0]
                inner = owner.effects[index].value
                return None if inner == value else _first_weak(program, inner, home, owner)
    return None
