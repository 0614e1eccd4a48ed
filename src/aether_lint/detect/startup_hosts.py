"""What hosts make of start-up code: handlers that never run, scopes that are dropped, raises that are only logged."""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import clients, servers
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.startup_work import call_text
from aether_lint.facts import (
    Atom,
    Cond,
    Const,
    Display,
    Effect,
    Every,
    Function,
    Ref,
    Result,
    Some,
    Value,
)
from aether_lint.link import Module, Program
from aether_lint.link.absence import Step
from aether_lint.link.environment import given
from aether_lint.link.gates import guard_chain
from aether_lint.link.hooks import Start
from aether_lint.link.names import last_name, last_part
from aether_lint.model import Confidence, Span

Kind = Literal["dead handler", "mounted", "scope dropped", "connects early", "disabled", "raise logged"]
Built = tuple[Module, Function, int]  # the effect that constructs an application

DEPTH = 3  # parameters and bindings followed to the constructor of an application
_ASGI = frozenset({"FastAPI", "Starlette", "Quart", "Litestar", "FastMCP", "BlackSheep", "the application"})
_APPLICATIONS = frozenset({
    "fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette", "litestar.Litestar",
})  # fmt: skip
_MCP_APPS = frozenset({"http_app", "streamable_http_app", "sse_app"})
_REQUEST_KEYS = frozenset({"path", "headers", "method", "query_string", "client", "raw_path", "scheme", "server"})


