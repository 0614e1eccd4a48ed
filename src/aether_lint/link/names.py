"""Names and what they denote: one table of all modules, and the questions that need no more than names.

Globally a place is the module's path followed by the module's own notation: `"app/store.py:Store.client"`.
A function or class has the same shape with its key: `"app/store.py:Store.get"`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from aether_lint.catalog import client_modules
from aether_lint.catalog.tokens import NAMES_KEPT
from aether_lint.facts import Effect, Function, ModuleFacts, Ref
from aether_lint.link.roots import ModuleTable, absolute


class Site(Struct, frozen=True):
    """An effect of a function of a module; `path` and `function` (a key) name it, `index` finds it."""

    path: str
    function: str
    index: int


# methods that change the container they are called on
CHANGING_METHODS = frozenset(
    [
        "append",
        "appendleft",
        "extend",
        "extendleft",
        "add",
        "update",
        "setdefault",
        "pop",
        "popleft",
        "popitem",
        "insert",
        "discard",
        "remove",
        "clear",
    ]
)


class Module:
    """One module's facts, with its functions by key and its bindings by place."""

    __slots__ = ("_annotations", "_bindings", "_calls", "_changed", "children", "facts", "functions", "path")

    def __init__(self, facts: ModuleFacts) -> None:
        self.facts = facts
        self.path = facts.path
        self.functions = {f.key: f for f in facts.functions}
        self._bindings: dict[str, list[tuple[Function, int]]] | None = None
        self._calls: dict[str, list[tuple[Function, int]]] | None = None
        self._changed: frozenset[str] | None = None
        self._annotations: dict[str, list[tuple[Function, tuple[str, ...]]]] | None = None
        self.children: dict[str, list[Function]] = {}  # functions and lambdas by the function they are defined in
        for function in facts.functions[1:]:
            if function.kind != "class" and not function.owner:
                self.children.setdefault(function.parent, []).append(function)

    @property
    def bindings(self) -> dict[str, list[tuple[Function, int]]]:
        """The effects that give a place its value: bindings, imports, definitions."""
        if self._bindings is None:
            self._bindings = {}
            for function in self.facts.functions:
                for index, effect in enumerate(function.effects):
                    if effect.kind in ("bind", "import", "define") and effect.place:
                        self._bindings.setdefault(effect.place, []).append((function, index))
        return self._bindings

    @property
    def calls(self) -> dict[str, list[tuple[Function, int]]]:
        """Call effects by the last part of the called name ("" where the callee has none)."""
        if self._calls is None:
            self._calls = {}
            for function in self.facts.functions:
                for index, effect in enumerate(function.effects):
                    if effect.kind == "call":
                        self._calls.setdefault(last_name(effect), []).append((function, index))
        return self._calls

    @property
    def annotations(self) -> dict[str, list[tuple[Function, tuple[str, ...]]]]:
        """The annotations of a place: the function that each stands in, and the names in it."""
        if self._annotations is None:
            self._annotations = {}
            for function in self.facts.functions:
                for place, names in function.annotations:
                    self._annotations.setdefault(place, []).append((function, names))
        return self._annotations

    @property
    def changed(self) -> frozenset[str]:
        """The places whose content some effect changes: item assignment, deletion, a method that changes."""
        if self._changed is None:
            found = set()
            for function in self.facts.functions:
                for effect in function.effects:
                    if effect.kind in ("write", "delete", "augment"):
                        found.add(effect.place)
                    elif effect.kind == "call" and effect.place.rpartition(".")[2] in CHANGING_METHODS:
                        found.add(effect.place.rpartition(".")[0])
            self._changed = frozenset(found)
        return self._changed


def last_name(effect: Effect) -> str:
    """The last part of the name that a call effect calls."""
    called = effect.value
    if isinstance(called, Ref):
        return last_part(called.name)
    return getattr(called, "name", "") if called is not None else ""


def dotted(place: str) -> str:
    """A place as a message spells it: `Store.get.client.ping` for `:Store.get>client.ping`."""
    return place.replace(">", ".").replace(":", ".").strip(".~?")


