"""Under which circumstances a place can run at all: test gates, override flags, production guards."""

from typing import Literal

from msgspec import Struct

from aether_lint.catalog import deployment, tokens
from aether_lint.facts import (
    Atom,
    Cond,
    Const,
    Display,
    Every,
    Failed,
    Function,
    Guard,
    Ref,
    Result,
    Some,
    Test,
    Value,
    negate,
)
from aether_lint.link.absence import AbsenceTable, constant_sense, enclosing_attempt, goes_on
from aether_lint.link.callgraph import CallGraph
from aether_lint.link.constants import Constants
from aether_lint.link.names import Module, Names, last_name, last_part
from aether_lint.link.own_names import OwnNames, matches
from aether_lint.link.things import ThingTable

Level = Literal["open", "flag", "test", "closed"]
_ORDER: dict[Level, int] = {"open": 0, "flag": 1, "test": 2, "closed": 3}

DEPTH = 4  # helpers and bindings followed [flags hide in helpers of helpers; deeper ones were not met]
CALLER_DEPTH = 3
MOST_CHECKS = 24  # calls before a site that are looked into for a raise


class Gate(Struct, frozen=True):
    """closed: never in production. test: under a test runner only. flag: somebody set one of `names`. open: always."""

    level: Level
    names: tuple[str, ...] = ()


OPEN = Gate("open")
CLOSED = Gate("closed")
TEST = Gate("test")


def stronger(a: Gate, b: Gate) -> Gate:
    """What holds where both gates stand before a place."""
    if a.level == b.level == "flag":
        return Gate("flag", tuple(dict.fromkeys((*a.names, *b.names))))
    return a if _ORDER[a.level] >= _ORDER[b.level] else b


def weaker(a: Gate, b: Gate) -> Gate:
    """What holds where a place can be reached through either."""
    if a.level == b.level == "flag":
        return Gate("flag", tuple(dict.fromkeys((*a.names, *b.names))))
    return a if _ORDER[a.level] <= _ORDER[b.level] else b


