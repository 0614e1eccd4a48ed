"""Secrets compared with `==` against what a request brings, and passwords that are kept as they were given."""

from collections.abc import Iterator

from msgspec.structs import replace

from aether_lint.catalog import ciphers, secrets_in_flow, tokens
from aether_lint.detect.secret_flow import (
    Flow,
    Leaf,
    called_name,
    is_from_request,
    is_password,
    known_as,
    param_of,
)
from aether_lint.detect.secret_use import UseKind, Weakness, use
from aether_lint.detect.value_sinks import Comparison, comparisons
from aether_lint.facts import Const, Effect, Function, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.names import last_part

STRONG_NAMES = frozenset({"API key", "secret", "secret key", "access key", "password", "passphrase", "PIN"})
DENIES_CHECK = frozenset({"confirm", "confirmation", "repeat", "again", "retype", "new", "old", "previous", "second"})


def plain_secrets(program: Program, flow: Flow, module: Module) -> Iterator[Weakness]:
    """The comparisons and assignments of a module that leave a secret plain."""
    for function in module.facts.functions:
        if not function.key:
            continue
        first: dict[tuple[Value, Value | None], Weakness] = {}
        for seen in comparisons(function):
            found = _compared(program, flow, seen, module, function)
            if found is None:
                continue
            key = (seen.left, seen.right)
            if key in first:
                again = Step(module.path, found.span, "compared so here too")
                found = replace(first[key], related=(*first[key].related, again))
            first[key] = found
        yield from first.values()
        yield from _stored(program, flow, module, function)


def _compared(program: Program, flow: Flow, seen: Comparison, module: Module, function: Function) -> Weakness | None:
    sides = [flow.leaves(value, module, function, seen.span) for value in (seen.left, seen.right)]
    if any(all(isinstance(leaf.value, Const) for leaf in side) for side in sides):
        return None
    for kept, (mine, other) in ((seen.left, (sides[0], sides[1])), (seen.right, (sides[1], sides[0]))):
        brought = [leaf for leaf in other if _is_brought(leaf)]
        if not brought or any(_is_brought(leaf) for leaf in mine):
            continue
        found = _kept_secret(program, flow, mine, brought, function)
        if found is None:
            continue
        kind, subject, sure = found
        if kind == "open compare" and _is_behind_login(function):
            return None
        index = _effect_at(function, seen)
        return use(
            kind, function, index, subject=subject, by=known_as(brought[0]), severity="warning",
            confidence="high" if sure else "medium", span=seen.span, operand=_text(kept, function),
        )  # fmt: skip
    return None


def _kept_secret(
    program: Program, flow: Flow, mine: list[Leaf], brought: list[Leaf], function: Function
) -> tuple[UseKind, str, bool] | None:
    """(kind, name, whether the evidence is hard) of the secret on one side of a comparison."""
    hard = any(is_from_request(leaf) for leaf in brought)
    for leaf in mine:
        if _is_mac(program, leaf):
            return "open compare", "the computed HMAC", True
        name = known_as(leaf)
        named = tokens.secret(name)
        if (
            named is None
            or named.label == "salt"
            or any(w in secrets_in_flow.NOT_A_PASSWORD for w in tokens.words(name)[:-1])
        ):
            continue
        if any(w in secrets_in_flow.FORGERY_WORDS for w in tokens.words(name)):
            continue
        if program.constants.literal(leaf.value, leaf.module, leaf.function) is not None:
            continue  # a known text that is refused
        if flow.is_setting(leaf):
            return "open compare", f"`{name}`", hard
        if not _is_attribute(leaf) or not (hard or _checks(function)):
            continue
        if is_password(name) and any(is_password(known_as(b)) for b in brought):
            return "plain password", f"`{name}`", hard
        if named.label in STRONG_NAMES or hard:
            return "open compare", f"`{name}`", hard
    return None


def _is_mac(program: Program, leaf: Leaf) -> bool:
    for thing in program.things.of(leaf.value, leaf.module, leaf.function):
        known = ciphers.lookup(thing.origin) if thing.kind == "made" else None
        if known is not None and known.kind == "mac":
            return True
    return False


def _is_brought(leaf: Leaf) -> bool:
    """Whether a leaf is what somebody presents: part of a request, or a parameter that bears a secret's name."""
    if is_from_request(leaf):
        return True
    if not isinstance(leaf.value, Ref) or param_of(leaf.value.name, leaf.function) is None:
        return False
    name = known_as(leaf)
    said = tokens.words(name)
    return bool(said) and (tokens.secret(name) is not None or said[-1] in ("signature", "sig", "hmac", "mac"))


