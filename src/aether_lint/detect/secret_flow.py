"""Where a value comes from, seen through encodings, joined texts, local variables and functions of the project.

What remains are *leaves*: parameters, attributes, globals, literals, items of a mapping, and calls that are no mere
change of form. The name under which a leaf is known ("password" of `form.get("password")`) and whether it came with a
request are what the rules about secrets ask for.
"""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import ciphers, secrets_in_flow, tokens
from aether_lint.facts import Arms, Attr, Const, Display, Effect, Function, Opaque, Param, Ref, Result, Text, Value
from aether_lint.link import Module, Program
from aether_lint.link.environment import given
from aether_lint.link.names import last_part
from aether_lint.model import Span

MOST_LEAVES = 40  # of one value; more are a table, and no secret
MOST_PLACES = 3  # that bind an attribute or a global; what more of them bind is state
CALL_DEPTH = 2  # functions of ours whose results are looked into
CALLER_DEPTH = 2  # callers asked what they pass for a parameter whose name says nothing


class Leaf(Struct, frozen=True):
    """One origin of a value: `value` as it stands in `function`; `before` is where it is used there."""

    module: Module
    function: Function
    value: Value
    before: Span

    @property
    def effect(self) -> Effect | None:
        """The call or read behind the leaf."""
        return self.function.effects[self.value.effect] if isinstance(self.value, Result) else None


