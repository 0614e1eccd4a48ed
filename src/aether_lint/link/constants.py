"""Which texts a value may be: constants, concatenations, f-strings with known parts, loops over literals."""

from collections.abc import Iterable
from itertools import product

from aether_lint.facts import Arms, Const, Display, Each, Effect, Function, Opaque, Ref, Result, Text, Value
from aether_lint.link.names import Module, Names

MOST_TEXTS = 32  # texts that one value may be; loops over longer tables are data, not configuration
DEPTH = 5  # bindings followed
UNKNOWN = "\x00"  # stands for an unknown part of an f-string; no name or URL holds it


class Constants:
    """Answers which literal a name stands for, across modules."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def texts(self, value: Value | None, module: Module, function: Function) -> tuple[str, ...]:
        """The texts that a value may be, unknown parts as `UNKNOWN`; empty where nothing is known."""
        return tuple(dict.fromkeys(list(self._texts(value, module, function, DEPTH))[:MOST_TEXTS]))

    def text(self, value: Value | None, module: Module, function: Function) -> str | None:
        """The one text that a value is, fully known; None otherwise."""
        found = self.texts(value, module, function)
        return found[0] if len(found) == 1 and UNKNOWN not in found[0] else None

    def literal(self, value: Value | None, module: Module, function: Function, depth: int = DEPTH) -> Const | None:
        """The one literal that a value is."""
        if isinstance(value, Const):
            return value
        if isinstance(value, Ref) and depth:
            bound = self._names.bindings(self._names.globalise(value.name, module.path))
            if len(bound) == 1:
                home, owner, index = bound[0]
                return self.literal(owner.effects[index].value, home, owner, depth - 1)
        return None

    def _texts(self, value: Value | None, module: Module, function: Function, depth: int) -> Iterable[str]:
        match value:
            case Const(str() as text):
                return [text]
            case Text(parts) | Opaque("Add", parts):
                options = [list(self._texts(p, module, function, depth)) or [UNKNOWN] for p in parts]
                return ["".join(choice) for choice in list(product(*options))[:MOST_TEXTS]]
            case Arms(_, values, _):
                return [t for v in values for t in self._texts(v, module, function, depth)]
            case Each(source):
                return self._elements(source, module, function, depth)
            case Ref(name) if depth:
                return self._bound(name, module, depth)
            case Result(index) if depth:
                return self._looked_up(function.effects[index], module, function, depth - 1)
            case _:
                return []

    def _looked_up(self, effect: Effect, module: Module, function: Function, depth: int) -> Iterable[str]:
        """`DEFAULTS["SECRET_KEY"]`: an entry of a literal dict."""
        if effect.kind != "item" or not isinstance(effect.value, Ref) or not effect.args:
            return []
        bound = self._names.bindings(self._names.globalise(effect.value.name, module.path))
        key = self.literal(effect.args[0], module, function)
        if len(bound) != 1 or key is None:
            return []
        home, owner, index = bound[0]
        table = owner.effects[index].value
        if not isinstance(table, Display) or table.kind != "dict":
            return []
        pairs = zip(table.keys, table.items, strict=False)
        return [t for k, v in pairs if k == key for t in self._texts(v, home, owner, depth)]

    def _bound(self, name: str, module: Module, depth: int) -> Iterable[str]:
        place = self._names.globalise(name, module.path)
        bound = self._names.bindings(place)
        if not bound and place.endswith((".value", ".name")):  # a member of an enumeration
            bound = self._names.bindings(place.rpartition(".")[0])
        found: list[str] = []
        for home, owner, index in bound[:MOST_TEXTS]:
            found += self._texts(owner.effects[index].value, home, owner, depth - 1)
        return found

    def _elements(self, source: Value, module: Module, function: Function, depth: int) -> Iterable[str]:
        if isinstance(source, Display):
            items = source.keys if source.kind == "dict" else source.items
            return [t for item in items for t in self._texts(item, module, function, depth)]
        if isinstance(source, Ref) and depth:
            place = self._names.globalise(source.name, module.path)
            found: list[str] = []
            for home, owner, index in self._names.bindings(place)[:2]:
                bound = owner.effects[index].value
                if bound is not None:
                    found += self._elements(bound, home, owner, depth - 1)
            return found
        return []