class HostTrap(Struct, frozen=True):
    """A place where the host does not do what the code expects of it; `what` names the code, `host` the host."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    kind: Kind
    what: str
    host: str
    cure: str
    related: tuple[Step, ...]
    confidence: Confidence


def observe(program: Program, module: Module) -> list[HostTrap]:
    """The traps in one module, in order of position."""
    found: list[HostTrap | None] = []
    for name, judge in _BY_CALL.items():
        found += [judge(program, module, function, index) for function, index in module.calls.get(name, ())]
    for function in module.facts.functions:
        for find in (_dropped_scopes, _logged_raises, _early_connections):
            found += find(program, module, function)
    return sorted((trap for trap in found if trap is not None), key=lambda trap: trap.span)


def _trap(
    kind: Kind,
    what: str,
    module: Module,
    function: Function,
    index: int,
    related: tuple[Step, ...] = (),
    host: str = "",
    cure: str = "",
    confidence: Confidence = "high",
) -> HostTrap:
    anchor = Anchor(module.path, function.key, "effect", index)
    span = function.effects[index].span
    return HostTrap(anchor, module.path, function.key, span, kind, what, host, cure, related, confidence)


def _built(
    program: Program, value: Value | None, module: Module, function: Function, depth: int = DEPTH
) -> list[Built]:
    """The constructor calls of the web application that a value is."""
    if isinstance(value, Result):
        effect = function.effects[value.effect]
        if effect.kind == "call" and _constructs(program, effect, module, function):
            return [(module, function, value.effect)]
        return _returned(program, effect, module, function, depth) if effect.kind == "call" and depth else []
    if not isinstance(value, Ref) or not depth:
        return []
    place = program.names.globalise(value.name, module.path)
    found: list[Built] = []
    for home, owner, index in program.names.bindings(place)[:4]:
        found += _built(program, owner.effects[index].value, home, owner, depth - 1)
    return found or _passed(program, place, depth)


def _returned(program: Program, effect: Effect, module: Module, function: Function, depth: int) -> list[Built]:
    found: list[Built] = []
    for name in program.things.called_functions(effect, module, function)[:2]:
        where = program.names.function(name)
        for inner in where[1].effects if where is not None else ():
            if where is not None and inner.kind == "return":
                found += _built(program, inner.value, *where, depth - 1)
    return found


def _passed(program: Program, place: str, depth: int) -> list[Built]:
    path, _, rest = place.partition(":")
    key, arrow, local = rest.partition(">")
    where = program.names.function(f"{path}:{key}") if arrow else None
    param = None if where is None else next((p for p in where[1].params if p.name == local), None)
    found: list[Built] = []
    if where is not None and param is not None:
        for caller, owner, index in program.calls.sites(f"{path}:{key}")[:4]:
            found += _built(program, given(owner.effects[index], param, where[1]), caller, owner, depth - 1)
    return found


def _constructs(program: Program, effect: Effect, module: Module, function: Function) -> bool:
    return any(
        (t.kind in ("external", "made") and t.name in _APPLICATIONS)
        or (t.kind == "class" and any(b.name in _APPLICATIONS for b in program.things.bases(t.name)))
        for t in program.things.callees(effect, module, function)
    )


def _keyword(effect: Effect, name: str) -> Value | None:
    found = next((v for k, v in effect.keywords if k == name), None)
    return None if found == Const(None) else found


def _receiver(effect: Effect) -> Ref | None:
    value = effect.value
    return Ref(value.name.rpartition(".")[0]) if isinstance(value, Ref) and "." in value.name else None


def _dead_handler(program: Program, module: Module, function: Function, index: int) -> HostTrap | None:
    effect = function.effects[index]
    for home, owner, made in _built(program, _receiver(effect), module, function):
        if _keyword(owner.effects[made], "lifespan") is not None:
            event = effect.args[0].value if effect.args and isinstance(effect.args[0], Const) else "startup"
            step = Step(home.path, owner.effects[made].span, "the application has a `lifespan=`")
            return _trap("dead handler", f"the {event} handler", module, function, index, (step,))
    return None


def _both_keywords(program: Program, module: Module, function: Function, index: int) -> HostTrap | None:
    effect = function.effects[index]
    both = _keyword(effect, "lifespan") is not None and _keyword(effect, "on_startup") is not None
    if both and _constructs(program, effect, module, function):
        return _trap("dead handler", "`on_startup=`", module, function, index)
    return None


def _mount(program: Program, module: Module, function: Function, index: int) -> HostTrap | None:
    effect = function.effects[index]
    if last_name(effect) == "mount" and not _built(program, _receiver(effect), module, function):
        return None
    mounted = _keyword(effect, "app") or (effect.args[1] if len(effect.args) > 1 else None)
    step = _own_lifespan(program, mounted, module, function)
    if step is None or _is_entered(program, mounted):
        return None
    return _trap("mounted", _name(mounted, module, function), module, function, index, (step,))


def _own_lifespan(program: Program, mounted: Value | None, module: Module, function: Function) -> Step | None:
    """Where a mounted application says what it does at start-up."""
    for home, owner, made in _built(program, mounted, module, function):
        if _keyword(owner.effects[made], "lifespan") or _keyword(owner.effects[made], "on_startup"):
            return Step(home.path, owner.effects[made].span, "its lifespan is given here")
        place = next((e.place for e in owner.effects if e.kind == "bind" and e.value == Result(made)), "")
        for start in program.startup.starts():
            if start.path == home.path and start.kind == "hook" and place and _registers(home, place, start.function):
                return Step(start.path, start.span, "its start-up handler is registered here")
    return _mcp_app(program, mounted, module, function, DEPTH)


def _mcp_app(program: Program, value: Value | None, module: Module, function: Function, depth: int) -> Step | None:
    """An application of an MCP server: its session manager runs in its lifespan."""
    if isinstance(value, Result):
        effect = function.effects[value.effect]
        if effect.kind == "call" and last_name(effect) in _MCP_APPS:
            return Step(module.path, effect.span, "its session manager starts in its lifespan")
    if isinstance(value, Ref) and depth:
        for home, owner, index in program.names.bindings(program.names.globalise(value.name, module.path))[:2]:
            step = _mcp_app(program, owner.effects[index].value, home, owner, depth - 1)
            if step is not None:
                return step
    return None


def _registers(module: Module, place: str, function: str) -> bool:
    key = function.rpartition(":")[2]
    body = module.functions.get(key)
    parent = None if body is None else module.functions.get(body.parent)
    if body is None or parent is None:
        return False
    indices = [getattr(d, "effect", -1) for d in body.decorators]
    return any(i >= 0 and parent.effects[i].place.startswith(f"{place}.") for i in indices)


def _is_entered(program: Program, mounted: Value | None) -> bool:
    """Whether somebody runs the lifespan of the mounted application: `sub.router.lifespan_context(sub)`."""
    name = last_part(getattr(mounted, "name", ""))
    for other in program.names.modules.values():
        for owner in other.facts.functions:
            for effect in owner.effects:
                values = (effect.value, *effect.args, *(v for _, v in effect.keywords))
                texts = [getattr(v, "name", "") for v in values]
                if any(".lifespan" in t and (not name or f"{name}." in t.replace(">", ".")) for t in texts):
                    return True
                if effect.kind == "call" and ("session_manager" in effect.place or "lifespan" in last_name(effect)):
                    return True
    return False


def _name(value: Value | None, module: Module, function: Function) -> str:
    if isinstance(value, Result):
        return call_text(function.effects[value.effect], module, function)
    return last_part(getattr(value, "name", "the application"))


# -- wrappers


def _dropped_scopes(program: Program, module: Module, function: Function) -> Iterator[HostTrap]:
    names = [p.name for p in function.params]
    if names[-3:] != ["scope", "receive", "send"] or not _hooks(program):
        return
    scope = f":{function.key}>scope"
    passes = [
        i
        for i, e in enumerate(function.effects)
        if e.kind == "call" and _passes_scope(e, scope) and not _is_answer(e, function)
    ]
    if not passes or _answers_lifespan(function):
        return
    truth = _for_lifespan(function, scope)
    if any(_runs(function, i, truth) is not False for i in passes):
        for index, effect in enumerate(function.effects[: passes[0]]):
            key = (
                effect.args[0].value
                if effect.kind == "item" and effect.args and isinstance(effect.args[0], Const)
                else None
            )
            missing = key in _REQUEST_KEYS and effect.value == Ref(scope)
            if missing and _runs(function, index, truth) is True and not _is_caught(function, index):
                yield _trap("scope dropped", f'scope["{key}"]', module, function, index, host="fails")
                return
        return
    yield _trap("scope dropped", _wrapper(function), module, function, passes[-1], host="returns")


def _wrapper(function: Function) -> str:
    return (function.owner or function.key).rpartition(".")[2]


def _passes_scope(effect: Effect, scope: str) -> bool:
    return len(effect.args) >= 3 and effect.args[0] == Ref(scope)


def _is_answer(effect: Effect, function: Function) -> bool:
    """Whether a response that the function has made is sent: `await Response("no", 404)(scope, receive, send)`."""
    called = effect.value
    if isinstance(called, Ref):
        called = next((e.value for e in function.effects if e.kind == "bind" and e.place == called.name), called)
    if not isinstance(called, Result):
        return False
    made = last_name(function.effects[called.effect])
    return made[:1].isupper() or "response" in made.lower()


def _answers_lifespan(function: Function) -> bool:
    """Whether the wrapper speaks the lifespan protocol itself."""
    return any(
        isinstance(v, Const) and isinstance(v.value, str) and v.value.startswith("lifespan.")
        for e in function.effects
        for a in (*e.args, *(v for _, v in e.keywords))
        for v in ((*a.items, *a.keys) if isinstance(a, Display) else (a,))
    )


def _is_caught(function: Function, index: int) -> bool:
    return any(a.body.start <= index < a.body.end and a.handlers for a in function.attempts)


def _for_lifespan(function: Function, scope: str) -> "Callable[[Cond], bool | None]":
    """Judges conditions for a scope of type "lifespan"; None where they do not say."""

    def reads_type(value: Value) -> bool:
        if isinstance(value, Result):
            effect = function.effects[value.effect]
            what = effect.args[0] if effect.args else None
            return what == Const("type") and scope in (
                effect.place,
                getattr(effect.value, "name", ""),
                f"{_head(effect)}",
            )
        if isinstance(value, Ref):
            bound = [e.value for e in function.effects if e.kind == "bind" and e.place == value.name]
            return len(bound) == 1 and isinstance(bound[0], Result) and reads_type(bound[0])
        return False

    def truth(cond: Cond) -> bool | None:
        match cond:
            case Atom("equals", value, Const(text), positive) if reads_type(value):
                return (text == "lifespan") == positive
            case Atom("in", value, Display(_, items, _), positive) if reads_type(value):
                return any(i == Const("lifespan") for i in items) == positive
            case Every(conds):
                found = [truth(c) for c in conds]
                return False if False in found else None if None in found else True
            case Some(conds):
                found = [truth(c) for c in conds]
                return True if True in found else None if None in found else False
            case _:
                return None

    return truth


def _head(effect: Effect) -> str:
    return effect.place.rpartition(".")[0]


def _runs(function: Function, index: int, truth: "Callable[[Cond], bool | None]") -> bool | None:
    answers = [truth(function.guards[g].cond) for g in guard_chain(function, function.effects[index].when)]
    return False if False in answers else None if None in answers else True


# -- servers, middleware, workers


def _disabled(program: Program, module: Module, function: Function, index: int) -> HostTrap | None:
    effect = function.effects[index]
    for thing in sorted(program.things.callees(effect, module, function)) if effect.keywords else ():
        server = servers.lookup(thing.name) if thing.kind in ("external", "made") else None
        if server is None or not server.off or _keyword(effect, server.lifespan_keyword) != Const(server.off):
            continue
        step = _served_lifespan(program, effect, module, function)
        if step is not None:
            what = f'{server.lifespan_keyword}="{server.off}"'
            return _trap("disabled", what, module, function, index, (step,), server.name)
    return None


def _served_lifespan(program: Program, effect: Effect, module: Module, function: Function) -> Step | None:
    """Where the application that a server is given says what it does at start-up."""
    served = _keyword(effect, "app") or (effect.args[0] if effect.args else None)
    name = program.constants.text(served, module, function)
    if name is None:
        return _own_lifespan(program, served, module, function)
    path = program.names.table.find(name.partition(":")[0], module.path)
    start = next((s for s in _hooks(program) if s.path == path), None)
    if start is None:
        return None
    return Step(start.path, start.span, f"`{start.function.rpartition(':')[2]}` is to run at start-up")


def _hooks(program: Program) -> list[Start]:
    """The start-up hooks of web applications."""
    return [s for s in program.startup.starts() if s.kind in ("lifespan", "hook") and s.host in _ASGI]


def _logged_raises(program: Program, module: Module, function: Function) -> Iterator[HostTrap]:
    reach = program.startup.of_function(f"{module.path}:{function.key}")
    if reach is None or not reach.start.logs or reach.depth > 1:
        return
    cure = reach.start.cure.rpartition(".")[2]
    for index, effect in enumerate(function.effects):
        if effect.kind != "raise" or _is_caught(function, index):
            continue
        raised = effect.value
        if isinstance(raised, Result):
            raised = function.effects[raised.effect].value
        name = getattr(raised, "name", "")
        if name.endswith((cure, "SystemExit", "GracefulExit")) and name:
            continue
        yield _trap(
            "raise logged", reach.start.host, module, function, index, reach.chain, reach.start.host, reach.start.cure
        )


def _early_connections(program: Program, module: Module, function: Function) -> Iterator[HostTrap]:
    if not function.key.endswith("__init__") or not function.owner or not _is_middleware(program, module, function):
        return
    for index, effect in enumerate(function.effects):
        if effect.kind == "call" and not _is_caught(function, index):
            connects = _connects(program, effect, module, function)
            if connects:
                yield _trap(
                    "connects early", call_text(effect, module, function), module, function, index, host=connects
                )
                return


def _connects(program: Program, effect: Effect, module: Module, function: Function, depth: int = DEPTH) -> str:
    """The service to which a call connects at once; empty for clients that wait for their first use."""
    for thing in sorted(program.things.callees(effect, module, function)):
        client = clients.lookup(thing.name) if thing.kind in ("external", "made") else None
        if client is not None and client.connects == "construct":
            return client.subject
    for name in program.things.called_functions(effect, module, function) if depth else ():
        where = program.names.function(name)
        for index, inner in enumerate(where[1].effects) if where is not None else ():
            if where is not None and inner.kind == "call" and not _is_caught(where[1], index):
                label = _connects(program, inner, *where, depth - 1)
                if label:
                    return label
    for subject in sorted(program.subjects.of_call(effect, module, function)):
        direct = not program.things.called_functions(effect, module, function)
        if direct and subject.access in ("read", "write") and subject.confidence == "high":
            return subject.label
    return ""


def _is_middleware(program: Program, module: Module, function: Function) -> bool:
    """Whether a class is an ASGI middleware: built around an application, and called with a scope."""
    if len(function.params) < 2 or function.params[1].name != "app" or not _hooks(program):
        return False
    called = module.functions.get(f"{function.owner}.__call__")
    if called is not None and [p.name for p in called.params][-3:] == ["scope", "receive", "send"]:
        return True
    bases = program.things.bases(f"{module.path}:{function.owner}")
    return any(b.kind == "external" and b.name.endswith("BaseHTTPMiddleware") for b in bases)


_BY_CALL: "dict[str, Callable[[Program, Module, Function, int], HostTrap | None]]" = {
    "on_event": _dead_handler,
    "add_event_handler": _dead_handler,
    "mount": _mount,
    "Mount": _mount,
    "FastAPI": _both_keywords,
    "Starlette": _both_keywords,
    **{name.rpartition(".")[2]: _disabled for name, server in servers.SERVERS.items() if server.off},
}
