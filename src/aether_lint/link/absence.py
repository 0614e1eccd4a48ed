"""Why a place may be missing: the roots of `None`, `False` and "memory mode", followed through the project.

Absence is one taint: an import sentinel, `HAS_X = False`, `self._use_memory = True` in a handler, a helper that
returns None, an unset variable all say "this place is falsy (or truthy) when that root fails".
"""

from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from aether_lint.catalog import deployment, env_apis, outcomes, tokens
from aether_lint.facts import (
    Arms,
    Atom,
    Attempt,
    Attr,
    Cond,
    Const,
    Definition,
    Display,
    Effect,
    Every,
    Failed,
    Function,
    Opaque,
    Ref,
    Result,
    Some,
    Test,
    Text,
    Value,
    negate,
)
from aether_lint.link.callgraph import CallGraph
from aether_lint.link.constants import UNKNOWN, Constants
from aether_lint.link.environment import Environment, EnvRead, given
from aether_lint.link.fixpoint import Fixpoint
from aether_lint.link.names import Module, Names, last_name
from aether_lint.link.things import ThingTable
from aether_lint.model import Span

Sense = Literal["falsy", "truthy"]

MOST_ROOTS = 6  # of one place [a place with more was a configuration object, not a sentinel]
MOST_HELPER_CALLS = 6  # callers of a helper that gives up [true ones had one or two]
LONGEST_CHAIN = 7  # steps from a root to its use [the longest true chain that was read had 6]


RootKind = Literal["import", "call", "unset", "default", "flag", "test"]
RANKS: dict[RootKind, int] = {"import": 0, "call": 1, "unset": 2, "default": 3, "flag": 4, "test": 5}


class Root(Struct, frozen=True, order=True):
    """What fails first.

    import: `name` is the imported module. call: the `try` at `path`, `function`, `attempt` failed. unset: the variable
    or setting `name` has no value. flag: somebody set `name`. test: the code runs under a test runner.
    default: the parameter `name` of `function` was not given.
    """

    rank: int  # of `kind`, see `RANKS`: what no operator chose comes first
    kind: RootKind
    name: str
    path: str
    function: str
    attempt: int = -1


class Step(Struct, frozen=True, order=True):
    """One link of a chain: a place in the source and what happens there."""

    path: str
    span: Span
    text: str


def root(kind: RootKind, name: str, path: str, function: str = "", attempt: int = -1) -> Root:
    """A root of this kind, with its rank."""
    return Root(RANKS[kind], kind, name, path, function, attempt)


Chain: TypeAlias = tuple[Step, ...]
Roots: TypeAlias = tuple[tuple[Root, Chain], ...]  # sorted by root
Key: TypeAlias = tuple[str, Sense]  # a global place, or "()" + a function for its result
Ask: TypeAlias = Callable[[Key], Roots]

# methods and calls that leave the truth of a text as it is
_TRANSPARENT = frozenset({"strip", "lower", "upper", "rstrip", "lstrip", "casefold", "get_secret_value"})
_TRANSPARENT_CALLS = frozenset({"builtins.str", "builtins.bool", "builtins.int", "typing.cast", "builtins.callable"})
_CHANGES: dict[str, Callable[[str], str]] = {
    "lower": str.lower, "upper": str.upper, "strip": str.strip, "casefold": str.casefold
}  # fmt: skip
SWITCHED_ON = frozenset({"1", "true", "yes", "on", "y", "t", "enabled", "enable", "allow"})
FIND_SPEC = frozenset({"importlib.util.find_spec", "importlib.find_loader", "pkgutil.find_loader"})
IMPORT_ERRORS = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})
BROAD_ERRORS = frozenset({"builtins.Exception", "builtins.BaseException"})


