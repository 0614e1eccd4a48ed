"""Where start-up begins: the functions that a host, an import or a server script runs before requests are served."""

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import hooks, servers
from aether_lint.facts import Atom, Const, Display, Each, Effect, Function, Loop, Opaque, Ref, Result, Value
from aether_lint.link.callgraph import CallGraph
from aether_lint.link.environment import given
from aether_lint.link.names import Module, Names
from aether_lint.link.things import Thing, ThingTable
from aether_lint.model import Span

StartKind = Literal["lifespan", "hook", "factory", "main", "import"]

DIALOG_DEPTH = 2  # calls from the loop of a menu to what reads the answer
DEPTH = 5  # helpers followed from a value to the functions in it, and from `__main__` to the server
MOST_HOOKS = 12  # functions behind one registration; a longer table is a registry of something else

_BY_LAST_NAME: dict[str, list[str]] = {}
for _qualified in hooks.HOOKS:
    _BY_LAST_NAME.setdefault(_qualified.rpartition(".")[2], []).append(_qualified)

# methods whose name alone says that they register a start-up hook, whatever the receiver resolves to
_TELLING = frozenset({
    "before_serving", "before_app_serving", "while_serving", "while_app_serving", "before_server_start",
    "after_server_start", "main_process_start", "main_process_ready",
})  # fmt: skip
_TELLING_EVENTS = frozenset({"on_event", "add_event_handler", "listener", "register_listener"})
_BOTH = frozenset({"while_serving", "while_app_serving"})
_LISTS = frozenset({"on_startup", "cleanup_ctx"})
_LIST_METHODS = frozenset({"append", "extend", "insert", "add"})
_KEYWORDS = frozenset({"lifespan", "on_startup"})
_SIGNAL_METHODS = frozenset({"connect", "connect_via"})
_GUNICORN_HOOKS = frozenset({"on_starting", "when_ready", "post_fork", "post_worker_init"})
_APPLICATIONS = frozenset({
    "fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette", "flask.Flask",
    "flask.app.Flask", "quart.Quart", "sanic.Sanic", "aiohttp.web.Application", "aiohttp.web_app.Application",
    "litestar.Litestar", "litestar.app.Litestar", "falcon.App", "falcon.asgi.App", "blacksheep.Application",
    "robyn.Robyn", "tornado.web.Application", "connexion.App", "connexion.FlaskApp", "apiflask.APIFlask",
})  # fmt: skip
# methods that block for as long as the program serves
_SERVING_METHODS = frozenset({
    "run_forever", "serve_forever", "start_consuming", "wait_for_termination", "run_until_disconnected",
    "start_polling", "run_polling", "infinity_polling",
})  # fmt: skip
_SAMPLE_FOLDERS = frozenset({"examples", "example", "samples", "demos", "demo", "tests", "test", "docs", "scripts"})
"""What begins there starts no service."""
_SERVING_CALLS = frozenset({"kopf.run", "signal.pause"})
_DIALOGS = frozenset({
    "builtins.input", "getpass.getpass", "click.prompt", "click.confirm", "typer.prompt", "typer.confirm",
    "sys.stdin.readline", "prompt_toolkit.prompt", "rich.prompt.Prompt.ask", "rich.prompt.Confirm.ask",
})  # fmt: skip
"""Calls that wait for a person: a program that loops around them is a tool."""


class Start(Struct, frozen=True, order=True):
    """One function of ours (global name) that runs at start-up, and who runs it.

    `host` is what messages call it; `logs` says that the host only logs what the function raises, `cure` names the
    exception that does stop it. `path` and `span` are where it is registered.
    """

    kind: StartKind
    function: str
    host: str
    path: str
    span: Span
    logs: bool = False
    cure: str = ""