@lru_cache(NAMES_KEPT)
def last_part(name: str) -> str:
    """The last part of a name in the notation of facts."""
    return name.replace(">", ".").replace(":", ".").rpartition(".")[2].rstrip("~")


class Names:
    """All modules of the project and the resolution of names among them."""

    def __init__(self, modules: Sequence[ModuleFacts], sources: Sequence[str] = ()) -> None:
        self.modules = {facts.path: Module(facts) for facts in modules}
        self.table = ModuleTable(self.modules, sources)
        self._global: dict[str, dict[str, str]] = {}  # by the path of the module, by the name in it
        self._derived: list[tuple[Module, Function]] | None = None

    def function(self, name: str) -> tuple[Module, Function] | None:
        """The function or class with this global name."""
        path, _, key = name.rpartition(":")
        module = self.modules.get(path)
        function = None if module is None else module.functions.get(key)
        return None if module is None or function is None else (module, function)

    def functions(self) -> Iterator[tuple[Module, Function]]:
        """All functions of all modules, in order of path and position."""
        for path in sorted(self.modules):
            module = self.modules[path]
            for function in module.facts.functions:
                yield module, function

    def derived_classes(self) -> list[tuple[Module, Function]]:
        """The classes that name bases, in order of path and position."""
        if self._derived is None:
            self._derived = [(m, f) for m, f in self.functions() if f.kind == "class" and f.bases]
        return self._derived

    def imported(self, name: str, importer: str) -> tuple[str, str] | None:
        """(path of the module, rest of the name) of an imported name, where the module is ours."""
        if name.startswith("."):
            return self._from_root(absolute(name, importer))
        return self.table.split(name, importer)

    def _from_root(self, dotted: str) -> tuple[str, str] | None:
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            stem = "/".join(parts[:count])
            for path in (f"{stem}.py", f"{stem}/__init__.py"):
                if path in self.modules:
                    return path, ".".join(parts[count:])
        return ("__init__.py", dotted) if "__init__.py" in self.modules else None

    def globalise(self, ref: str, path: str) -> str:
        """A name of the module at `path` as a global place, or as the external dotted name that it is.

        An imported name of a module of ours becomes the place of that module (`"a.py:"` is the module itself).
        """
        known = self._global.get(path)
        if known is None:
            known = self._global[path] = {}
        place = known.get(ref)
        if place is None:
            place = known[ref] = self._globalise(ref, path)
        return place

    def _globalise(self, ref: str, path: str) -> str:
        if ref.startswith(":"):
            return path + ref
        if ref.startswith("?"):
            return self._from_star(ref[1:], path) or ref
        found = None if self._is_shadowed(ref, path) else self.imported(ref, path)
        return ref.lstrip(".") if found is None else f"{found[0]}:{found[1]}"

    def _is_shadowed(self, ref: str, path: str) -> bool:
        """Whether the name is that of a known client library, spelled by a module that is not part of it.

        A top-level package of ours with such a name stands in for the library: what is meant is the library.
        """
        top = ref.partition(".")[0]
        return bool(top) and client_modules.of_module(top) is not None and top not in path.split("/")[:-1]

    def _from_star(self, name: str, path: str) -> str | None:
        head = name.partition(".")[0]
        for imported in self.modules[path].facts.imports:
            if not imported.endswith(".*"):
                continue
            found = self.imported(imported[:-2], path)
            if found is None:
                return f"{imported[:-2]}.{name}" if not imported.startswith(".") else None
            if not found[1] and f":{head}" in self.modules[found[0]].bindings:
                return f"{found[0]}:{name}"
        return None

    def bindings(self, place: str) -> list[tuple[Module, Function, int]]:
        """What binds this very place: (module, function, index of the effect), in program order."""
        path, colon, rest = place.rpartition(":")
        module = self.modules.get(path) if colon else None
        if module is None:
            return []
        return [(module, function, index) for function, index in module.bindings.get(":" + rest, ())]