def merge(*many: Iterable[tuple[Root, Chain]]) -> Roots:
    """The union of roots, each with its shortest chain, at most `MOST_ROOTS`."""
    found: dict[Root, Chain] = {}
    for roots in many:
        for first, chain in roots:
            known = found.get(first)
            if len(chain) <= LONGEST_CHAIN and (known is None or (len(chain), chain) < (len(known), known)):
                found[first] = chain
    return tuple(sorted(found.items()))[:MOST_ROOTS]


class AbsenceTable:
    """Answers which roots make a place, a function's result or a condition what it is."""

    def __init__(
        self,
        names: Names,
        things: ThingTable,
        constants: Constants,
        environment: Environment,
        calls: CallGraph,
    ) -> None:
        self._names = names
        self._things = things
        self._constants = constants
        self._environment = environment
        self._calls = calls
        self._solve: Fixpoint[Key, Roots] = Fixpoint(self._equation, ())
        # by identity; the condition itself is kept, so that its identity stays its own
        self._conds: dict[tuple[int, str, str], tuple[Cond, Roots]] = {}

    def of_place(self, place: str, sense: Sense) -> Roots:
        """The roots that make a global place falsy or truthy."""
        return self._solve((place, sense))

    def of_cond(self, cond: Cond, module: Module, function: Function) -> Roots:
        """The roots that explain why a condition of a function holds; empty where none is known."""
        key = (id(cond), module.path, function.key)
        known = self._conds.get(key)
        if known is None or known[0] is not cond:
            known = self._conds[key] = (cond, self._cond(cond, module, function, self._solve))
        return known[1]

    def of_value(self, value: Value | None, sense: Sense, module: Module, function: Function) -> Roots:
        """The roots that make a value falsy or truthy."""
        return self._value(value, sense, module, function, self._solve)

    def of_guard(self, index: int, module: Module, function: Function) -> Roots:
        """The roots of all guards on the chain from `index`."""
        return self._guard(index, module, function, self._solve)

    def _equation(self, key: Key, ask: Ask) -> Roots:
        place, sense = key
        if place.startswith("()"):
            return self._result(place[2:], sense, ask)
        bound = self._names.bindings(place)
        roots = merge(*(self._bound(b, place, sense, ask) for b in bound), self._kept(bound, sense, ask))
        if not bound:
            return merge(roots, self._parameter(place, sense, ask), self._aliased(place, sense, ask))
        return roots

    def _bound(self, binding: tuple[Module, Function, int], place: str, sense: Sense, ask: Ask) -> Roots:
        module, function, index = binding
        effect = function.effects[index]
        constant = constant_sense(effect.value, effect.kind)
        if constant == sense:
            setting = self._setting(place, effect, module, function) if sense == "falsy" else ()
            guarded = self._guard(effect.when, module, function, ask)
            if effect.when < 0 and function.kind == "function":
                guarded = self._only_called_on_failure(module, function, ask)
            return merge(self._stepped(guarded, effect, module, place), setting)
        if constant is not None or _contradicted(effect.value, sense, effect.when, function):
            return ()
        return self._stepped(self._value(effect.value, sense, module, function, ask), effect, module, place)

    def _only_called_on_failure(self, module: Module, function: Function, ask: Ask) -> Roots:
        """A helper that gives up for its callers: all of them call it where something failed."""
        if function.key.endswith("__init__"):
            return ()
        sites = self._calls.sites(f"{module.path}:{function.key}")
        found = [self._guard(owner.effects[index].when, caller, owner, ask) for caller, owner, index in sites]
        return merge(*found) if found and len(found) <= MOST_HELPER_CALLS and all(found) else ()

    def _kept(self, bound: list[tuple[Module, Function, int]], sense: Sense, ask: Ask) -> Roots:
        """A conditional re-binding keeps the value from before on its other arm."""
        initial = [b for b in bound if _is_initial(b, sense)]
        if not initial:
            return ()
        found: list[Roots] = []
        for module, function, index in bound:
            effect = function.effects[index]
            if constant_sense(effect.value, effect.kind) == sense:
                continue
            attempt = enclosing_attempt(function, index)
            if attempt is not None and any(goes_on(h) for h in function.attempts[attempt].handlers):
                cond: Cond = Failed(attempt)
                found.append(self._stepped(self._cond(cond, module, function, ask), effect, module, effect.place))
            home = initial[0][1]
            if effect.when >= 0 and function is home:
                guard = function.guards[effect.when]
                other = self._cond(negate(guard.cond), module, function, ask)
                found.append(self._stepped(other, effect, module, effect.place))
        return merge(*found)

    def _result(self, name: str, sense: Sense, ask: Ask) -> Roots:
        where = self._names.function(name)
        if where is None or where[1].kind != "function" or where[1].generator:
            return ()
        module, function = where
        found: list[Roots] = []
        for effect in function.effects:
            if effect.kind != "return":
                continue
            constant = constant_sense(effect.value, effect.kind)
            if constant == sense:
                found.append(self._stepped(self._guard(effect.when, module, function, ask), effect, module, ""))
            elif constant is None:
                found.append(self._value(effect.value, sense, module, function, ask))
        if sense == "falsy" and function.exits & 1:
            found += [
                self._cond(Failed(index), module, function, ask)
                for index, attempt in enumerate(function.attempts)
                if not attempt.body_exits & 1 and any(h.exits & 1 for h in attempt.handlers)
            ]
        return merge(*found)

    def _parameter(self, place: str, sense: Sense, ask: Ask) -> Roots:
        path, _, rest = place.rpartition(":")
        key, arrow, local = rest.partition(">")
        where = self._names.function(f"{path}:{key}") if arrow else None
        if where is None:
            return ()
        _, function = where
        param = next((p for p in function.params if p.name == local), None)
        if param is None:
            return ()
        found: list[Roots] = []
        if param.default is not None and constant_sense(param.default, "bind") == sense == "falsy":
            given_up = root("default", local, path, key)
            found.append(((given_up, (Step(path, function.span, f"`{local}` is optional"),)),))
        for caller, owner, index in self._calls.sites(f"{path}:{key}"):
            passed = given(owner.effects[index], param, function)
            if passed is not None:
                roots = self._value(passed, sense, caller, owner, ask)
                if not roots:
                    continue
                step = Step(caller.path, owner.effects[index].span, f"passed as `{local}`")
                found.append(tuple((first, (*chain, step)) for first, chain in roots))
        return merge(*found)

    def _aliased(self, place: str, sense: Sense, ask: Ask) -> Roots:
        """An attribute reached through an instance, a module or an imported name: its own place."""
        path, _, rest = place.rpartition(":")
        head, dot, name = rest.rpartition(".")
        if not dot:
            return ()
        found: list[Roots] = []
        for thing in sorted(self._things.of_place(f"{path}:{head}")):
            if thing.kind in ("instance", "class"):
                for base in self._things.bases(thing.name):
                    owner = f"{base.name}.{name}"
                    if base.kind == "class" and owner != place and self._names.bindings(owner):
                        found.append(ask((owner, sense)))
                        break
            elif thing.kind == "module":
                found.append(ask((f"{thing.name}:{name}", sense)))
        if head in getattr(self._names.modules.get(path), "functions", {}):
            for base in self._things.bases(f"{path}:{head}"):
                if (
                    base.kind == "class"
                    and base.name != f"{path}:{head}"
                    and self._names.bindings(f"{base.name}.{name}")
                ):
                    found.append(ask((f"{base.name}.{name}", sense)))
                    break
        settings = deployment.is_settings_name(head.replace(">", ".").rpartition(".")[2])
        if not found and sense == "falsy" and settings and not tokens.names_toggle(name):
            found.append(((root("unset", name, path), ()),))
        return merge(*found)

    def _setting(self, place: str, effect: Effect, module: Module, function: Function) -> Roots:
        """A field of a settings class that is empty unless the deployment sets it."""
        if function.kind != "class" or effect.when >= 0:
            return ()
        bases = self._things.bases(f"{module.path}:{function.key}")
        if any(b.kind == "external" and env_apis.settings_base(b.name) for b in bases):
            name = place.rpartition(".")[2]
            if tokens.names_toggle(name):
                return ()
            step = Step(module.path, effect.span, f"`{name}` is empty unless it is set")
            return ((root("unset", name.upper(), module.path, function.key), (step,)),)
        return ()

    def _guard(self, index: int, module: Module, function: Function, ask: Ask) -> Roots:
        # all guards of the chain: "the innermost that has roots" would not be monotone
        found: list[Roots] = []
        while index >= 0:
            guard = function.guards[index]
            found.append(self._cond(guard.cond, module, function, ask))
            index = guard.parent
        return merge(*found)

    def _cond(self, cond: Cond, module: Module, function: Function, ask: Ask) -> Roots:
        match cond:
            case Every(conds) | Some(conds):
                return merge(*(self._cond(c, module, function, ask) for c in conds))
            case Failed(attempt, handler, True):
                return self._failed(attempt, handler, module, function)
            case Atom("truthy", value, _, positive):
                return self._value(value, "truthy" if positive else "falsy", module, function, ask)
            case Atom("none", value, _, True):
                return self._value(value, "falsy", module, function, ask)
            case Atom("equals", value, arg, positive):
                return self._compared(value, arg, positive, module, function, ask)
            case Atom("in", value, arg, positive):
                return self._membership(value, arg, positive, module, function)
            case _:
                return ()

    def _failed(self, index: int, handler: int, module: Module, function: Function) -> Roots:
        attempt = function.attempts[index]
        span = attempt.handlers[handler].span if handler >= 0 else attempt.span
        found: list[tuple[Root, Chain]] = []
        imported = attempt_imports(attempt, function)
        calls = has_fallible_call(attempt, function) and not only_import_errors(attempt, handler)
        if imported and not (calls and function.key) and catches_imports(attempt, handler):
            step = Step(module.path, span, f"`import {imported[-1]}` may fail")
            found.append((root("import", imported[-1], module.path, function.key, index), (step,)))
        if calls and not (imported and not function.key) and not self._is_outcome(attempt, handler, module, function):
            step = Step(module.path, span, "the error is caught here")
            found.append((root("call", "", module.path, function.key, index), (step,)))
        return tuple(found)

    def _is_outcome(self, attempt: Attempt, handler: int, module: Module, function: Function) -> bool:
        """Whether all that a handler catches is an answer of what was called, not its failure."""
        types = attempt.handlers[handler].types if handler >= 0 else ()
        if not types or not all(map(outcomes.is_answer, types)):
            return False
        body = function.effects[attempt.body.start : attempt.body.end]
        return not any(e.kind == "item" and self._environment.read(e, module, function) for e in body)

    def _compared(
        self, value: Value, arg: Value | None, positive: bool, module: Module, function: Function, ask: Ask
    ) -> Roots:
        literal = self._constants.literal(arg, module, function)
        if literal is None:
            return ()
        if literal.value in ("", None):
            return self._value(value, "falsy" if positive else "truthy", module, function, ask)
        read = self._read_of(value, module, function)
        if read is None:
            return ()
        name = read.names[0] if read.names[0] != UNKNOWN else ""
        default = self._constants.literal(read.default, *self._home(read))
        unset = default.value if default is not None else None
        holds_unset = (self._as_compared(unset, value, module, function) == literal.value) == positive
        if not holds_unset and str(literal.value).lower() not in SWITCHED_ON:
            return ()  # an operator who names a back end has chosen it
        kind: Literal["unset", "flag"] = "unset" if holds_unset else "flag"
        return ((root(kind, name, module.path), ()),)

    def _as_compared(self, text: object, value: Value, module: Module, function: Function) -> object:
        """A default as a comparison sees it: `getenv(X, "True").lower() == "true"`."""
        if not isinstance(text, str):
            return text
        if isinstance(value, Ref):
            bound = self._names.bindings(self._names.globalise(value.name, module.path))
            if len(bound) != 1:
                return text
            module, function, index = bound[0]
            found = function.effects[index].value
            return text if found is None or isinstance(found, Ref) else self._as_compared(text, found, module, function)
        if isinstance(value, Result):
            effect = function.effects[value.effect]
            base = receiver(effect)
            change = _CHANGES.get(last_name(effect))
            if base is not None and change is not None:
                return change(str(self._as_compared(text, base, module, function)))
        return text

    def _membership(self, value: Value, arg: Value | None, positive: bool, module: Module, function: Function) -> Roots:
        where = arg.name if isinstance(arg, Ref) else ""
        text = self._constants.text(value, module, function)
        if where == "sys.modules" and text in ("pytest", "unittest"):
            return ((root("test", text, module.path, ""), ()),) if positive else ()
        if where == "os.environ" and text:
            return ((root("flag" if positive else "unset", text, module.path), ()),)
        read = self._read_of(value, module, function)
        if read is not None and isinstance(arg, Display) and read.names[0] != UNKNOWN:
            default = self._constants.literal(read.default, *self._home(read))
            listed = [i.value for i in arg.items if isinstance(i, Const)]
            holds_unset = ((default.value if default is not None else None) in listed) == positive
            return ((root("unset" if holds_unset else "flag", read.names[0], module.path), ()),)
        return ()

    def _read_of(self, value: Value, module: Module, function: Function, depth: int = 4) -> EnvRead | None:
        """The environment read behind a value, through `.lower()`, variables and simple helpers."""
        if isinstance(value, Result):
            effect = function.effects[value.effect]
            read = self._environment.read(effect, module, function)
            if read is not None:
                return read
            base = receiver(effect)
            if base is not None and effect.place.rpartition(".")[2] in _TRANSPARENT | {""}:
                return self._read_of(base, module, function, depth - 1) if depth else None
            if effect.place in _TRANSPARENT_CALLS and effect.args and depth:
                return self._read_of(effect.args[0], module, function, depth - 1)
        if isinstance(value, Arms) and value.op == "or" and depth:
            return self._read_of(value.values[0], module, function, depth - 1)
        if isinstance(value, Ref) and depth:
            bound = self._names.bindings(self._names.globalise(value.name, module.path))
            if len(bound) == 1 and (found := bound[0][1].effects[bound[0][2]].value) is not None:
                return self._read_of(found, bound[0][0], bound[0][1], depth - 1)
        return None

    def _home(self, read: EnvRead) -> tuple[Module, Function]:
        module = self._names.modules[read.module]
        return module, module.functions[read.function]

    def _value(self, value: Value | None, sense: Sense, module: Module, function: Function, ask: Ask) -> Roots:
        match value:
            case Ref(name):
                place = self._names.globalise(name, module.path)
                if ":" in place:
                    return ask((place, sense))
                return self._external(place, sense, module)
            case Test(cond):
                return self._cond(cond if sense == "truthy" else negate(cond), module, function, ask)
            case Arms("if", (chosen, other), test) if test is not None:
                return merge(
                    self._arm(chosen, test, sense, module, function, ask),
                    self._arm(other, negate(test), sense, module, function, ask),
                )
            case Arms(op, values, _):
                every = (op == "or") == (sense == "falsy")
                found = [self._value(v, sense, module, function, ask) for v in values]
                constants = [constant_sense(v, "bind") for v in values]
                if every and any(c is not None and c != sense for c in constants):
                    return ()
                return merge(*found)
            case Result(index):
                return self._effect(function.effects[index], sense, module, function, ask)
            case Opaque("part", (whole, _)):
                return self._value(whole, sense, module, function, ask)
            case Attr(base, name):
                owners = sorted(self._things.of(base, module, function))
                found = [ask((f"{t.name}.{name}", sense)) for t in owners if t.kind in ("instance", "class")]
                return merge(*found)
            case _:
                return ()

    def _arm(self, value: Value, test: Cond, sense: Sense, module: Module, function: Function, ask: Ask) -> Roots:
        constant = constant_sense(value, "bind")
        if constant == sense:
            return self._cond(test, module, function, ask)
        return () if constant is not None else self._value(value, sense, module, function, ask)

    def _external(self, name: str, sense: Sense, module: Module) -> Roots:
        head, _, last = name.rpartition(".")
        settings = deployment.is_settings_name(head.rpartition(".")[2])
        if sense == "falsy" and last and settings and not tokens.names_toggle(last):
            return ((root("unset", last, module.path, ""), ()),)
        return ()

    def _effect(self, effect: Effect, sense: Sense, module: Module, function: Function, ask: Ask) -> Roots:
        read = self._environment.read(effect, module, function)
        if read is not None:
            return self._read(read, sense, effect, module)
        if effect.kind != "call":
            return ()
        if effect.place in FIND_SPEC and effect.args:
            name = self._constants.text(effect.args[0], module, function)
            step = Step(module.path, effect.span, f"`{name}` is looked for here")
            return ((root("import", name, module.path, function.key), (step,)),) if name and sense == "falsy" else ()
        if effect.place == "builtins.hasattr" and len(effect.args) == 2:
            return self._value(effect.args[0], sense, module, function, ask)
        if effect.place == "builtins.getattr" and (attribute := _attribute_read(effect)) is not None:
            return self._value(attribute, sense, module, function, ask)
        base = receiver(effect)
        if base is not None and effect.place.rpartition(".")[2] in _TRANSPARENT:
            return self._value(base, sense, module, function, ask)
        if effect.place in _TRANSPARENT_CALLS and effect.args:
            return self._value(effect.args[0], sense, module, function, ask)
        if effect.place.endswith(".is_set") and base is not None:
            return self._value(base, sense, module, function, ask)
        found = []
        for name in self._things.called_functions(effect, module, function):
            if not name.endswith(".__init__"):
                roots = ask(("()" + name, sense))
                if not roots:
                    continue
                step = Step(module.path, effect.span, f"`{name.rpartition(':')[2]}()` says so")
                found.append(tuple((first, (*chain, step)) for first, chain in roots))
        return merge(*found)

    def _read(self, read: EnvRead, sense: Sense, effect: Effect, module: Module) -> Roots:
        if read.required or not read.names or read.names[0] == UNKNOWN:
            return ()
        default = self._constants.literal(read.default, *self._home(read)) if read.default is not None else Const(None)
        if default is None:
            return ()
        off = default.value is None or not default.value or str(default.value).lower() in ("false", "0", "no", "off")
        if off and sense == "falsy" and (read.cast == "bool" or tokens.names_toggle(read.names[0])):
            return ()  # a switch that nobody turned on
        if off == (sense == "falsy"):
            kind: Literal["unset", "flag"] = "unset"
        elif sense == "truthy" and (read.cast == "bool" or not deployment.is_address(read.names[0])):
            kind = "flag"
        else:
            return ()  # falsy only when an operator empties a variable that has a default
        step = Step(module.path, effect.span, f"reads `{read.names[0]}`")
        return ((root(kind, read.names[0], module.path), (step,)),)

    def _stepped(self, roots: Roots, effect: Effect, module: Module, place: str) -> Roots:
        if not roots:
            return ()
        name = place.rpartition(":")[2].rpartition(">")[2]
        text = f"`{name}` is decided here" if name else "the caller gets nothing from here"
        step = Step(module.path, effect.span, text)
        return tuple((first, chain if step in chain else (*chain, step)) for first, chain in roots)


