"""What runs at start-up: the functions that a start reaches, each with the shortest chain of calls to it.

A start is a hook, a lifespan, an application factory, the `__main__` block of a server script or the body of a module
that is imported (see `hooks`). What a generator does after its `yield`, and what a server script does after it began
to serve, is not start-up. Work that start-up hands to a task or thread is kept apart: nobody waits for it.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from aether_lint.facts import Attr, Effect, Function, Ref, Result, Value
from aether_lint.link.absence import Step
from aether_lint.link.callgraph import CallGraph
from aether_lint.link.gates import GateTable
from aether_lint.link.hooks import HookFinder, Start, StartKind, under_main
from aether_lint.link.names import Module, Names, last_name
from aether_lint.link.things import ThingTable

DEPTH = 8  # calls below a start [half of the true places are 4 to 6 calls down, none was deeper than 7]
MOST_CALLEES = 6  # functions behind one call; more are an interface, and say nothing of what runs

_RANK: dict[StartKind, int] = {"lifespan": 0, "hook": 0, "factory": 1, "main": 1, "import": 2}
# calls that run a function which they are given, and wait for it
_AWAITED_RUNNERS = frozenset({
    "to_thread", "run_in_threadpool", "run_sync", "run_in_executor", "run_until_complete", "wait_for", "run",
    "sync_to_async", "call_on_startup",
})  # fmt: skip
# calls that start a function which they are given, and go on
SPAWNERS = frozenset({
    "create_task", "ensure_future", "start_soon", "Thread", "Timer", "Process", "submit", "add_task", "spawn",
    "add_background_task", "run_coroutine_threadsafe", "add_job", "start_new_thread", "call_later", "call_soon",
    "start_background_task", "spawn_later", "call_soon_threadsafe", "create_background_task",
})  # fmt: skip
# calls that run a function again and again
_SCHEDULERS = frozenset({"add_job", "call_later", "run_repeatedly", "add_interval_job", "add_cron_job"})
_STOP_WORDS = (
    "shutdown",
    "teardown",
    "cleanup",
    "clean_up",
    "close",
    "stop",
    "dispose",
    "disconnect",
    "atexit",
    "on_exit",
)


class Reach(Struct, frozen=True):
    """How start-up gets to a function. `chain` begins at the hook; `depth` counts the calls, 0 for the hook itself."""

    start: Start
    chain: tuple[Step, ...]
    depth: int


class StartupTable:
    """Answers what is reached from start-up; solved once, at the first question."""

    def __init__(
        self, names: Names, things: ThingTable, calls: CallGraph, gates: GateTable, configured: Sequence[str] = ()
    ) -> None:
        self._names = names
        self._things = things
        self._calls = calls
        self._gates = gates
        self.hooks = HookFinder(names, things, calls, configured)
        self._reached: dict[str, Reach] | None = None
        self._spawned: dict[str, Reach] = {}
        self._mains: dict[str, Reach] = {}
        self._ends: dict[str, int] = {}
        self._exclusive: dict[str, bool] = {}
        self._handed: set[str] = set()
        self._listed: set[str] = set()  # called as members of a list: `for lifespan in LIFESPANS`

    def starts(self) -> list[Start]:
        """Every start, without the modules that are imported."""
        return sorted({r.start for r in (*self._solved().values(), *self._mains.values()) if r.start.kind != "import"})

    def of_function(self, name: str) -> Reach | None:
        """How start-up reaches a function of ours (global name); the body of a module for `"path:"`."""
        return self._solved().get(name)

    def of_background(self, name: str) -> Reach | None:
        """How start-up comes to spawn a function, as a task or thread, or through one."""
        self._solved()
        return self._spawned.get(name)

    def of_effect(self, module: Module, function: Function, index: int) -> Reach | None:
        """How start-up reaches an effect; None for what runs later, on shutdown or never."""
        name = f"{module.path}:{function.key}"
        solved = self._solved()
        if function.kind == "module":
            when = function.effects[index].when if index < len(function.effects) else -1
            if under_main(function, when):
                reach = self._mains.get(module.path)
                return reach if reach is not None and index < self._end(module, function) else None
            return solved.get(name)
        found = solved.get(name)
        if found is None or not self._before_serving(found, module, function, index):
            return None
        return found

    def is_exclusive(self, name: str) -> bool:
        """Whether a function of ours is called by start-up and by nothing else that is known."""
        if name not in self._exclusive:
            self._exclusive[name] = False  # a function that only calls itself
            reach = self._solved().get(name)
            if reach is not None and (reach.depth == 0 or name in self._listed or self._calls.sites(name)):
                self._exclusive[name] = reach.depth == 0 or all(
                    self.of_effect(m, f, i) is not None
                    and (f.kind == "module" or self.is_exclusive(f"{m.path}:{f.key}"))
                    for m, f, i in self._calls.sites(name)
                )
        return self._exclusive[name]

    def is_recurring(self, name: str, depth: int = 3) -> bool:
        """Whether a scheduler runs a function again, itself or through a caller."""
        self._solved()
        if name in self._handed:
            return True
        return depth > 0 and any(
            function.key and self.is_recurring(f"{module.path}:{function.key}", depth - 1)
            for module, function, _ in self._calls.sites(name)
            if f"{module.path}:{function.key}" != name
        )

    # -- the walk

    def _solved(self) -> dict[str, Reach]:
        if self._reached is None:
            self._reached = {}
            starts = self.hooks.starts()
            mains = [s for s in starts if s.function.endswith(":")]
            self._mains = {s.path: _first(s) for s in mains}
            seeds = [(_RANK[s.kind], _first(s)) for s in starts if not s.function.endswith(":")]
            seeds += [(_RANK[s.kind], _first(s)) for s in self._imported_modules(starts)]
            for rank in range(3):
                self._walk([r for level, r in seeds if level == rank], mains if rank == 1 else [])
            self._follow_spawned()
        return self._reached

    def _imported_modules(self, starts: list[Start]) -> Iterator[Start]:
        """The modules whose body runs because others import them, or because a server does."""
        imported = {s.path for s in starts}
        for path in sorted(self._names.modules):
            module = self._names.modules[path]
            if module.facts.role == "":
                if self.hooks.builds_application(module, module.facts.functions[0]):
                    imported.add(path)
                for name in module.facts.imports:
                    found = self._names.imported(name.removesuffix(".*"), path)
                    if found is not None and found[0] != path:
                        imported.add(found[0])
        for path in sorted(imported):
            module = self._names.modules[path]
            if module.facts.role == "":
                body = module.facts.functions[0]
                kind: StartKind = "factory" if self.hooks.builds_application(module, body) else "import"
                yield Start(kind, f"{path}:", "an import", path, body.span)

    def _walk(self, seeds: list[Reach], mains: list[Start]) -> None:
        assert self._reached is not None
        level = [r for r in seeds if r.start.function not in self._reached]
        for reach in level:
            self._reached.setdefault(reach.start.function, reach)
        following: dict[str, Reach] = {}
        for start in mains:
            module = self._names.modules[start.path]
            self._callees(self._mains[start.path], module, module.facts.functions[0], following, main=True)
        current = {r.start.function: self._reached[r.start.function] for r in level}
        for _ in range(DEPTH):
            for name in sorted(current):
                where = self._names.function(name)
                if where is not None:
                    self._callees(current[name], *where, following)
            current = {n: r for n, r in following.items() if n not in self._reached}
            self._reached.update(current)
            following = {}
            if not current:
                break

    def _callees(
        self, reach: Reach, module: Module, function: Function, following: dict[str, Reach], main: bool = False
    ) -> None:
        spawned = spawned_results(function)
        for index, effect in enumerate(function.effects):
            if effect.kind != "call":
                continue
            if function.kind == "module" and under_main(function, effect.when) != main:
                continue
            if not self._before_serving(reach, module, function, index):
                continue
            names = self._run_by(effect, module, function)
            if not names or self._gates.of_guard(effect.when, module, function).level in ("closed", "test"):
                continue
            spawns = index in spawned or last_name(effect) in SPAWNERS
            into = self._spawned if spawns else following
            if last_name(effect) in _SCHEDULERS:
                self._handed.update(names)
            for name in names:
                step = Step(module.path, effect.span, f"{_called(name, spawns)} here")
                other = Reach(reach.start, (*reach.chain, step), reach.depth + 1)
                known = into.get(name)
                if name not in (self._reached or {}) and (known is None or _order(other) < _order(known)):
                    into[name] = other

    def _run_by(self, effect: Effect, module: Module, function: Function) -> list[str]:
        """The functions of ours that a call runs, itself or by what it is given."""
        last = last_name(effect)
        names = list(self._things.called_functions(effect, module, function))
        for thing in sorted(self._things.callees(effect, module, function)):
            if thing.kind == "class":  # `async with Resource():`
                for member in ("__aenter__", "__enter__"):
                    names += [t.name for t in sorted(self._things.attribute(thing, member)) if t.kind == "function"]
        if not names and isinstance(effect.value, Ref) and effect.value.name.startswith(f":{function.key}>"):
            names = self.hooks.functions_in(effect.value, module, function)
            self._listed.update(names)
        if last in _AWAITED_RUNNERS or last in SPAWNERS:
            passed = [*effect.args, *(v for k, v in effect.keywords if k in ("target", "func", "function"))]
            for value in passed:
                if isinstance(value, (Ref, Attr)):
                    names += [t.name for t in sorted(self._things.of(value, module, function)) if t.kind == "function"]
        names = [n for n in dict.fromkeys(names) if not _is_stop(n)]
        return names if len(names) <= MOST_CALLEES else []

    def _follow_spawned(self) -> None:
        """What tasks and threads reach, as far as start-up does."""
        current = dict(sorted(self._spawned.items()))
        for _ in range(DEPTH):
            following: dict[str, Reach] = {}
            for name, reach in current.items():
                where = self._names.function(name)
                if where is not None:
                    self._callees(reach, *where, following)
            current = {n: r for n, r in sorted(following.items()) if n not in self._spawned}
            self._spawned.update(current)
            if not current:
                break

    # -- before and around `yield`, before serving

    def _before_serving(self, reach: Reach, module: Module, function: Function, index: int) -> bool:
        ends = function.kind == "module" or reach.start.kind == "main"
        if ends and index >= self._end(module, function):
            return False
        return not function.generator or before_yield(function, index)

    def _end(self, module: Module, function: Function) -> int:
        """The effect at which a function begins to serve; what follows is no start-up."""
        name = f"{module.path}:{function.key}"
        if name not in self._ends:
            call = self.hooks.serving_call(module, function)
            ends = [len(function.effects) + 1 if call is None else call]
            ends += [loop.effects.start for loop in function.loops if loop.endless and _is_work(loop.effects, function)]
            self._ends[name] = min(ends)
        return self._ends[name]


def before_yield(function: Function, index: int) -> bool:
    """Whether an effect of a generator runs before its `yield`."""
    yields = [i for i, e in enumerate(function.effects) if e.kind == "yield"]
    if not yields or index > yields[-1]:
        return False
    chain = _chain(function, function.effects[index].when)
    return not any(y < index and (function.effects[y].when < 0 or function.effects[y].when in chain) for y in yields)


def _chain(function: Function, index: int) -> set[int]:
    found = set()
    while index >= 0:
        found.add(index)
        index = function.guards[index].parent
    return found


def _is_work(effects: object, function: Function) -> bool:
    start, end = getattr(effects, "start", 0), getattr(effects, "end", 0)
    inside = function.effects[start:end]
    # a loop that ends in `return` or `break` is a retry, not the work of a worker
    return any(e.kind == "call" for e in inside) and not any(e.kind == "return" for e in inside)


def spawned_results(function: Function) -> set[int]:
    """The calls whose results, coroutines, are handed to a task."""
    found: set[int] = set()
    for effect in function.effects:
        if effect.kind == "call" and last_name(effect) in SPAWNERS:
            values: list[Value] = [*effect.args, *(v for _, v in effect.keywords)]
            found.update(v.effect for v in values if isinstance(v, Result))
    return found


def _is_stop(name: str) -> bool:
    last = name.rpartition(":")[2].rpartition(".")[2].strip("_").lower()
    return last.startswith(_STOP_WORDS) or last.endswith(("_shutdown", "_cleanup"))


def _called(name: str, spawned: bool) -> str:
    key = name.rpartition(":")[2].partition("#")[0]
    if key.endswith(".__init__"):
        return f"`{key.removesuffix('.__init__')}` is built"
    return f"`{key}` is {'started' if spawned else 'called'}"


def _first(start: Start) -> Reach:
    key = start.function.rpartition(":")[2]
    match start.kind:
        case "import":
            text = "the module's body runs when it is imported"
        case "main":
            text = f"`{key}` starts the server" if key else "the server script starts here"
        case "factory":
            text = f"`{key}` builds the application" if key else "the module that builds the application is imported"
        case _:
            text = f"{start.host} runs `{key}` at start-up"
    return Reach(start, (Step(start.path, start.span, text),), 0)


def _order(reach: Reach) -> tuple[int, tuple[Step, ...]]:
    return (reach.depth, reach.chain)