class Flow:
    """Answers where values come from, in one program."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def leaves(
        self,
        value: Value | None,
        module: Module,
        function: Function,
        before: Span,
        trail: list[Leaf] | None = None,
    ) -> list[Leaf]:
        """The origins of a value that is used at `before`.

        With a `trail`, attributes and globals are followed to where they are bound, and all that is passed on the way
        is added to it.
        """
        found: list[Leaf] = []
        walk = _Walk(self._program, trail)
        for leaf in walk.spread(Leaf(module, function, value, before), CALL_DEPTH, set()) if value is not None else ():
            found.append(leaf)
            if len(found) >= MOST_LEAVES:
                break
        return found

    def passed(self, leaf: Leaf, depth: int = CALLER_DEPTH) -> list[Leaf]:
        """What callers pass where a leaf is a parameter of its function; empty for anything else."""
        param = _param(leaf)
        if param is None or not depth or leaf.function.kind != "function":
            return []
        found: list[Leaf] = []
        for module, function, index in self._program.calls.sites(f"{leaf.module.path}:{leaf.function.key}")[:12]:
            effect = function.effects[index]
            value = given(effect, param, leaf.function)
            found += self.leaves(value, module, function, effect.span) if value is not None else []
        return found[:MOST_LEAVES]

    def is_random(self, leaf: Leaf) -> bool:
        """Whether a leaf was drawn by a generator."""
        effect = leaf.effect
        if effect is None or effect.kind != "call":
            return False
        for thing in self._program.things.callees(effect, leaf.module, leaf.function):
            known = ciphers.lookup(thing.name) if thing.kind in ("external", "made") else None
            if known is not None and known.kind in ("random", "unique id"):
                return True
        said = tokens.words(called_name(effect))
        return any(word in secrets_in_flow.GENERATING for word in said)

    def is_setting(self, leaf: Leaf) -> bool:
        """Whether a leaf is configuration: a variable of the environment, or an attribute of the settings."""
        effect = leaf.effect
        if effect is not None:
            if self._program.environment.read(effect, leaf.module, leaf.function) is not None:
                return True
            said = tokens.words(called_name(effect))
            return bool(said) and any(w in secrets_in_flow.SETTINGS_WORDS for w in said) and bool(item_key(effect))
        if not isinstance(leaf.value, Ref):
            return False
        owner = tokens.words(leaf.value.name.rpartition(".")[0].rpartition(">")[2])
        named = leaf.value.name.rpartition(".")[2].rpartition(":")[2]
        return named.isupper() or any(word in secrets_in_flow.SETTINGS_WORDS for word in owner)


class _Walk:
    """One walk from a value to its origins."""

    def __init__(self, program: Program, trail: list[Leaf] | None) -> None:
        self._program = program
        self._trail = trail

    def spread(self, at: Leaf, depth: int, seen: set[object]) -> Iterator[Leaf]:
        """The leaves below one value."""
        if self._trail is not None:
            self._trail.append(at)
        match at.value:
            case Ref(name) if bound := bindings_before(name, at.function, at.before):
                key = (at.function.key, name, bound[0])
                if key in seen:
                    return
                seen.add(key)
                for index in bound:
                    effect = at.function.effects[index]
                    if effect.value is not None:
                        yield from self.spread(Leaf(at.module, at.function, effect.value, effect.span), depth, seen)
                if not any(at.function.effects[i].when < 0 for i in bound) and param_of(name, at.function):
                    yield at
            case Result(index):
                yield from self._result(at, at.function.effects[index], depth, seen)
            case Attr(base, name) if name in secrets_in_flow.SAME_VALUE:
                yield from self.spread(Leaf(at.module, at.function, base, at.before), depth, seen)
            case Ref(name) if name.rpartition(".")[2] in secrets_in_flow.SAME_VALUE and name.startswith(":"):
                base_ref = Ref(name.rpartition(".")[0])
                yield from self.spread(Leaf(at.module, at.function, base_ref, at.before), depth, seen)
            case Text(parts):
                yield from self._all(at, parts, depth, seen)
            case Arms(_, values, _):
                yield from self._all(at, values, depth, seen)
            case Display(kind, items, _) if kind != "dict":
                yield from self._all(at, items, depth, seen)
            case Opaque(op, parts) if op in secrets_in_flow.JOINS:
                yield from self._all(at, parts, depth, seen)
            case Ref(name) if self._trail is not None and (far := self._bound_elsewhere(name, at.module, seen)):
                for leaf in far:
                    yield from self.spread(leaf, depth, seen)
            case _:
                yield at

    def _bound_elsewhere(self, name: str, module: Module, seen: set[object]) -> list[Leaf]:
        """What a global or an attribute of this project is bound to, where that is told by few statements."""
        place = self._program.names.globalise(name, module.path)
        if ">" in place or place in seen:
            return []
        seen.add(place)
        bound = self._program.names.bindings(place)
        return [
            Leaf(home, function, value, function.effects[index].span)
            for home, function, index in (bound if len(bound) <= MOST_PLACES else ())
            if (value := function.effects[index].value) is not None and function.effects[index].kind == "bind"
        ]

    def _all(self, at: Leaf, parts: tuple[Value, ...], depth: int, seen: set[object]) -> Iterator[Leaf]:
        for part in parts:
            yield from self.spread(Leaf(at.module, at.function, part, at.before), depth, seen)

    def _result(self, at: Leaf, effect: Effect, depth: int, seen: set[object]) -> Iterator[Leaf]:
        through = same_value(effect)
        if through is not None:
            yield from self._all(at, through, depth, seen)
            return
        if item_key(effect) and tokens.words(called_name(effect))[:1] in secrets_in_flow.GETTERS:
            yield at  # known by its key, whatever stands behind the getter
            return
        returned = list(self._returned(at, effect, depth, seen)) if depth else []
        yield from returned or [at]

    def _returned(self, at: Leaf, effect: Effect, depth: int, seen: set[object]) -> Iterator[Leaf]:
        """What a function of ours returns, its parameters replaced by what this call passes."""
        if effect.kind != "call":
            return
        for name in self._program.things.called_functions(effect, at.module, at.function)[:2]:
            where = self._program.names.function(name)
            if where is None or name in seen or where[1].key.endswith("__init__"):
                continue
            home, callee = where
            for inner in callee.effects:
                if inner.kind != "return" or inner.value is None:
                    continue
                for leaf in self.spread(Leaf(home, callee, inner.value, inner.span), depth - 1, seen | {name}):
                    param = _param(leaf) if leaf.function is callee else None
                    passed = given(effect, param, callee) if param is not None else None
                    if passed is None:
                        yield leaf
                    else:
                        yield from self.spread(Leaf(at.module, at.function, passed, at.before), depth - 1, seen)


def bindings_before(name: str, function: Function, before: Span) -> list[int]:
    """The effects that may have given a local variable its value at a place: back to the last that surely ran."""
    if not name.startswith(f":{function.key}>") and not (function.key == "" and name.startswith(":")):
        return []
    found: list[int] = []
    for index in range(len(function.effects) - 1, -1, -1):
        effect = function.effects[index]
        if effect.kind != "bind" or effect.place != name or not _is_before(effect.span, before):
            continue
        found.append(index)
        if effect.when < 0:
            break
    return found


def _is_before(span: Span, place: Span) -> bool:
    return (span.end_line, span.end_column) <= (place.line, place.column) or (
        span.line < place.line or (span.line == place.line and span.column < place.column)
    )


def same_value(effect: Effect) -> tuple[Value, ...] | None:
    """The values that a call hands on in another form; None where it makes something else."""
    if effect.kind == "item":
        is_slice = any(isinstance(a, Opaque) and a.op == "slice" for a in effect.args)
        return (effect.value,) if is_slice and effect.value is not None else None
    if effect.kind != "call":
        return None
    name = called_name(effect)
    if isinstance(effect.value, Attr) and name in secrets_in_flow.SAME_VALUE:
        return (effect.value.base, *effect.args) if name in secrets_in_flow.COMBINING else (effect.value.base,)
    if isinstance(effect.value, Ref):
        if effect.value.name in secrets_in_flow.SAME_VALUE_CALLS or name in secrets_in_flow.CASTS:
            return effect.args
        base, dot, _ = effect.value.name.rpartition(".")
        if dot and name in secrets_in_flow.SAME_VALUE and _is_variable(base):
            return (Ref(base), *effect.args) if name in secrets_in_flow.COMBINING else (Ref(base),)
    return None


def _is_variable(name: str) -> bool:
    """Whether a name is no module: `jwt.decode` is a function of one, `settings.SECRET.encode` a method of a text."""
    last = name.rpartition(".")[2]
    return name.startswith(":") or last.isupper() or any(w in secrets_in_flow.SETTINGS_WORDS for w in name.split("."))


def called_name(effect: Effect) -> str:
    """The last part of what an effect calls."""
    if isinstance(effect.value, Attr):
        return effect.value.name
    place = effect.value.name if isinstance(effect.value, Ref) else effect.place
    return last_part(place).lstrip("?")


def item_key(effect: Effect) -> str:
    """The literal key that an effect reads: of a subscript, `.get("key")`, or a getter of settings."""
    if effect.args and isinstance(effect.args[0], Const) and isinstance(effect.args[0].value, str):
        return effect.args[0].value
    return ""


def known_as(leaf: Leaf) -> str:
    """The name under which a leaf is known: of the attribute, parameter, key or getter."""
    match leaf.value:
        case Ref(name):
            return last_part(name).lstrip("?")
        case Attr(_, name):
            return name
        case Result(index):
            effect = leaf.function.effects[index]
            return item_key(effect) or called_name(effect)
        case _:
            return ""


def param_of(name: str, function: Function) -> Param | None:
    """The parameter that a name denotes."""
    prefix = f":{function.key}>"
    return next((p for p in function.params if name == prefix + p.name), None)


def _param(leaf: Leaf) -> Param | None:
    return param_of(leaf.value.name, leaf.function) if isinstance(leaf.value, Ref) else None


def is_from_request(leaf: Leaf) -> bool:
    """Whether a leaf came with a request: read from it, or a parameter that the framework fills from it."""
    for root in _roots(leaf.value, leaf.function, leaf.before, 6):
        names = root.replace(":", ".").replace(">", ".").split(".")
        if any(name in secrets_in_flow.REQUESTS for name in names[:-1]):
            return not any(name in secrets_in_flow.AUTHENTICATED for name in names)
        param = param_of(root[: _end_of_local(root)], leaf.function)
        if param is not None and _filled_from_request(param, leaf.module, leaf.function):
            return True
    return False


def _end_of_local(name: str) -> int:
    start = name.find(">") + 1
    dot = name.find(".", start)
    return dot if start and dot >= 0 else len(name)


def _roots(value: Value | None, function: Function, before: Span, depth: int) -> Iterator[str]:
    """The names at the bottom of a chain of attributes, items and calls."""
    if not depth:
        return
    match value:
        case Ref(name):
            yield name
            local = name[: _end_of_local(name)]
            for index in bindings_before(local, function, before):
                yield from _roots(function.effects[index].value, function, function.effects[index].span, depth - 1)
        case Attr(base, _):
            yield from _roots(base, function, before, depth - 1)
        case Result(index):
            effect = function.effects[index]
            yield from _roots(effect.value, function, before, depth - 1)
            for argument in effect.args if called_name(effect) in secrets_in_flow.CASTS else ():
                yield from _roots(argument, function, before, depth - 1)
        case Arms(_, values, _):
            for part in values:
                yield from _roots(part, function, before, depth - 1)
        case Opaque("part", parts):
            for part in parts:
                yield from _roots(part, function, before, depth - 1)
        case _:
            return


def _filled_from_request(param: Param, module: Module, function: Function) -> bool:
    if any(name.rpartition(".")[2] in secrets_in_flow.REQUEST_TYPES for name in param.annotation):
        return True
    parent = module.functions.get(function.parent)
    if isinstance(param.default, Result) and parent is not None:
        return called_name(parent.effects[param.default.effect]) in secrets_in_flow.REQUEST_PARAMETERS
    return False


def is_password(name: str) -> bool:
    """Whether a name is that of a password, passphrase or PIN that a human chose, in plain text."""
    said = tokens.words(name)
    if not said or said[-1] not in secrets_in_flow.PASSWORD_WORDS:
        return False
    return not any(word in secrets_in_flow.NOT_A_PASSWORD for word in said[:-1])


def is_secret(name: str) -> bool:
    """Whether a name is that of a key, token, password or another secret."""
    said = tokens.words(name)
    return tokens.secret(name) is not None or any(word in secrets_in_flow.KEYING_WORDS for word in said)
