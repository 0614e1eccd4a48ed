"""Whether a value is refused after it was read: in the function, a validator, a start-up check of any module."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from aether_lint.facts import (
    Atom,
    Attr,
    Cond,
    Const,
    Display,
    Each,
    Effect,
    Every,
    Failed,
    Function,
    Opaque,
    Ref,
    Result,
    Some,
    Test,
    Value,
    negate,
)
from aether_lint.link.absence import enclosing_attempt, goes_on
from aether_lint.link.constants import Constants
from aether_lint.link.environment import Environment
from aether_lint.link.gates import GateTable, guard_chain, required_atoms
from aether_lint.link.mentions import MentionTable, Site, folded
from aether_lint.link.names import Module, Names
from aether_lint.link.things import ThingTable

Verdict = Literal["always", "production", "never"]
Scalar: TypeAlias = bool | int | float | str | None

BINDING_DEPTH = 4  # local variables followed
PASSING_DEPTH = 2  # functions that hand the value on to the one that checks it
_SAME_TEXT = frozenset({"get_secret_value", "encode", "decode", "expandtabs"})
_PREDICATE_WORDS = (
    "placeholder",
    "insecure",
    "weak",
    "default",
    "valid",
    "strong",
    "safe",
    "secure",
    "blank",
    "empty",
    "check",
)
_CHECK_WORDS = frozenset(
    {"check", "validate", "ensure", "verify", "required", "require", "preflight", "assert", "guard"}
)
_SETTINGS_WORDS = (
    "settings",
    "config",
    "conf",
    "cfg",
    "env",
    "self",
    "cls",
    "options",
    "values",
    "info",
    "data",
    "opts",
    "args",
)


class Setting(Struct, frozen=True):
    """What is asked about: the places that hold the value, the variables it is read from, and the value itself.

    `places` are global; an attribute of the same name on something that holds settings counts as well. `value` is what
    the place holds when the variable is not set.
    """

    places: frozenset[str]
    variables: frozenset[str]
    value: Scalar
    fields: frozenset[str] = frozenset()  # names of attributes of a settings class, folded
    reads: frozenset[tuple[str, str, int]] = frozenset()  # (path, function, effect) of the reads themselves
    functions: frozenset[str] = frozenset()  # global names of functions that return the value


class Refusal(Struct, frozen=True):
    """always: in every environment. production: only where a guard says production. `site` is the check."""

    verdict: Verdict
    site: Site | None = None


class _Unknown:
    """A value that does not come from the setting, or an answer that is not known."""


UNKNOWN = _Unknown()
NEVER = Refusal("never")


class RefusalTable:
    """Answers whether a value is refused."""

    def __init__(
        self,
        names: Names,
        things: ThingTable,
        constants: Constants,
        environment: Environment,
        gates: GateTable,
        mentions: MentionTable,
    ) -> None:
        self._names = names
        self._things = things
        self._constants = constants
        self._environment = environment
        self._gates = gates
        self._mentions = mentions
        self._raised_on: set[str] | None = None
        self._known: dict[tuple[Setting, type, int], Refusal] = {}

    def of(self, setting: Setting, depth: int = PASSING_DEPTH) -> Refusal:
        """The strongest refusal of the setting's value anywhere in the project."""
        key = (setting, type(setting.value), depth)  # True is 1, but their texts differ
        if key not in self._known:
            self._known[key] = self._strongest(setting, depth)
        return self._known[key]

    def _strongest(self, setting: Setting, depth: int) -> Refusal:
        found = NEVER
        held = {folded(p) for p in (*setting.places, *setting.functions)} | setting.fields
        named = {folded(v) for v in setting.variables} - held
        for word in sorted(held | named):
            for site in self._mentions.refusals(word):
                if word in named and not _is_check_of(site, setting):
                    continue
                verdict = self._refuses(site, setting)
                if verdict == "always":
                    return Refusal("always", site)
                if verdict == "production" and found.verdict == "never":
                    found = Refusal("production", site)
            if depth:
                passed = self._passed(word, setting, depth)
                if passed.verdict == "always":
                    return passed
                found = passed if found.verdict == "never" else found
        return found

    def is_raised_on(self, variable: str) -> bool:
        """Whether a raise hangs on what a read of a variable gives, alone or as one of several names."""
        if self._raised_on is None:
            self._raised_on = {
                name
                for module, function in self._names.functions()
                if any(effect.kind == "raise" for effect in function.effects)
                for index, read in self._environment.reads(module, function)
                if _decides_raise(function, index)
                for name in read.names
            }
        return variable in self._raised_on

    def _passed(self, word: str, setting: Setting, depth: int) -> Refusal:
        """The refusal in a function that is given the value."""
        found = NEVER
        for site in self._mentions.arguments(word):
            module, function, index = site
            effect = function.effects[index]
            for name in self._things.called_functions(effect, module, function):
                places = self._parameters(name, effect, module, function, setting)
                if not places or self._gates.of_guard(effect.when, module, function).level in ("closed", "test"):
                    continue
                inner = self.of(Setting(places, frozenset(), setting.value), depth - 1)
                if inner.verdict == "always":
                    return inner
                found = inner if found.verdict == "never" else found
        return found

    def _parameters(
        self, name: str, effect: Effect, module: Module, function: Function, setting: Setting
    ) -> frozenset[str]:
        where = self._names.function(name)
        if where is None:
            return frozenset()
        home, inner = where
        positional = [p for p in inner.params if p.kind == "positional"]
        if inner.owner and positional and positional[0].name in ("self", "cls"):
            positional = positional[1:]
        given = [(p.name, v) for p, v in zip(positional, effect.args, strict=False)]
        given += list(effect.keywords)
        return frozenset(
            f"{home.path}:{inner.key}>{param}"
            for param, value in given
            if self._value(value, module, function, setting) is not UNKNOWN
        )

    def _refuses(self, site: Site, setting: Setting) -> Verdict:
        module, function, index = site
        effect = function.effects[index]
        attempt = enclosing_attempt(function, index)
        if attempt is not None and any(goes_on(h) and _catches(h.types) for h in function.attempts[attempt].handlers):
            return "never"
        involved = production = False
        for guard in guard_chain(function, effect.when):
            truth, touches, guarded = self.holds(function.guards[guard].cond, module, function, setting)
            if truth is False:
                return "never"
            involved = involved or touches
            production = production or guarded
        if effect.kind == "assert" and isinstance(effect.value, Test):
            truth, touches, _ = self.holds(negate(effect.value.cond), module, function, setting)
            involved = involved or (touches and truth is True)
        if not involved:
            return "never"
        return "production" if production else "always"

    def is_value(self, value: Value, module: Module, function: Function, setting: Setting) -> bool:
        """Whether an expression is the setting, with nothing but the form of its text changed."""
        return self._value(value, module, function, setting) is not UNKNOWN

    def holds(self, cond: Cond, module: Module, function: Function, setting: Setting) -> tuple[bool | None, bool, bool]:
        """(truth of a condition given the value, whether it depends on it, whether it only holds in production)."""
        match cond:
            case Every(conds):
                parts = [self.holds(c, module, function, setting) for c in conds]
                if any(p[0] is False for p in parts):
                    return False, True, False
                return _all(p[0] for p in parts), any(p[1] for p in parts), any(p[2] for p in parts)
            case Some(conds):
                parts = [self.holds(c, module, function, setting) for c in conds]
                if any(p[0] is True and p[1] for p in parts):
                    return True, True, False
                if all(p[0] is False for p in parts):
                    return False, True, False
                possible = [p for p in parts if p[0] is not False]
                return None, any(p[1] for p in possible), all(p[2] for p in possible)
            case Failed():
                return None, False, False
            case Atom():
                return self._atom(cond, module, function, setting)

    def _atom(self, atom: Atom, module: Module, function: Function, setting: Setting) -> tuple[bool | None, bool, bool]:
        if atom.kind == "truthy" and isinstance(atom.value, Ref):
            bound = self._local(atom.value.name, module, function)
            if isinstance(bound, Test):
                return self.holds(bound.cond if atom.positive else negate(bound.cond), module, function, setting)
        truth = self._compared(atom, module, function, setting)
        if not isinstance(truth, _Unknown):
            return truth, True, False
        if self._asks(atom, module, function, setting):
            return None, True, False
        if self._gates.of_cond(atom, module, function).level in ("closed", "test"):
            return False, False, False
        return None, False, self._gates.of_cond(negate(atom), module, function).level == "closed"

    def _asks(self, atom: Atom, module: Module, function: Function, setting: Setting) -> bool:
        """Whether the condition is a predicate of the value alone, whose answer is not known here."""
        if atom.kind != "truthy" or not isinstance(atom.value, Result):
            return False
        effect = function.effects[atom.value.effect]
        name = folded(effect.place)
        if not any(word in name for word in _PREDICATE_WORDS) and name not in (
            "any",
            "all",
            "match",
            "search",
            "fullmatch",
        ):
            return False
        texts = [*effect.args, *(v for _, v in effect.keywords)]
        return any(self._occurs(v, module, function, setting) for v in texts) and len(effect.args) <= 2

    def _occurs(self, value: Value | None, module: Module, function: Function, setting: Setting) -> bool:
        if value is None:
            return False
        if self._value(value, module, function, setting) is not UNKNOWN:
            return True
        match value:
            case Test(Atom(_, left, right, _)):
                return self._occurs(left, module, function, setting) or self._occurs(right, module, function, setting)
            case _:
                return any(self._occurs(p, module, function, setting) for p in getattr(value, "parts", ()))

    def _compared(self, atom: Atom, module: Module, function: Function, setting: Setting) -> bool | _Unknown:
        left = self._value(atom.value, module, function, setting)
        right = self._value(atom.arg, module, function, setting) if atom.arg is not None else UNKNOWN
        answer: bool | _Unknown = UNKNOWN
        match atom.kind:
            case "truthy" if not isinstance(left, _Unknown):
                answer = bool(left)
            case "none" if not isinstance(left, _Unknown):
                answer = left is None
            case "equals" if not isinstance(left, _Unknown):
                other = self._constants.literal(atom.arg, module, function)
                answer = UNKNOWN if other is None else left == other.value
            case "in" if not isinstance(left, _Unknown):
                listed = self._members(atom.arg, module, function)
                answer = UNKNOWN if listed is None else left in listed
            case "in" if isinstance(right, str):
                part = self._constants.literal(atom.value, module, function)
                answer = str(part.value) in right if part is not None else UNKNOWN
            case "less":
                answer = self._ordered(left, right, atom, module, function)
            case _:
                pass
        if isinstance(answer, _Unknown):
            return answer
        return answer == atom.positive

    def _ordered(
        self, left: "Scalar | _Unknown", right: "Scalar | _Unknown", atom: Atom, module: Module, function: Function
    ) -> bool | _Unknown:
        if isinstance(left, _Unknown) == isinstance(right, _Unknown):
            return UNKNOWN
        a = self._constants.literal(atom.value, module, function) if isinstance(left, _Unknown) else Const(left)
        b = self._constants.literal(atom.arg, module, function) if isinstance(right, _Unknown) else Const(right)
        if a is None or b is None or not isinstance(a.value, int | float) or not isinstance(b.value, int | float):
            return UNKNOWN
        return a.value < b.value if atom.positive else not a.value > b.value

    def _members(self, value: Value | None, module: Module, function: Function) -> list[Scalar] | None:
        if isinstance(value, Ref):
            bound = self._names.bindings(self._names.globalise(value.name, module.path))
            if len(bound) != 1:
                return None
            module, function, index = bound[0]
            value = function.effects[index].value
        if isinstance(value, Result):
            call = function.effects[value.effect]
            value = call.args[0] if call.place in ("builtins.frozenset", "builtins.set") and call.args else None
        if not isinstance(value, Display):
            return None
        items = value.keys if value.kind == "dict" else value.items
        found = [self._constants.literal(i, module, function) for i in items]
        return [f.value for f in found if f is not None]

    def _value(
        self, value: Value | None, module: Module, function: Function, setting: Setting, depth: int = BINDING_DEPTH
    ) -> "Scalar | _Unknown":
        """What an expression is when the setting has its value; `UNKNOWN` when it does not come from it."""
        match value:
            case Ref(name):
                if self._denotes(name, module, function, setting):
                    return setting.value
                return self._bound(name, module, function, setting, depth - 1) if depth else UNKNOWN
            case Attr(Result(), name):
                return setting.value if folded(name) in setting.fields else UNKNOWN
            case Attr(base, name) if folded(name) in setting.fields and _holds_settings(base):
                return setting.value
            case Result(index):
                return self._result(index, module, function, setting, depth)
            case _:
                return UNKNOWN

    def _bound(
        self, name: str, module: Module, function: Function, setting: Setting, depth: int
    ) -> "Scalar | _Unknown":
        """What a local variable is, where one binding gives it its value."""
        if not name.startswith(f":{function.key}>" if function.key else ":"):
            return UNKNOWN
        bound = self._local(name, module, function)
        if isinstance(bound, Opaque) and bound.op == "part":
            bound = bound.parts[0]
        if isinstance(bound, Each) and isinstance(bound.source, Display):
            return self._element(bound.source, module, function, setting, depth)
        if not isinstance(bound, Ref | Result | Attr) or (isinstance(bound, Ref) and bound.name == name):
            return UNKNOWN
        return self._value(bound, module, function, setting, depth)

    def _local(self, name: str, module: Module, function: Function) -> Value | None:
        bound = [f.effects[i].value for f, i in module.bindings.get(name, ()) if f is function]
        return bound[0] if len(bound) == 1 else None

    def _element(
        self, source: Display, module: Module, function: Function, setting: Setting, depth: int
    ) -> "Scalar | _Unknown":
        """One round of a loop over a literal table (`for name, value in (("a", settings.a), …)`)."""
        for item in source.items:
            for part in item.items if isinstance(item, Display) else (item,):
                found = self._value(part, module, function, setting, depth)
                if not isinstance(found, _Unknown):
                    return found
        return UNKNOWN

    def _denotes(self, name: str, module: Module, function: Function, setting: Setting) -> bool:
        if self._names.globalise(name, module.path) in setting.places:
            return True
        head, dot, last = name.replace(">", ".").rpartition(".")
        if not dot or folded(last) not in setting.fields:
            return False
        owner = folded(head)
        return any(owner.endswith(word) for word in _SETTINGS_WORDS) or self._is_class(head, module)

    def _is_class(self, head: str, module: Module) -> bool:
        where = module.functions.get(head.removeprefix(":"))
        return where is not None and where.kind == "class"

    def _result(
        self, index: int, module: Module, function: Function, setting: Setting, depth: int
    ) -> "Scalar | _Unknown":
        effect = function.effects[index]
        if (module.path, function.key, index) in setting.reads:
            return setting.value
        if setting.functions and setting.functions.intersection(
            self._things.called_functions(effect, module, function)
        ):
            return setting.value
        read = self._environment.read(effect, module, function) if setting.variables else None
        if read is not None:
            fresh = setting.variables.intersection(read.names) and read.default is None
            return None if fresh else UNKNOWN
        if effect.place in ("builtins.len", "builtins.str", "builtins.bool") and len(effect.args) == 1:
            inner = self._value(effect.args[0], module, function, setting, depth)
            return inner if isinstance(inner, _Unknown) else _converted(effect.place, inner)
        if effect.kind != "call" or (base := _receiver(effect)) is None:
            return UNKNOWN
        inner = self._value(base, module, function, setting, depth)
        return inner if isinstance(inner, _Unknown) else _method(effect, inner)


