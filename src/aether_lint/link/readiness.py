"""What the health and readiness handlers of a project read: a failure that is written there is reported."""

from collections.abc import Iterable, Iterator

from aether_lint.catalog import startup_work
from aether_lint.facts import Const, Effect, Function, Range, Result
from aether_lint.link.mentions import cond_names, folded, names_in
from aether_lint.link.names import Module, Names, last_name
from aether_lint.link.things import ThingTable

DEPTH = 3  # calls followed from a readiness handler, and from a handler to what writes the state
_GENERIC = frozenset({"app", "state", "self", "request", "client", "settings", "config", "name", "value", "data", "key",
    "status_code", "get", "status", "error", "e", "exc", "err", "str", "logger", "log", "append", "update", "redis",
    "result", "session", "db", "info", "items"})  # fmt: skip
_WRITES = frozenset({"append", "add", "update", "extend", "set", "setdefault", "insert"})


class ReadinessTable:
    """Answers whether a readiness handler reads what code writes, by the last part of the names."""

    def __init__(self, names: Names, things: ThingTable) -> None:
        self._names = names
        self._things = things
        self._read: frozenset[str] | None = None

    def reports(self, module: Module, function: Function, effects: Range) -> bool:
        """Whether some effects write what a readiness handler reads."""
        written = set(self._written(module, function, effects, DEPTH))
        return bool(written & self._all_read())

    def _all_read(self) -> frozenset[str]:
        if self._read is None:
            self._read = frozenset(
                name
                for module, function in self._names.functions()
                if is_readiness(module, function)
                for name in self._reads(module, function, DEPTH, set())
            )
        return self._read

    def _reads(self, module: Module, function: Function, depth: int, seen: set[str]) -> Iterator[str]:
        name = f"{module.path}:{function.key}"
        if name in seen:
            return
        seen.add(name)
        for dependency in self._dependencies(module, function) if depth else ():
            yield from self._reads(*dependency, depth - 1, seen)
        for guard in function.guards:
            yield from _kept(cond_names(guard.cond, function, 1))
        for effect in function.effects:
            for value in (effect.value, *effect.args, *(v for _, v in effect.keywords)):
                yield from _kept(names_in(value, function, 0))
            if effect.kind == "item" and effect.args and isinstance(effect.args[0], Const):
                yield from _kept([f"{effect.place}.{effect.args[0].value}"])
            if effect.kind == "call" and depth:
                if effect.place == "builtins.getattr" and len(effect.args) > 1 and isinstance(effect.args[1], Const):
                    yield from _kept([f"{getattr(effect.args[0], 'name', '')}.{effect.args[1].value}"])
                for called in self._things.called_functions(effect, module, function):
                    where = self._names.function(called)
                    if where is not None:
                        yield from self._reads(*where, depth - 1, seen)

    def _dependencies(self, module: Module, function: Function) -> Iterator[tuple[Module, Function]]:
        """The functions that FastAPI calls for a route first: `ready: Ready = Depends(get_ready)`."""
        parent = module.functions.get(function.parent)
        if parent is None:
            return
        for param in function.params:
            call = parent.effects[param.default.effect] if isinstance(param.default, Result) else None
            if call is None or last_name(call) != "Depends" or not call.args:
                continue
            for thing in self._things.of(call.args[0], module, parent):
                where = self._names.function(thing.name) if thing.kind == "function" else None
                if where is not None:
                    yield where

    def _written(self, module: Module, function: Function, effects: Range, depth: int) -> Iterator[str]:
        for effect in function.effects[effects.start : effects.end]:
            if effect.kind in ("bind", "augment", "write") and not _is_local(effect.place):
                yield from _kept([effect.place])
                if effect.kind == "write" and effect.args and isinstance(effect.args[0], Const):
                    yield from _kept([f"{effect.place}.{effect.args[0].value}"])
            elif effect.kind == "call":
                yield from self._by_call(effect, module, function, depth)

    def _by_call(self, effect: Effect, module: Module, function: Function, depth: int) -> Iterator[str]:
        head, _, last = effect.place.rpartition(".")
        if last in _WRITES and not _is_local(head):
            yield from _kept([head])
        if effect.place == "builtins.setattr" and len(effect.args) > 1 and isinstance(effect.args[1], Const):
            yield from _kept([f"{getattr(effect.args[0], 'name', '')}.{effect.args[1].value}"])
        if depth:
            for name in self._things.called_functions(effect, module, function):
                where = self._names.function(name)
                if where is not None:
                    yield from self._written(*where, Range(0, len(where[1].effects)), depth - 1)


def is_readiness(module: Module, function: Function) -> bool:
    """Whether a function answers a health or readiness request: by its route, else by its name as a route."""
    parent = module.functions.get(function.parent)
    if function.kind != "function" or parent is None:
        return False
    for value in function.decorators:
        index = getattr(value, "effect", -1)
        if index < 0:
            continue
        call = parent.effects[index]
        texts = [a.value for a in call.args if isinstance(a, Const) and isinstance(a.value, str)]
        if startup_work.any_word([last_name(call)], frozenset({"get", "route", "api_route", "head", "health"})) and any(
            startup_work.any_word([t.replace("/", ".")], startup_work.HEALTH_WORDS) for t in texts
        ):
            return True
    last = function.key.rpartition(".")[2].strip("_").lower()
    return last in _HANDLER_NAMES


_HANDLER_NAMES = frozenset({"healthz", "readyz", "livez", "readiness", "liveness", "health_check", "healthcheck",
    "readiness_check", "health", "ready", "is_ready", "readiness_probe", "get_health", "health_endpoint"})  # fmt: skip


def _is_local(place: str) -> bool:
    return ">" in place and "." not in place.rpartition(">")[2]


def _kept(names: Iterable[str]) -> Iterator[str]:
    """Names by which a failure can be told: status words by their last part, others in full."""
    for name in names:
        found = folded(name)
        if len(found) <= 3 or found in _GENERIC:
            continue
        if startup_work.words(found) & startup_work.STATUS_WORDS:
            yield found
        elif ".state." in name:
            yield f"state.{found}"
        elif name.startswith(":"):
            yield name