class HookFinder:
    """Finds the starts of a project."""

    def __init__(self, names: Names, things: ThingTable, calls: CallGraph, configured: Sequence[str] = ()) -> None:
        self._names = names
        self._things = things
        self._calls = calls
        self._configured = configured
        self._building: dict[str, frozenset[str]] = {}  # by the paths of modules
        self._serving: dict[str, dict[str, int]] = {}

    def starts(self) -> list[Start]:
        """All starts, sorted; imports and `__main__` blocks are the module's body (key "")."""
        found: set[Start] = set(self._by_configuration())
        for path in sorted(self._names.modules):
            module = self._names.modules[path]
            if module.facts.role != "" or not _SAMPLE_FOLDERS.isdisjoint(path.split("/")[:-1]):
                continue
            found.update(self._registered(module))
            found.update(self._decorated(module))
            found.update(self._overridden(module))
            found.update(self._factories(module))
            found.update(self._servers(module))
        return sorted(found)

    def _by_configuration(self) -> Iterator[Start]:
        for name in self._configured:
            place = self._names.imported(name.replace(":", "."), "")
            where = None if place is None else self._names.function(f"{place[0]}:{place[1]}")
            if place is not None and where is not None:
                yield Start("hook", f"{place[0]}:{place[1]}", "the project", place[0], where[1].span)

    # -- registrations by call and by assignment

    def _registered(self, module: Module) -> Iterator[Start]:
        for name, sites in module.calls.items():
            telling = name in _TELLING or name in _TELLING_EVENTS or name in _LIST_METHODS or name in _SIGNAL_METHODS
            if not telling and name not in _BY_LAST_NAME:
                telling = any(k in _KEYWORDS for f, i in sites for k, _ in f.effects[i].keywords)
                if not telling:
                    continue
            for function, index in sites:
                yield from self._call(name, function.effects[index], module, function)
        for function in module.facts.functions:
            for effect in function.effects:
                if effect.kind in ("bind", "augment") and "." in effect.place:
                    yield from self._assigned(effect, module, function)

    def _call(self, name: str, effect: Effect, module: Module, function: Function) -> Iterator[Start]:
        if name in _LIST_METHODS:
            owner = effect.place.rpartition(".")[0].rpartition(".")[2]
            if owner in _LISTS:
                yield from self._each(effect.args, owner == "cleanup_ctx", "the application", effect, module, function)
            return
        hook = self._hook(effect, name, module, function)
        for keyword, value in effect.keywords:
            if keyword in (hook.keywords if hook is not None and hook.keywords else _KEYWORDS):
                host = hook.framework if hook is not None else "the application"
                yield from self._each((value,), keyword == "lifespan", host, effect, module, function)
        if name in _SIGNAL_METHODS:
            yield from self._signal(effect, module, function)
        elif name in _TELLING_EVENTS and _is_startup_event(effect):
            host = hook.framework if hook is not None else "the application"
            yield from self._each(effect.args, False, host, effect, module, function)
        elif name in _TELLING or (hook is not None and hook.form == "method" and hook.phase == "startup"):
            host = hook.framework if hook is not None else "the application"
            yield from self._each(effect.args, name in _BOTH, host, effect, module, function)

    def _hook(self, effect: Effect, name: str, module: Module, function: Function) -> hooks.Hook | None:
        if name not in _BY_LAST_NAME and not effect.keywords:
            return None
        for thing in sorted(self._things.callees(effect, module, function)):
            found = self._hook_of(thing)
            if found is not None:
                return found
        return None

    def _hook_of(self, thing: Thing) -> hooks.Hook | None:
        if thing.kind in ("external", "made"):
            return hooks.lookup(thing.name)
        if thing.kind == "class":
            for base in self._things.bases(thing.name):
                found = hooks.lookup(base.name) if base.kind == "external" else None
                if found is not None:
                    return found
        return None

    def _signal(self, effect: Effect, module: Module, function: Function) -> Iterator[Start]:
        for thing in self._things.callees(effect, module, function):
            hook = hooks.lookup(thing.name.rpartition(".")[0])
            if hook is not None and hook.form == "signal" and hook.phase == "startup":
                for name in self.functions_in(effect.args[0], module, function) if effect.args else ():
                    yield _start("hook", name, hook, thing.name.rpartition(".")[0], module, effect.span)

    def _each(
        self, values: tuple[Value, ...], both: bool, host: str, effect: Effect, module: Module, function: Function
    ) -> Iterator[Start]:
        names = [n for v in values for n in self.functions_in(v, module, function)]
        for name in names[:MOST_HOOKS]:
            yield Start("lifespan" if both else "hook", name, host, module.path, effect.span)

    def _assigned(self, effect: Effect, module: Module, function: Function) -> Iterator[Start]:
        attribute = effect.place.rpartition(".")[2]
        if effect.value is None:
            return
        if attribute == "lifespan_context" or (attribute in _LISTS and effect.kind == "augment"):
            both = attribute != "on_startup"
            yield from self._each((effect.value,), both, "the application", effect, module, function)
        elif attribute in hooks.WORKER_SETTINGS and function.kind == "class" and _is_worker_settings(function):
            yield from self._each((effect.value,), False, "arq", effect, module, function)
        elif effect.kind == "augment" and attribute in ("on_start", "after_start"):
            yield from self._each((effect.value,), False, "BlackSheep", effect, module, function)

    def functions_in(self, value: Value, module: Module, function: Function, depth: int = DEPTH) -> list[str]:
        """The functions of ours that a value may be: also in lists, partials, wrappers' arguments and parameters."""
        if depth == 0:
            return []
        if isinstance(value, Display):
            return [n for item in value.items for n in self.functions_in(item, module, function, depth - 1)]
        if isinstance(value, Ref) and value.name.startswith("?"):
            return []
        found = self._callables(self._things.of(value, module, function))
        if isinstance(value, Result):
            effect = function.effects[value.effect]
            inner = [*effect.args, *(v for _, v in effect.keywords)]
            found += [
                n for v in inner if isinstance(v, (Ref, Display, Result))
                for n in self.functions_in(v, module, function, depth - 1)
            ]  # fmt: skip
        if isinstance(value, Result) and not found:
            found = self._returned_functions(function.effects[value.effect], module, function, depth)
        if isinstance(value, Ref) and not found:
            found = self._bound_functions(value, module, depth)
        return list(dict.fromkeys(found))

    def _returned_functions(self, effect: Effect, module: Module, function: Function, depth: int) -> list[str]:
        """The functions in what a function of ours returns: `return asynccontextmanager(lifespan)`."""
        found: list[str] = []
        for name in self._things.called_functions(effect, module, function)[:MOST_HOOKS]:
            where = self._names.function(name)
            for inner in where[1].effects if where is not None else ():
                if where is not None and inner.kind == "return" and inner.value is not None:
                    found += self.functions_in(inner.value, *where, depth - 1)
        return found

    def _bound_functions(self, value: Ref, module: Module, depth: int) -> list[str]:
        place = self._names.globalise(value.name, module.path)
        found: list[str] = []
        for home, owner, index in self._names.bindings(place)[:MOST_HOOKS]:
            bound = owner.effects[index].value
            match bound:
                case Each(source) | Opaque("part", (Each(source), _)):
                    found += self.functions_in(source, home, owner, depth - 1)
                case None:
                    pass
                case _:
                    found += self.functions_in(bound, home, owner, depth - 1)
        return found or self._passed(place, depth)

    def _passed(self, place: str, depth: int) -> list[str]:
        """What callers pass as this parameter."""
        path, _, rest = place.rpartition(":")
        key, arrow, local = rest.partition(">")
        where = self._names.function(f"{path}:{key}") if arrow and "." not in local else None
        param = None if where is None else next((p for p in where[1].params if p.name == local), None)
        if where is None or param is None:
            return []
        found: list[str] = []
        for caller, owner, index in self._calls.sites(f"{path}:{key}")[:MOST_HOOKS]:
            value = given(owner.effects[index], param, where[1])
            if value is not None:
                found += self.functions_in(value, caller, owner, depth - 1)
        return found

    def _callables(self, things: frozenset[Thing]) -> list[str]:
        found: list[str] = []
        for thing in sorted(things):
            if thing.kind == "function":
                found.append(thing.name)
            elif thing.kind in ("instance", "class"):
                members = (
                    ("__call__", "__aenter__", "__enter__") if thing.kind == "instance" else ("__aenter__", "__enter__")
                )
                for member in members:
                    found += [t.name for t in sorted(self._things.attribute(thing, member)) if t.kind == "function"]
        return found

    # -- decorators, overrides, factories, servers

    def _decorated(self, module: Module) -> Iterator[Start]:
        for function in module.facts.functions:
            if function.kind != "function":
                continue
            parent = module.functions.get(function.parent)
            for value in function.decorators if parent is not None else ():
                if parent is not None:
                    start = self._decorator(value, module, parent, function)
                    if start is not None:
                        yield start

    def _decorator(self, value: Value, module: Module, parent: Function, function: Function) -> Start | None:
        effect: Effect | None = None
        if isinstance(value, Result):
            effect = parent.effects[value.effect]
            value = effect.value or value
        name = getattr(value, "name", "").replace(">", ".").rpartition(".")[2]
        if name not in _BY_LAST_NAME and name not in _SIGNAL_METHODS and name not in _TELLING_EVENTS:
            return None
        key = f"{module.path}:{function.key}"
        for thing in sorted(self._things.of(value, module, parent)):
            signal = thing.name.rpartition(".")[0] if name in _SIGNAL_METHODS else thing.name
            hook = hooks.lookup(signal) if name in _SIGNAL_METHODS else self._decorating(thing)
            if hook is None:
                continue
            if hook.phase == "startup" or (hook.phase == "event" and effect is not None and _is_startup_event(effect)):
                return _start("hook", key, hook, signal if hook.form == "signal" else "", module, function.span)
            if hook.phase == "both":
                return _start("lifespan", key, hook, "", module, function.span)
            return None
        if name in _TELLING or (name in _TELLING_EVENTS and effect is not None and _is_startup_event(effect)):
            return Start("lifespan" if name in _BOTH else "hook", key, "the application", module.path, function.span)
        return None

    def _decorating(self, thing: Thing) -> hooks.Hook | None:
        """The hook behind a decorator that is a method: also of a class of ours that extends the framework's."""
        found = hooks.lookup(thing.name) if thing.kind in ("external", "made") else None
        return found if found is not None and found.form != "constructor" else None

    def _overridden(self, module: Module) -> Iterator[Start]:
        for function in module.facts.functions:
            member = function.key.rpartition(".")[2]
            key = f"{module.path}:{function.key}"
            if not function.owner:
                if member in _GUNICORN_HOOKS and module.path.endswith(("gunicorn.conf.py", "gunicorn_conf.py")):
                    yield Start("hook", key, "gunicorn", module.path, function.span)
                continue
            if member == "process_startup" and len(function.params) == 3:
                yield Start("hook", key, "Falcon", module.path, function.span)
            if member not in _BY_LAST_NAME:
                continue
            for base in self._things.bases(f"{module.path}:{function.owner}"):
                hook = hooks.lookup(f"{base.name}.{member}") if base.kind == "external" else None
                if hook is not None and hook.form == "override" and hook.phase == "startup":
                    yield _start("hook", key, hook, "", module, function.span)
                    break

    def _factories(self, module: Module) -> Iterator[Start]:
        for function in module.facts.functions:
            if function.kind != "function" or not any(e.kind == "return" for e in function.effects):
                continue
            if self.builds_application(module, function):
                results = self._things.results(f"{module.path}:{function.key}")
                if any(self._is_application(t) for t in results):
                    key = f"{module.path}:{function.key}"
                    yield Start("factory", key, "the application factory", module.path, function.span)

    def builds_application(self, module: Module, function: Function) -> bool:
        """Whether a function constructs a web application itself."""
        if module.path not in self._building:
            self._building[module.path] = frozenset(self._builders(module))
        return function.key in self._building[module.path]

    def _builders(self, module: Module) -> Iterator[str]:
        for name, sites in module.calls.items():
            ours = name.endswith(("App", "Flask", "FastAPI", "Application", "Server"))
            if not ours and name not in _APPLICATION_NAMES:
                continue
            for function, index in sites:
                effect = function.effects[index]
                things = self._things.callees(effect, module, function) if ours else ()
                if effect.place in _APPLICATIONS or any(t.kind == "class" and self._is_application(t) for t in things):
                    yield function.key

    def _is_application(self, thing: Thing) -> bool:
        if thing.kind == "made":
            return thing.name in _APPLICATIONS
        if thing.kind in ("class", "instance"):
            return any(b.kind == "external" and b.name in _APPLICATIONS for b in self._things.bases(thing.name))
        return False

    def _servers(self, module: Module) -> Iterator[Start]:
        for function in module.facts.functions:
            if function.kind == "function" and self.serving_call(module, function) is not None:
                key = f"{module.path}:{function.key}"
                yield Start("main", key, "the server script", module.path, function.span)
        body = module.facts.functions[0]
        if module.facts.has_main and self._main_serves(module, body):
            span = next(g.span for g in body.guards if is_main(g.cond))
            yield Start("main", f"{module.path}:", "the server script", module.path, span)

    def serving_call(self, module: Module, function: Function) -> int | None:
        """The first effect of a function that serves for as long as the program runs."""
        if module.path not in self._serving:
            self._serving[module.path] = self._servings(module)
        return self._serving[module.path].get(function.key)

    def _servings(self, module: Module) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in sorted(_SERVING_NAMES.intersection(module.calls)):
            for function, index in module.calls[name]:
                if index < found.get(function.key, len(function.effects)) and self._serves(
                    function.effects[index], name, module, function
                ):
                    found[function.key] = index
        return found

    def _serves(self, effect: Effect, name: str, module: Module, function: Function) -> bool:
        if name in _SERVING_METHODS or effect.place in _SERVING_CALLS:
            return True
        things = self._things.callees(effect, module, function) if name in _SERVER_NAMES else ()
        return any(t.kind in ("external", "made") and t.name in servers.SERVERS and _runs(t.name) for t in things)

    def _main_serves(self, module: Module, body: Function) -> bool:
        work = [(module, body, i) for i, e in enumerate(body.effects) if e.kind == "call" and under_main(body, e.when)]
        seen: set[str] = set()
        for _ in range(DEPTH):
            following: list[tuple[Module, Function, int]] = []
            for home, function, index in work:
                for name in self._things.called_functions(function.effects[index], home, function):
                    where = self._names.function(name)
                    if name in seen or where is None:
                        continue
                    seen.add(name)
                    if self.serving_call(*where) is not None or self._works(*where):
                        return True
                    following += [(*where, i) for i, e in enumerate(where[1].effects) if e.kind == "call"]
            work = following
        return self.serving_call(module, body) is not None

    def _works(self, module: Module, function: Function) -> bool:
        """Whether a function holds the endless work of a worker.

        One that answers with a value, or yields them, only looks until it has it; one that asks whoever sits at the
        terminal is a tool.
        """
        if function.generator or any(
            e.kind == "return" and e.value not in (None, Const(None)) for e in function.effects
        ):
            return False
        for loop in function.loops:
            inside = range(loop.effects.start, loop.effects.end)
            effects = [function.effects[i] for i in inside]
            if not loop.endless or not any(e.kind == "call" for e in effects) or _is_nested(function, loop):
                continue
            if not any(self._asks_a_person(e, module, function, DIALOG_DEPTH) for e in effects):
                return True
        return False

    def _asks_a_person(self, effect: Effect, module: Module, function: Function, depth: int) -> bool:
        if effect.kind != "call":
            return False
        if effect.place in _DIALOGS:
            return True
        for name in self._things.called_functions(effect, module, function) if depth else ():
            where = self._names.function(name)
            if where is not None and any(self._asks_a_person(e, *where, depth - 1) for e in where[1].effects):
                return True
        return False