def _decides_raise(function: Function, index: int) -> bool:
    """Whether a raise depends on the result of an effect."""
    return any(
        atom.positive and atom.value == Result(index)
        for effect in function.effects[index + 1 :]
        if effect.kind == "raise"
        for number in guard_chain(function, effect.when)
        for atom in required_atoms(function.guards[number].cond)
    )


def _is_check_of(site: Site, setting: Setting) -> bool:
    """Whether a refusal that reads the variable itself is about this setting: its module, or a check."""
    module, function, _ = site
    if any(module.path == path for path, _, _ in setting.reads) or any(
        p.startswith(f"{module.path}:") for p in setting.places
    ):
        return True
    return not _CHECK_WORDS.isdisjoint(function.key.lower().replace(".", "_").split("_"))


def _receiver(effect: Effect) -> Value | None:
    match effect.value:
        case Attr(base, _):
            return base
        case Ref(name) if "." in name:
            return Ref(name.rpartition(".")[0])
        case _:
            return None


def _holds_settings(base: Value) -> bool:
    name = base.name if isinstance(base, Ref | Attr) else ""
    return any(folded(name).endswith(w) for w in _SETTINGS_WORDS)


def _converted(call: str, value: Scalar) -> "Scalar | _Unknown":
    if call == "builtins.len":
        return len(value) if isinstance(value, str) else UNKNOWN
    return str(value) if call == "builtins.str" else bool(value)


def _method(effect: Effect, value: Scalar) -> "Scalar | _Unknown":
    """What a method of the text gives, for those that tests are made of."""
    name = folded(effect.place) or folded(getattr(effect.value, "name", ""))
    first = effect.args[0] if effect.args else None
    if name in _SAME_TEXT or not isinstance(value, str):
        return value
    match name:
        case "lower" | "casefold":
            return value.lower()
        case "upper":
            return value.upper()
        case "strip" | "lstrip" | "rstrip" if first is None:
            return value.strip()
        case "startswith" if isinstance(first, Const):
            return value.startswith(str(first.value))
        case "endswith" if isinstance(first, Const):
            return value.endswith(str(first.value))
        case _:
            return UNKNOWN


def _catches(types: tuple[str, ...]) -> bool:
    broad = ("builtins.Exception", "builtins.BaseException", "builtins.ValueError", "builtins.RuntimeError")
    return not types or any(t in broad for t in types)


def _all(truths: Iterable[bool | None]) -> bool | None:
    return True if all(t is True for t in truths) else None
