"""Which scope a name belongs to: Python's rules."""

import builtins
from typing import Literal

from aether_lint.facts import Ref

BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__package__", "__spec__", "__path__"}


_PREFIXES = {"module": ":", "class": ":{}.", "function": ":{}>", "comprehension": ":{}>"}


class Scope:
    """A module, class, function or comprehension, and what it binds.

    `imports` maps a name to what its import binds; `rebound` holds the names that something else binds too.
    """

    __slots__ = (
        "_places",
        "_prefix",
        "_suffix",
        "attribute_loads",
        "bound",
        "bound_self",
        "globals",
        "imports",
        "key",
        "kind",
        "loads",
        "nonlocals",
        "outer",
        "parent",
        "rebound",
    )  # fmt: skip

    def __init__(
        self, kind: Literal["module", "class", "function", "comprehension"], key: str, parent: "Scope | None"
    ) -> None:
        self.kind = kind
        self.key = key
        self.parent = parent
        self.bound: set[str] = set()
        self.rebound: set[str] = set()
        self.imports: dict[str, str] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.bound_self: tuple[str, str] | None = None  # (name of the first parameter, key of the class)
        # where a name that is not bound here is looked up next: the names of a class are no variables of its methods
        self.outer: Scope | None = parent.outer if parent is not None and parent.kind == "class" else parent
        self._prefix = _PREFIXES[kind].format(key)
        self._suffix = "~" if kind == "comprehension" else ""
        self._places: dict[str, str] = {}
        self.loads = _Loads(self)
        self.attribute_loads = _AttributeLoads(self)

    def bind(self, name: str) -> None:
        """Notes that a statement of this scope binds `name`."""
        home = self.home(name) if self.globals or self.nonlocals else self
        home.bound.add(name)
        home.rebound.add(name)

    def bind_import(self, name: str, qualified: str) -> None:
        """Notes that an import of this scope binds `name` to `qualified`."""
        home = self.home(name)
        if home is not self or home.imports.get(name, qualified) != qualified:
            home.rebound.add(name)
        home.bound.add(name)
        home.imports[name] = qualified

    def home(self, name: str) -> "Scope":
        """The scope in which a binding of `name` in this scope lands (`global` and `nonlocal` respected)."""
        scope = self
        if name in self.globals:
            while scope.parent is not None:
                scope = scope.parent
        elif name in self.nonlocals:
            while scope.parent is not None:
                scope = scope.parent
                if scope.kind == "function" and name in scope.bound:
                    break
        return scope

    def place(self, name: str) -> str:
        """The place of a variable of this scope."""
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = f"{self._prefix}{name}{self._suffix}"
        return place

    def target(self, name: str) -> str:
        """The place that a binding of `name` in this scope gives a value."""
        if self.globals or self.nonlocals:
            return self.home(name).place(name)
        return self.place(name)

    def load(self, name: str) -> str:
        """What a load of `name` in this scope refers to, in the notation of `facts`."""
        home = self.home(name) if self.globals or self.nonlocals else self
        if name in home.bound:
            imported = None if name in home.rebound else home.imports.get(name)
            return home.place(name) if imported is None else imported
        if home.outer is not None:
            return home.outer.loads[name].name
        return f"builtins.{name}" if name in BUILTINS else f"?{name}"

    def forget(self) -> None:
        """Drop what was remembered of loads: more names are bound now."""
        self.loads.clear()
        self.attribute_loads.clear()

    def self_class(self, name: str) -> str | None:
        """The key of the class whose instance (or itself) `name` is, where it is a method's first parameter."""
        scope: Scope | None = self
        while scope is not None:
            if scope.bound_self is not None and scope.bound_self[0] == name:
                return scope.bound_self[1]
            if scope.kind == "function" and name in scope.bound:
                return None
            scope = scope.parent
        return None


class _Loads(dict[str, Ref]):
    """What loads of names refer to; asked when all that the scopes around bind is known."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __missing__(self, name: str) -> Ref:
        found = self[name] = Ref(self._scope.load(name))
        return found


class _AttributeLoads(_Loads):
    """The same for a name with its attributes."""

    def __missing__(self, dotted: str) -> Ref:
        name, _, attributes = dotted.partition(".")
        owner = self._scope.self_class(name)
        head = self._scope.loads[name].name if owner is None else f":{owner}"
        found = self[dotted] = Ref(f"{head}.{attributes}")
        return found