def _is_nested(function: Function, loop: Loop) -> bool:
    """Whether a loop stands in one that goes through something: it must end for the next round."""
    return any(
        not around.endless and around.effects.start <= loop.effects.start and loop.effects.end <= around.effects.end
        for around in function.loops
    )


_SERVER_NAMES = frozenset(name.rpartition(".")[2] for name in servers.SERVERS)
_SERVING_NAMES = _SERVER_NAMES | _SERVING_METHODS | {name.rpartition(".")[2] for name in _SERVING_CALLS}
_APPLICATION_NAMES = frozenset(name.rpartition(".")[2] for name in _APPLICATIONS)
_BLOCKING = frozenset({"run", "serve", "start", "run_app", "run_simple", "worker_main", "run_worker", "work", "main"})


def _runs(qualified: str) -> bool:
    return qualified.rpartition(".")[2] in _BLOCKING


def _start(kind: StartKind, function: str, hook: hooks.Hook, signal: str, module: Module, span: Span) -> Start:
    host = f"{hook.framework} ({signal.rpartition('.')[2]})" if signal else hook.framework
    return Start(kind, function, host, module.path, span, hook.on_raise == "logs", hook.cure)


def _is_startup_event(effect: Effect) -> bool:
    values = [*effect.args, *(v for _, v in effect.keywords)]
    return any(
        (isinstance(v, Const) and v.value in hooks.STARTUP_EVENTS) or getattr(v, "name", "").endswith("_STARTUP")
        for v in values
    )


def _is_worker_settings(function: Function) -> bool:
    bound = {e.place.rpartition(".")[2] for e in function.effects if e.kind == "bind"}
    return function.key.endswith("WorkerSettings") or not bound.isdisjoint({"functions", "cron_jobs", "redis_settings"})


def is_main(cond: object) -> bool:
    """Whether a condition is `__name__ == "__main__"`."""
    return isinstance(cond, Atom) and cond.positive and getattr(cond.value, "name", "") == "builtins.__name__"


def under_main(body: Function, index: int) -> bool:
    """Whether a guard of a module's body stands under `if __name__ == "__main__"`."""
    while index >= 0:
        if is_main(body.guards[index].cond):
            return True
        index = body.guards[index].parent
    return False