class GateTable:
    """Answers which gates stand before a place."""

    def __init__(
        self,
        names: Names,
        things: ThingTable,
        constants: Constants,
        absence: AbsenceTable,
        calls: CallGraph,
        own: OwnNames,
    ) -> None:
        self._own = own
        self._names = names
        self._things = things
        self._constants = constants
        self._absence = absence
        self._calls = calls
        self._entries: dict[tuple[str, int], Gate] = {}
        self._checks: dict[str, Gate] = {}
        self._guards: dict[tuple[int, int], Gate] = {}

    def of_site(self, module: Module, function: Function, index: int, depth: int = CALLER_DEPTH) -> Gate:
        """The gate before an effect: its own guards, checks that raise before it, and those of every caller."""
        gate = self.of_guard(function.effects[index].when, module, function)
        gate = stronger(gate, self._checked(module, function, index))
        gate = stronger(gate, self._raised_later(module, function, index))
        if gate.level == "closed" or depth == 0 or not function.key:
            return gate
        return stronger(gate, self._entry(f"{module.path}:{function.key}", depth))

    def _raised_later(self, module: Module, function: Function, index: int) -> Gate:
        """A check below the place, in the same block, that raises before the outcome can be used."""
        gate = OPEN
        when = function.effects[index].when
        attempt = enclosing_attempt(function, index)
        for later in range(index + 1, len(function.effects)):
            effect = function.effects[later]
            if effect.kind in ("return", "yield") and effect.when == when:
                break
            if effect.kind != "raise" or effect.when in (when, -1) or enclosing_attempt(function, later) != attempt:
                continue
            chain = guard_chain(function, effect.when)
            if when != -1 and when not in chain:
                continue
            between = chain[: chain.index(when)] if when != -1 else chain
            conds = tuple(function.guards[g].cond for g in between)
            if conds:
                gate = stronger(gate, self.of_cond(negate(Every(conds)), module, function))
        return gate

    def _entry(self, name: str, depth: int) -> Gate:
        """The weakest gate before any call of a function."""
        key = (name, depth)
        if key not in self._entries:
            self._entries[key] = OPEN
            found: Gate | None = None
            for caller, owner, call in self._calls.sites(name):
                if f"{caller.path}:{owner.key}" == name:
                    continue
                outer = self.of_site(caller, owner, call, depth - 1)
                found = outer if found is None else weaker(found, outer)
                if found.level == "open":
                    break
            self._entries[key] = OPEN if found is None else found
        return self._entries[key]

    def of_guard(self, index: int, module: Module, function: Function, depth: int = DEPTH) -> Gate:
        """The strongest gate on a chain of guards."""
        gate = OPEN
        while index >= 0:
            guard = function.guards[index]
            gate = stronger(gate, self._of_own_guard(guard, module, function, depth))
            index = guard.parent
        return gate

    def _of_own_guard(self, guard: Guard, module: Module, function: Function, depth: int) -> Gate:
        key = (id(guard), depth)  # guards live as long as their modules
        if key not in self._guards:
            self._guards[key] = self.of_cond(guard.cond, module, function, depth)
        return self._guards[key]

    def of_cond(self, cond: Cond, module: Module, function: Function, depth: int = DEPTH) -> Gate:
        """The gate that a condition is, given that it holds."""
        match cond:
            case Every(conds):
                gate = OPEN
                for part in conds:
                    gate = stronger(gate, self.of_cond(part, module, function, depth))
                return gate
            case Some(conds):
                found: Gate | None = None
                for part in conds:
                    other = self.of_cond(part, module, function, depth)
                    found = other if found is None else weaker(found, other)
                return CLOSED if found is None else found
            case Failed():
                return OPEN
            case Atom("in", value, arg, positive):
                return self._membership(value, arg, positive, module, function)
            case Atom("equals", value, arg, positive):
                return self._equality(value, arg, positive, cond, module, function)
            case Atom("truthy", value, _, positive):
                return self._truth(value, positive, module, function, depth)
            case _:
                return OPEN

    def _membership(self, value: Value, arg: Value | None, positive: bool, module: Module, function: Function) -> Gate:
        if isinstance(arg, Ref) and arg.name == "sys.modules":
            text = self._constants.text(value, module, function)
            return TEST if positive and text in ("pytest", "unittest") else OPEN
        if isinstance(arg, Ref) and arg.name == "os.environ" and positive:
            text = self._constants.text(value, module, function)
            return Gate("flag", (text,)) if text else OPEN
        if not self._is_environment_name(value, module, function):
            return OPEN
        listed = self._listed(arg, module, function)
        if not listed:
            return OPEN
        if positive:
            return CLOSED if not any(deployment.is_production(t) for t in listed) else OPEN
        return CLOSED if any(deployment.is_production(t) for t in listed) else OPEN

    def _listed(self, arg: Value | None, module: Module, function: Function) -> list[str]:
        if isinstance(arg, Ref):
            bound = self._names.bindings(self._names.globalise(arg.name, module.path))
            if len(bound) == 1:
                module, function, index = bound[0]
                arg = function.effects[index].value
        if isinstance(arg, Result):
            call = function.effects[arg.effect]
            if call.place in ("builtins.frozenset", "builtins.set", "builtins.tuple") and call.args:
                arg = call.args[0]
        items = arg.items if isinstance(arg, Display) else ()
        return [i.value.lower() for i in items if isinstance(i, Const) and isinstance(i.value, str)]

    def _equality(
        self, value: Value, arg: Value | None, positive: bool, cond: Cond, module: Module, function: Function
    ) -> Gate:
        text = self._constants.text(arg, module, function)
        if text is not None and self._is_environment_name(value, module, function):
            return CLOSED if deployment.is_production(text) != positive else OPEN
        flags = [root.name for root, _ in self._absence.of_cond(cond, module, function) if root.kind == "flag"]
        return Gate("flag", tuple(flags)) if flags else OPEN

    def _is_environment_name(self, value: Value, module: Module, function: Function, depth: int = DEPTH) -> bool:
        """Whether a value is the name of the deployment environment, by the name of what holds it."""
        if isinstance(value, Ref):
            last = last_part(value.name)
            if tokens.is_environment_name(last):
                return True
            bound = self._names.bindings(self._names.globalise(value.name, module.path))
            return bool(depth) and len(bound) == 1 and self._bound_environment(bound[0], depth)
        if isinstance(value, Result):
            effect = function.effects[value.effect]
            names = [*effect.args, *(v for _, v in effect.keywords)]
            texts = [t for a in names[:1] for t in self._constants.texts(a, module, function)]
            if any(tokens.is_environment_name(t) for t in texts):
                return True
            if effect.kind == "call" and tokens.is_environment_name(last_name(effect).removeprefix("get_")):
                return True
            head = getattr(effect.value, "base", None)
            if head is None and isinstance(effect.value, Ref) and "." in effect.value.name:
                head = Ref(effect.value.name.rpartition(".")[0])
            return bool(depth) and head is not None and self._is_environment_name(head, module, function, depth - 1)
        values = getattr(value, "values", ())
        return bool(depth) and any(self._is_environment_name(v, module, function, depth - 1) for v in values)

    def _bound_environment(self, bound: tuple[Module, Function, int], depth: int) -> bool:
        module, function, index = bound
        found = function.effects[index].value
        return found is not None and self._is_environment_name(found, module, function, depth - 1)

    def _truth(self, value: Value, positive: bool, module: Module, function: Function, depth: int) -> Gate:
        name = ""
        if isinstance(value, Ref):
            name = value.name
        elif isinstance(value, Result) and function.effects[value.effect].kind == "call":
            name = function.effects[value.effect].place
        called = function.effects[value.effect].value if isinstance(value, Result) else value
        if positive and self._own.test_gates and self._is_named(called, module, function, self._own.test_gates):
            return TEST
        last = last_part(name)
        if deployment.is_production_predicate(last) and not positive:
            return CLOSED
        if positive and deployment.is_debug(last):
            return TEST  # that DEBUG may be left on is a finding of its own
        if deployment.is_test_predicate(last) and positive and not self._resolves(value, module, function):
            return TEST
        if not positive or depth <= 0:
            return OPEN
        return self._truthy(value, module, function, depth)

    def _is_named(self, value: Value | None, module: Module, function: Function, entries: tuple[str, ...]) -> bool:
        """Whether a value is one of the names that the configuration gives."""
        named = [self._names.globalise(value.name, module.path)] if isinstance(value, Ref) else []
        named += [thing.name for thing in self._things.of(value, module, function)]
        return any(matches(name, entries) for name in named)

    def _resolves(self, value: Value, module: Module, function: Function) -> bool:
        if isinstance(value, Ref):
            return bool(self._names.bindings(self._names.globalise(value.name, module.path)))
        if isinstance(value, Result):
            return bool(self._things.called_functions(function.effects[value.effect], module, function))
        return False

    def _truthy(self, value: Value | None, module: Module, function: Function, depth: int) -> Gate:
        """The gate that a truthy value is."""
        if depth <= 0:
            return OPEN
        if isinstance(value, Test):
            return self.of_cond(value.cond, module, function, depth - 1)
        if isinstance(value, Result):
            effect = function.effects[value.effect]
            names = self._things.called_functions(effect, module, function) if effect.kind == "call" else []
            if len(names) == 1 and depth and not names[0].endswith("__init__"):
                return self._result(names[0], depth - 1)
        if isinstance(value, Ref) and depth:
            bound = self._names.bindings(self._names.globalise(value.name, module.path))
            if bound and all(f.kind != "class" for _, f, _ in bound):
                return self._alternatives([(m, f, i) for m, f, i in bound if f.effects[i].kind == "bind"], depth - 1)
        roots = self._absence.of_value(value, "truthy", module, function)
        flags = [root.name for root, _ in roots if root.kind == "flag"]
        return Gate("flag", tuple(flags)) if flags else OPEN

    def _result(self, name: str, depth: int) -> Gate:
        where = self._names.function(name)
        if where is None:
            return OPEN
        module, function = where
        returns = [(module, function, i) for i, e in enumerate(function.effects) if e.kind == "return"]
        return self._alternatives(returns, depth)

    def _alternatives(self, sites: list[tuple[Module, Function, int]], depth: int) -> Gate:
        found: Gate | None = None
        for module, function, index in sites:
            effect = function.effects[index]
            if constant_sense(effect.value, effect.kind) == "falsy":
                continue
            gate = stronger(
                self.of_guard(effect.when, module, function, depth),
                self._truthy(effect.value, module, function, depth),
            )
            found = gate if found is None else weaker(found, gate)
        return OPEN if found is None else found

    def _checked(self, module: Module, function: Function, index: int) -> Gate:
        """Calls before a site that raise unless something holds."""
        gate = OPEN
        chain = guard_chain(function, function.effects[index].when)
        here = enclosing_attempt(function, index)
        calls = [i for i in range(index) if function.effects[i].kind == "call"][-MOST_CHECKS:]
        for call in calls:
            effect = function.effects[call]
            if effect.when >= 0 and effect.when not in chain:
                continue
            attempt = enclosing_attempt(function, call)
            if attempt is not None and attempt != here and any(map(goes_on, function.attempts[attempt].handlers)):
                continue
            if self._own.production_guards and self._is_named(
                effect.value, module, function, self._own.production_guards
            ):
                return CLOSED
            for name in self._things.called_functions(effect, module, function):
                gate = stronger(gate, self._raises_unless(name))
        return gate

    def _raises_unless(self, name: str) -> Gate:
        if name not in self._checks:
            self._checks[name] = OPEN  # a check that calls itself
            self._checks[name] = self._condition_to_pass(name)
        return self._checks[name]

    def _condition_to_pass(self, name: str) -> Gate:
        where = self._names.function(name)
        if where is None or name.endswith("__init__"):
            return OPEN
        module, function = where
        gate = OPEN
        for index, effect in enumerate(function.effects):
            if effect.kind != "raise" or effect.when < 0:
                continue
            attempt = enclosing_attempt(function, index)
            if attempt is not None and any(map(goes_on, function.attempts[attempt].handlers)):
                continue
            conds = tuple(function.guards[g].cond for g in guard_chain(function, effect.when))
            gate = stronger(gate, self.of_cond(negate(Every(conds)), module, function))
        return gate


def guard_chain(function: Function, index: int) -> list[int]:
    """The guards that hold at a guard, innermost first."""
    found = []
    while index >= 0:
        found.append(index)
        index = function.guards[index].parent
    return found


def required(cond: Cond) -> list[Cond]:
    """The conditions that all hold where a condition holds."""
    return [part for c in cond.conds for part in required(c)] if isinstance(cond, Every) else [cond]


def required_atoms(cond: Cond) -> list[Atom]:
    """The elementary ones among them."""
    return [part for part in required(cond) if isinstance(part, Atom)]