def constant_sense(value: Value | None, kind: str) -> Sense | None:
    """Whether a value is constantly falsy or truthy; None where it depends."""
    match value:
        case Const(found):
            return "truthy" if found else "falsy"
        case Display(_, items, _):
            if items and all(isinstance(i, Const) and i.value is None for i in items):
                return "falsy"  # `return None, None`: a pair of nothings is tested part by part
            return "truthy" if items else "falsy"
        case Definition() | Text():
            return "truthy"
        case _:
            return "truthy" if kind == "import" else None


def _contradicted(value: Value | None, sense: Sense, when: int, function: Function) -> bool:
    """Whether a test that is bound here was decided the other way before: `if x is None: raise`, `flag = x is None`."""
    if not isinstance(value, Test):
        return False
    opposite = negate(value.cond) if sense == "truthy" else value.cond
    while when >= 0:
        guard = function.guards[when]
        if guard.cond == opposite:
            return True
        when = guard.parent
    return False


def receiver(effect: Effect) -> Value | None:
    """The object whose method a call effect calls."""
    match effect.value:
        case Attr(base, _):
            return base
        case Ref(name) if "." in name and ":" in name:
            return Ref(name.rpartition(".")[0])
        case _:
            return None


def _attribute_read(effect: Effect) -> Value | None:
    """`settings.admin_key` for `getattr(settings, "admin_key", None)`."""
    match effect.args:
        case (Ref(name), Const(str(attribute)), *default) if all(constant_sense(d, "") == "falsy" for d in default):
            return Ref(f"{name}.{attribute}")
        case _:
            return None


