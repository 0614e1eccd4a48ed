"""What a value may be: classes, instances, functions, imported things and containers, across modules.

A demand-driven points-to analysis without call contexts. What is not understood adds nothing: an empty
answer means unknown, never "nothing".
"""

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from aether_lint.facts import (
    Arms,
    Atom,
    Attr,
    Const,
    Definition,
    Display,
    Each,
    Effect,
    Function,
    Imported,
    Opaque,
    Ref,
    Result,
    Text,
    Value,
)
from aether_lint.link.fixpoint import Fixpoint
from aether_lint.link.names import Module, Names

MOST_BINDINGS = 40  # a place bound more often than that is a scratch variable
MOST_BASES = 24  # classes looked through for an attribute
MOST_DOTS = 9  # of an external name: `module = module.parent` in a loop would grow it without end


class Thing(Struct, frozen=True, order=True):
    """One possibility of what a value is.

    class, instance, function, module: `name` is the global name of ours. external: `name` itself, imported from
    outside. made: what a call of the external `origin` returned, or something reached from it; `name` is the origin
    with at most two attributes, and calling it gives the origin again (a client's cursor is the client).
    box: a fresh container, `name` its kind. const: a literal, `name` its repr ("None" included).
    """

    kind: Literal["class", "instance", "function", "module", "external", "made", "box", "const"]
    name: str
    origin: str = ""


Things: TypeAlias = frozenset[Thing]
Ask: TypeAlias = Callable[[str], Things]
NOTHING: Things = frozenset()
NONE = Thing("const", "None")

_BOX_CALLS = {
    "builtins.dict": "dict",
    "builtins.list": "list",
    "builtins.set": "set",
    "collections.defaultdict": "dict",
    "collections.OrderedDict": "dict",
    "collections.deque": "list",
    "collections.Counter": "dict",
}
# calls that run a function which they are given
RUNNERS = frozenset(
    [
        "to_thread",
        "run_in_executor",
        "run_in_threadpool",
        "run_sync",
        "submit",
        "run_until_complete",
        "start_soon",
        "call_soon",
        "partial",
        "retry",
        "run_with_retry",
        "sync_to_async",
        "async_to_sync",
        "apply",
        "map",
    ]
)
# calls that hand on what they are given
_TRANSPARENT = frozenset({"typing.cast", "functools.partial", "copy.copy", "asyncio.wait_for", "asyncio.shield"})