def _is_attribute(leaf: Leaf) -> bool:
    """Whether a leaf is an attribute of something that is no request, form or exception."""
    if not isinstance(leaf.value, Ref) or "." not in leaf.value.name.rpartition(">")[2]:
        return False
    owner = tokens.words(leaf.value.name.rpartition(".")[0].rpartition(">")[2])
    return not any(word in ("form", "data", "payload", "body", "request", "args", "event") for word in owner)


def _checks(function: Function) -> bool:
    """Whether a function says that it authenticates somebody."""
    said = tokens.words(function.key)
    return any(word in secrets_in_flow.CHECKING_WORDS for word in said)


def _is_behind_login(function: Function) -> bool:
    """Whether the caller is known already: a decorator or a parameter asks for the user who is logged in."""
    decorators = [d.name if isinstance(d, Ref) else "" for d in function.decorators]
    named = [*decorators, *(p.name for p in function.params)]
    said = {word for name in named for word in tokens.words(name.rpartition(".")[2])}
    return bool(said & secrets_in_flow.LOGGED_IN_WORDS)


def _effect_at(function: Function, seen: Comparison) -> int:
    found = [i for i, e in enumerate(function.effects) if e.span.line >= seen.span.line]
    return found[0] if found else max(len(function.effects) - 1, 0)


def _text(value: Value | None, function: Function) -> str:
    """The last name of an operand, for the fix to find it."""
    if isinstance(value, Ref):
        return last_part(value.name)
    return called_name(function.effects[value.effect]) if isinstance(value, Result) else ""


def _stored(program: Program, flow: Flow, module: Module, function: Function) -> Iterator[Weakness]:
    """Rows of users that are built with the password as it was given."""
    for index, effect in enumerate(function.effects):
        if effect.kind != "call":
            continue
        for name, value in effect.keywords:
            if not is_password(name):
                continue
            table = _plain_column(program, effect, name, module, function)
            given = flow.leaves(value, module, function, effect.span) if table else []
            if given and all(_is_raw(flow, leaf) for leaf in given):
                yield use("plain storage", function, index, subject=f"`{table}.{name}`", by=known_as(given[0]),
                    severity="warning", confidence="medium",
                )  # fmt: skip


def _is_raw(flow: Flow, leaf: Leaf) -> bool:
    """Whether a leaf is a password as somebody typed it; a parameter is what all callers pass."""
    if is_from_request(leaf):
        return True
    if not is_password(known_as(leaf)) or not isinstance(leaf.value, Ref):
        return False
    if param_of(leaf.value.name, leaf.function) is None:
        return True
    passed = flow.passed(leaf)
    return bool(passed) and all(
        is_from_request(p) or (is_password(known_as(p)) and isinstance(p.value, Ref)) for p in passed
    )


def _plain_column(program: Program, effect: Effect, column: str, module: Module, function: Function) -> str:
    """The class of users that a call builds, where its column keeps a text unchanged."""
    for thing in program.things.callees(effect, module, function):
        where = program.names.function(thing.name) if thing.kind == "class" else None
        if where is None:
            continue
        home, owner = where
        columns = {e.place.rpartition(".")[2]: e.value for e in owner.effects if e.kind == "bind"}
        if not _is_text_column(columns.get(column), owner) or not (columns.keys() & secrets_in_flow.USER_COLUMNS):
            return ""
        if columns.keys() & secrets_in_flow.CONNECTION_COLUMNS or _has_own_setter(home, owner, column):
            return ""
        return owner.key
    return ""


def _is_text_column(value: Value | None, owner: Function) -> bool:
    if not isinstance(value, Result):
        return False
    made = owner.effects[value.effect]
    if called_name(made) not in ("Column", "mapped_column", "CharField", "TextField", "StringField"):
        return False
    types = [a for a in made.args if not isinstance(a, Const)]
    names = [
        a.name if isinstance(a, Ref) else called_name(owner.effects[a.effect]) if isinstance(a, Result) else ""
        for a in types
    ]
    return not any(word in tokens.words(n) for n in names for word in ("password", "encrypted", "hash", "hashed"))


def _has_own_setter(home: Module, owner: Function, column: str) -> bool:
    """Whether a class may change the password on its way: a setter, a validator, `save`, or an event of the mapper."""
    for function in home.facts.functions:
        last = function.key.partition("#")[0].rpartition(".")[2]
        if function.owner == owner.key and (
            last in ("__init__", "__setattr__", "save", "clean", column) or "hash" in last
        ):
            return True
        decorators = [d.name if isinstance(d, Ref) else "" for d in function.decorators]
        named = [
            called_name(home.functions[function.parent].effects[d.effect])
            for d in function.decorators
            if isinstance(d, Result) and function.parent in home.functions
        ]
        if any(n.endswith(("validates", "listens_for", "receiver")) for n in (*decorators, *named)):
            return True
    return False