def attempt_imports(attempt: Attempt, function: Function) -> list[str]:
    """The modules and names that the body of a `try` imports."""
    found = []
    for effect in function.effects[attempt.body.start : attempt.body.end]:
        if effect.kind == "import" and effect.args:
            loaded = effect.args[0]
            found.append(getattr(loaded, "name", ""))
        elif (
            effect.kind == "call" and effect.place in ("importlib.import_module", "builtins.__import__") and effect.args
        ):
            target = effect.args[0]
            if isinstance(target, Const) and isinstance(target.value, str):
                found.append(target.value)
    return [name for name in found if name]


def catches_imports(attempt: Attempt, handler: int) -> bool:
    """Whether a handler of the `try` (any, for -1) catches a failed import."""
    chosen = attempt.handlers if handler < 0 else attempt.handlers[handler : handler + 1]
    return any(not h.types or (IMPORT_ERRORS | BROAD_ERRORS).intersection(h.types) for h in chosen)


def only_import_errors(attempt: Attempt, handler: int) -> bool:
    """Whether nothing but a failed import is caught."""
    chosen = attempt.handlers if handler < 0 else attempt.handlers[handler : handler + 1]
    return all(h.types and IMPORT_ERRORS.issuperset(h.types) for h in chosen)


def has_fallible_call(attempt: Attempt, function: Function) -> bool:
    """Whether the body calls something or reads a subscript, and so may fail beside its imports."""
    return any(e.kind in ("call", "item") for e in function.effects[attempt.body.start : attempt.body.end])


def enclosing_attempt(function: Function, index: int) -> int | None:
    """The innermost `try` whose body holds an effect."""
    best: int | None = None
    for number, attempt in enumerate(function.attempts):
        inside = attempt.body.start <= index < attempt.body.end
        if inside and (best is None or attempt.body.start >= function.attempts[best].body.start):
            best = number
    return best


def goes_on(handler: object) -> bool:
    """Whether a handler may end without a raise or exit."""
    return bool(getattr(handler, "exits", 1) & (1 | 2 | 32 | 64))


def _is_initial(binding: tuple[Module, Function, int], sense: Sense) -> bool:
    effect = binding[1].effects[binding[2]]
    return effect.when < 0 and constant_sense(effect.value, effect.kind) == sense
