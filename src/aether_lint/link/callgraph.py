"""Who calls a function of ours: call sites by resolution, found through the called name first."""

from collections.abc import Iterator

from aether_lint.facts import Function
from aether_lint.link.names import Module, Names
from aether_lint.link.things import ThingTable

MOST_SITES = 60  # a function that is called from more places is a utility: its callers say nothing about it


class CallGraph:
    """Answers where a function or class is called, and what a function calls."""

    def __init__(self, names: Names, things: ThingTable) -> None:
        self._names = names
        self._things = things
        self._sites: dict[str, list[tuple[Module, Function, int]]] = {}
        self._by_last_name: dict[str, list[tuple[Module, Function, int]]] | None = None

    def sites(self, name: str) -> list[tuple[Module, Function, int]]:
        """The call sites of a function, method or class (global name): (module, function, index of the effect)."""
        if name not in self._sites:
            self._sites[name] = self._find(name)
        return self._sites[name]

    def callees(self, module: Module, function: Function) -> Iterator[tuple[int, str]]:
        """(index of the call effect, global name of the function of ours) for each call in a function."""
        for index, effect in enumerate(function.effects):
            if effect.kind == "call":
                for name in self._things.called_functions(effect, module, function):
                    yield index, name

    def _find(self, name: str) -> list[tuple[Module, Function, int]]:
        where = self._names.function(name)
        if where is None:
            return []
        key = where[1].key.partition("#")[0]
        last = key.rpartition(".")[2]
        if last == "__init__":
            last = key.rpartition(".")[0].rpartition(".")[2]
        elif last == "__call__":
            return []
        candidates = self._candidates(last)
        if len(candidates) > 40 * MOST_SITES:
            return []
        wanted = {name, name.removesuffix(".__init__")}
        found = []
        for module, function, index in candidates:
            effect = function.effects[index]
            things = self._things.callees(effect, module, function)
            if any(t.kind in ("function", "class") and t.name in wanted for t in things):
                found.append((module, function, index))
                if len(found) >= MOST_SITES:
                    break
        return found

    def _candidates(self, last: str) -> list[tuple[Module, Function, int]]:
        if self._by_last_name is None:
            self._by_last_name = {}
            for path in sorted(self._names.modules):
                module = self._names.modules[path]
                for key, sites in module.calls.items():
                    self._by_last_name.setdefault(key, []).extend((module, f, i) for f, i in sites)
        return self._by_last_name.get(last, [])
