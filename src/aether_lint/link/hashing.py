"""How strong the password hashing is that code reaches: the best and the worst hash on its way."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from aether_lint.catalog import hashers
from aether_lint.facts import Effect, Function
from aether_lint.link.fixpoint import Fixpoint
from aether_lint.link.names import Module, Names
from aether_lint.link.subjects import SubjectTable
from aether_lint.link.things import Thing, ThingTable


class Hash(Struct, frozen=True, order=True):
    """A hash or encoding that code uses: `strength` as in `catalog.hashers`, `label` for messages."""

    strength: int
    label: str


class HashTable:
    """Answers which hashes functions and things use."""

    def __init__(self, names: Names, things: ThingTable, subjects: SubjectTable) -> None:
        self._names = names
        self._things = things
        self._subjects = subjects
        self._solve: Fixpoint[str, frozenset[Hash]] = Fixpoint(self._equation, frozenset())

    def of_effects(self, effects: Iterable[Effect], module: Module, function: Function) -> frozenset[Hash]:
        """The hashes that some effects of a function use, and those inside what they bind, return or define."""
        found: set[Hash] = set()
        for effect in effects:
            found |= self._call(effect, module, function, self._solve)
            if effect.kind in ("bind", "return", "define", "import"):
                for thing in self._things.of(effect.value, module, function):
                    found |= self.of_thing(thing)
        return frozenset(found)

    def of_thing(self, thing: Thing) -> frozenset[Hash]:
        """The hashes that a function, or any method of a class, uses."""
        if thing.kind in ("external", "made"):
            known = _lookup(thing.name)
            return frozenset({Hash(known.strength, known.label)}) if known is not None else frozenset()
        if thing.kind == "function":
            return self._solve(thing.name)
        if thing.kind in ("class", "instance"):
            return frozenset(h for name in self._subjects.methods(thing.name) for h in self._solve(name))
        return frozenset()

    def _equation(self, name: str, ask: Callable[[str], frozenset[Hash]]) -> frozenset[Hash]:
        where = self._names.function(name)
        if where is None:
            return frozenset()
        module, function = where
        return frozenset(h for effect in function.effects for h in self._call(effect, module, function, ask))

    def _call(
        self, effect: Effect, module: Module, function: Function, ask: Callable[[str], frozenset[Hash]]
    ) -> frozenset[Hash]:
        if effect.kind != "call":
            return frozenset()
        found: set[Hash] = set()
        for thing in self._things.callees(effect, module, function):
            known = _lookup(thing.name) if thing.kind in ("external", "made") else None
            if known is not None:
                found.add(Hash(known.strength, known.label))
        for name in self._things.called_functions(effect, module, function):
            found |= ask(name)
        return frozenset(found)


def _lookup(name: str) -> hashers.Hasher | None:
    """The hasher behind a callable, or behind a method of what it made."""
    while name:
        if known := hashers.lookup(name):
            return known
        name = name.rpartition(".")[0]
    return None