class ThingTable:
    """Answers what places and values may be. Keys of the fixpoint: a global place, or `"()" + function` for results."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._solve: Fixpoint[str, Things] = Fixpoint(self._equation, NOTHING)
        # by the identity of effects, which live as long as their modules
        self._callees: dict[int, Things] = {}
        self._external: dict[str, Things] = {}
        self._called_functions: dict[int, list[str]] = {}

    def of(self, value: Value | None, module: Module, function: Function) -> Things:
        """What a value of `function` may be."""
        return self._value(value, module, function, self._solve)

    def of_place(self, place: str) -> Things:
        """What a global place may be."""
        return self._solve(place)

    def results(self, function: str) -> Things:
        """What a function of ours may return."""
        return self._solve("()" + function)

    def callees(self, effect: Effect, module: Module, function: Function) -> Things:
        """What a call effect may call."""
        key = id(effect)
        if key not in self._callees:
            self._callees[key] = self.of(effect.value, module, function)
        return self._callees[key]

    def called_functions(self, effect: Effect, module: Module, function: Function) -> list[str]:
        """The functions of ours that a call effect may run; for a class its `__init__` (also an inherited one)."""
        key = id(effect)
        if key not in self._called_functions:
            self._called_functions[key] = self._find_called(effect, module, function)
        return self._called_functions[key]

    def _find_called(self, effect: Effect, module: Module, function: Function) -> list[str]:
        found = []
        for thing in sorted(self.callees(effect, module, function)):
            if thing.kind == "function":
                found.append(thing.name)
            elif thing.kind == "class":
                found += [t.name for t in sorted(self.attribute(thing, "__init__")) if t.kind == "function"]
            elif thing.kind == "instance":
                found += [t.name for t in sorted(self.attribute(thing, "__call__")) if t.kind == "function"]
        if effect.place.rpartition(".")[2] in RUNNERS:
            found += self._handed_over(effect, module, function)
        return found

    def _handed_over(self, effect: Effect, module: Module, function: Function) -> list[str]:
        """The functions of ours that a call is given to run: `asyncio.to_thread(self._save, row)`."""
        given = (*effect.args, *(value for _, value in effect.keywords))
        things = {
            t for value in given if isinstance(value, (Ref, Definition)) for t in self.of(value, module, function)
        }
        return [t.name for t in sorted(things) if t.kind == "function"]

    def attribute(self, thing: Thing, name: str) -> Things:
        """What the attribute `name` of a thing may be."""
        return self._attribute(thing, name, self._solve)

    def bases(self, name: str) -> Iterator[Thing]:
        """The class itself and its bases, nearest first; bases from outside come as externals."""
        return self._bases(name, self._solve)

    def _equation(self, key: str, ask: Ask) -> Things:
        return self._results(key[2:], ask) if key.startswith("()") else self._place(key, ask)

    def _results(self, name: str, ask: Ask) -> Things:
        found = self._names.function(name)
        if found is None:
            return NOTHING
        module, function = found
        things: set[Thing] = set()
        wanted = ("yield",) if function.generator else ("return",)
        for effect in function.effects:
            if effect.kind in wanted:
                things |= self._value(effect.value, module, function, ask)
        for annotation in function.returns[:2]:
            things |= self._annotated(annotation, module, ask)
        return frozenset(things)

    def _place(self, place: str, ask: Ask) -> Things:
        path, colon, rest = place.rpartition(":")
        module = self._names.modules.get(path) if colon else None
        if module is None:
            return NOTHING
        bound = module.bindings.get(":" + rest, ())
        found = [self._declared(module, rest, ask)]
        if not bound:
            found.append(self._through_owner(module, rest, ask))
        elif len(bound) <= MOST_BINDINGS:
            for function, index in bound:
                effect = function.effects[index]
                if effect.kind == "define":
                    found.append(self._defined(effect, module))
                else:
                    found.append(self._value(effect.value, module, function, ask))
        return NOTHING.union(*found)

    def _defined(self, effect: Effect, module: Module) -> Things:
        if not isinstance(effect.value, Definition):
            return NOTHING
        function = module.functions[effect.value.key]
        name = f"{module.path}:{function.key}"
        return frozenset({Thing("class" if function.kind == "class" else "function", name)})

    def _declared(self, module: Module, rest: str, ask: Ask) -> Things:
        """What annotations and default values say of a place of a module."""
        if not rest:
            return NOTHING
        key, _, local = rest.partition(">")
        things: set[Thing] = set()
        for function, names in module.annotations.get(":" + rest, ()):
            if _annotates(function, module, key, local, rest):
                for name in names[:3]:
                    things |= self._annotated(name, module, ask)
        owner = module.functions.get(key) if local else None
        for param in owner.params if owner is not None else ():
            if owner is not None and param.name == local:
                for name in param.annotation[:3]:
                    things |= self._annotated(name, module, ask)
                parent = module.functions.get(owner.parent)
                if param.default is not None and parent is not None:
                    things |= self._value(param.default, module, parent, ask)
        return frozenset(things)

    def _annotated(self, name: str, module: Module, ask: Ask) -> Things:
        things: set[Thing] = set()
        for thing in self._reference(name, module, ask):
            if thing.kind == "class":
                things.add(Thing("instance", thing.name))
            elif thing.kind == "external" and not thing.name.startswith(("builtins.", "typing.")):
                things.add(Thing("made", thing.name, thing.name))
        return frozenset(things)

    def _through_owner(self, module: Module, rest: str, ask: Ask) -> Things:
        """A place that nothing binds by its full name: an attribute of what its prefix is."""
        path = module.path
        if not rest:
            return frozenset({Thing("module", path)})
        head, dot, name = rest.rpartition(".")
        if not dot or ">" in name:
            return self._submodule(path, rest)
        if head in module.functions and module.functions[head].kind == "class":
            # `self.x`, where x is bound in a base class, or `Class.x`
            return self._attribute(Thing("instance", f"{path}:{head}"), name, ask, bound=True)
        things: set[Thing] = set()
        for thing in ask(f"{path}:{head}"):
            things |= self._attribute(thing, name, ask)
        return frozenset(things)

    def _submodule(self, path: str, name: str) -> Things:
        if path.endswith("__init__.py") and name.isidentifier():
            folder = path[: -len("__init__.py")]
            for candidate in (f"{folder}{name}.py", f"{folder}{name}/__init__.py"):
                if candidate in self._names.modules:
                    return frozenset({Thing("module", candidate)})
        return NOTHING

    def _attribute(self, thing: Thing, name: str, ask: Ask, bound: bool = False) -> Things:
        if thing.kind == "module":
            return ask(f"{thing.name}:{name}")
        if thing.kind == "external":
            grown = thing.name if thing.name.count(".") >= MOST_DOTS else f"{thing.name}.{name}"
            return frozenset({Thing("external", grown)})
        if thing.kind == "made":
            last = thing.name[len(thing.origin) :].rpartition(".")[2]
            return frozenset({Thing("made", ".".join(filter(None, (thing.origin, last, name))), thing.origin)})
        if thing.kind not in ("class", "instance"):
            return NOTHING
        for base in self._bases(thing.name, ask):
            if base.kind == "external":
                return frozenset({Thing("made", f"{base.name}.{name}", base.name)})
            if bound and base.name == thing.name and not self._names.bindings(f"{base.name}.{name}"):
                continue
            if self._names.bindings(f"{base.name}.{name}") or self._has_annotation(f"{base.name}.{name}"):
                return self._bound_method(ask(f"{base.name}.{name}"), ask)
        return NOTHING

    def _has_annotation(self, place: str) -> bool:
        path, _, rest = place.rpartition(":")
        module = self._names.modules[path]
        owner = rest.rpartition(".")[0]
        return owner in module.functions and any(p == ":" + rest for p, _ in module.functions[owner].annotations)

    def _bound_method(self, things: Things, ask: Ask) -> Things:
        """A property is what it returns."""
        found: set[Thing] = set()
        for thing in things:
            where = self._names.function(thing.name) if thing.kind == "function" else None
            if where is not None and _is_property(where[1]):
                found |= ask("()" + thing.name)
            else:
                found.add(thing)
        return frozenset(found)

    def _bases(self, name: str, ask: Ask) -> Iterator[Thing]:
        queue: list[Thing] = [Thing("class", name)]
        seen: set[Thing] = set()
        while queue and len(seen) < MOST_BASES:
            thing = queue.pop(0)
            if thing in seen:
                continue
            seen.add(thing)
            yield thing
            where = self._names.function(thing.name) if thing.kind == "class" else None
            if where is None:
                continue
            module, function = where
            parent = module.functions.get(function.parent)
            for base in function.bases if parent is not None else ():
                if parent is not None:
                    base = _unsubscripted(base, parent)
                    queue += sorted(
                        t for t in self._value(base, module, parent, ask) if t.kind in ("class", "external")
                    )

    def _reference(self, ref: str, module: Module, ask: Ask) -> Things:
        place = self._names.globalise(ref, module.path)
        if ":" in place:
            return ask(place)
        known = self._external.get(place)
        if known is None:
            known = NOTHING if place.startswith("?") else frozenset({Thing("external", place)})
            self._external[place] = known
        return known

    def _value(self, value: Value | None, module: Module, function: Function, ask: Ask) -> Things:
        if type(value) is Ref:  # three of four
            return self._reference(value.name, module, ask)
        match value:
            case None:
                return NOTHING
            case Result(index):
                return self._effect(function.effects[index], module, function, ask)
            case Const(literal):
                return frozenset({Thing("const", repr(literal)[:80])})
            case Imported(name):
                return self._reference(name, module, ask)
            case Definition(key):
                kind = module.functions[key].kind
                return frozenset({Thing("class" if kind == "class" else "function", f"{module.path}:{key}")})
            case Display(kind, _, _):
                return frozenset({Thing("box", kind)})
            case Arms(_, values, _):
                return frozenset(t for v in values for t in self._value(v, module, function, ask))
            case Attr(base, name):
                return frozenset(
                    t for b in self._value(base, module, function, ask) for t in self._attribute(b, name, ask)
                )
            case Opaque(op, _) if op in ("ListComp", "DictComp", "SetComp"):
                return frozenset({Thing("box", {"L": "list", "D": "dict", "S": "set"}[op[0]])})
            case Opaque("part", (whole, _)):
                return frozenset(t for t in self._value(whole, module, function, ask) if t.kind == "made")
            case Text() | Atom():
                return frozenset({Thing("const", "str")})
            case Each(source):
                return frozenset(t for t in self._value(source, module, function, ask) if t.kind == "made")
            case _:
                return NOTHING

    def _effect(self, effect: Effect, module: Module, function: Function, ask: Ask) -> Things:
        if effect.kind == "item":
            return frozenset(t for t in self._value(effect.value, module, function, ask) if t.kind == "made")
        if effect.kind != "call":
            return NOTHING
        things: set[Thing] = set()
        for callee in self._value(effect.value, module, function, ask):
            things |= self._called(callee, effect, module, function, ask)
        return frozenset(things)

    def _called(self, callee: Thing, effect: Effect, module: Module, function: Function, ask: Ask) -> Things:
        if callee.kind == "class":
            return frozenset({Thing("instance", callee.name)})
        if callee.kind == "function":
            return ask("()" + callee.name)
        if callee.kind == "instance":
            return frozenset(
                t for f in self._attribute(callee, "__call__", ask) if f.kind == "function" for t in ask("()" + f.name)
            )
        if callee.kind == "external" and callee.name in _BOX_CALLS:
            return frozenset({Thing("box", _BOX_CALLS[callee.name])})
        if callee.kind == "external" and callee.name in _TRANSPARENT:
            return frozenset(t for arg in effect.args for t in self._value(arg, module, function, ask))
        if callee.kind == "external":
            return frozenset({Thing("made", callee.name, callee.name)})
        if callee.kind == "made":
            return frozenset({Thing("made", callee.origin, callee.origin)})
        return NOTHING


def _unsubscripted(base: Value, function: Function) -> Value:
    """`Generic` of `Generic[T]`."""
    if isinstance(base, Result) and function.effects[base.effect].kind == "item":
        return function.effects[base.effect].value or base
    return base


def _is_property(function: Function) -> bool:
    return any(
        isinstance(d, Ref) and d.name in ("builtins.property", "functools.cached_property") for d in function.decorators
    )


def _annotates(function: Function, module: Module, key: str, local: str, rest: str) -> bool:
    """Whether a function may annotate a place: its own, or the module, the class and its methods for an attribute."""
    if local:
        return function.key == key
    owner = rest.rpartition(".")[0]
    while owner and owner not in module.functions:
        owner = owner.rpartition(".")[0]
    return not function.key or (bool(owner) and owner in (function.key, function.owner))
