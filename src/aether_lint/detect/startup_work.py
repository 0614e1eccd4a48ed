"""What a piece of code does for start-up: the call that matters most in it, and how much it matters."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import client_modules, operations, startup_work, tokens
from aether_lint.facts import Attr, Const, Effect, Function, Range, Ref, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.mentions import parts_of
from aether_lint.link.names import last_name
from aether_lint.link.startup import SPAWNERS, spawned_results
from aether_lint.link.subjects import Subject
from aether_lint.model import Confidence

VALUE_DEPTH = 3  # displays and attributes looked through for the result of a call

Role = Literal["service", "step", "routing", "import", "other"]


class Work(Struct, frozen=True):
    """The call that a piece of start-up is about.

    service: it reaches a durable or shared service (`subject`). step: a function whose name or nature says that it
    sets something up. routing: it puts a part of the application in place. import: nothing but an import.
    `index` is the effect in the function, `text` what messages call it.
    """

    role: Role
    text: str
    index: int
    confidence: Confidence
    subject: Subject | None = None
    telling: int = 0  # which of several calls of equal rank to name: a function of ours, then a telling verb


_RANK: dict[Role, int] = {"service": 4, "routing": 3, "step": 2, "import": 1, "other": 0}
_LEVEL: dict[Confidence, int] = {"low": 0, "medium": 1, "high": 2}


def work_of(program: Program, module: Module, function: Function, effects: Range) -> Work | None:
    """The most important work among some effects of a function; None where nothing depends on them."""
    found: Work | None = None
    calls = [function.effects[i] for i in range(effects.start, effects.end) if function.effects[i].kind == "call"]
    if about_nothing(function.key):
        return None
    watching = any(_watches(e) for e in calls)
    aside = _aside(program, module, function, effects)
    for index in range(effects.start, effects.end):
        if index in aside:
            continue
        work = _of_effect(program, module, function, index)
        if work is not None and work.confidence == "low" and watching:
            continue  # reads of settings on the way to telemetry
        if work is not None and work.role == "import" and any(not is_quiet(e) for e in calls):
            continue  # what is done with it counts
        if work is not None and (found is None or _order(work) > _order(found)):
            found = work
    return found


def _aside(program: Program, module: Module, function: Function, effects: Range) -> set[int]:
    """The calls on which nothing depends, and those that only serve them."""
    indices = [i for i in range(effects.start, effects.end) if function.effects[i].kind == "call"]
    found: set[int] = set()
    for index in reversed(indices):
        readers = _readers(function, index)
        dropped = not readers and _asks_for_data(program, module, function, index)
        served = bool(readers) and all(r in found or _is_quiet_call(function.effects[r]) for r in readers)
        if dropped or served or _is_version(function, index):
            found.add(index)
    return found


def _readers(function: Function, index: int) -> list[int]:
    """The effects that use the result of a call, through displays and attributes as well."""
    return [
        number
        for number, effect in enumerate(function.effects)
        if any(Result(index) in _nested(v, VALUE_DEPTH) for v in _parts(effect))
    ]


def _nested(value: Value | None, depth: int) -> Iterator[Value]:
    if value is None:
        return
    yield value
    for part in (*parts_of(value), *((value.base,) if isinstance(value, Attr) else ())) if depth else ():
        yield from _nested(part, depth - 1)


def _is_quiet_call(effect: Effect) -> bool:
    return effect.kind == "call" and is_quiet(effect)


def _parts(effect: Effect) -> tuple[Value | None, ...]:
    return (effect.value, *effect.args, *(v for _, v in effect.keywords))


def _asks_for_data(program: Program, module: Module, function: Function, index: int) -> bool:
    """Whether a function of ours is asked for something: who drops the answer only fills a cache."""
    effect = function.effects[index]
    if tokens.words(last_name(effect))[:1] not in (("get",), ("list",), ("read",)):
        return False
    return bool(program.things.called_functions(effect, module, function))


def _is_version(function: Function, index: int) -> bool:
    """Whether a call only finds out the version of what it asks."""
    answers = {index} | {i for i, e in enumerate(function.effects) if e.kind == "item" and e.value == Result(index)}
    bound = [e.place for e in function.effects if e.kind == "bind" and isinstance(e.value, Result)
             and e.value.effect in answers]  # fmt: skip
    return bool(bound) and all("version" in tokens.words(place.rpartition(".")[2]) for place in bound)


def _watches(effect: Effect) -> bool:
    words = startup_work.words(effect.place) | startup_work.words(last_name(effect))
    return bool(words & (startup_work.TELEMETRY | startup_work.HOUSEKEEPING))


def works_in(program: Program, module: Module, function: Function, effects: Range) -> int:
    """How many calls among some effects are work."""
    works = [_of_effect(program, module, function, index) for index in range(effects.start, effects.end)]
    return sum(work is not None and work.role not in ("import", "other") for work in works)


def _order(work: Work) -> tuple[int, int, int]:
    return (_RANK[work.role], _LEVEL[work.confidence], work.telling)


def about_nothing(name: str) -> bool:
    """Whether the name of a function, or of its class, says that no answer depends on it."""
    scope = name.partition("#")[0]
    last = scope.rpartition(".")[2]
    words = startup_work.words(".".join(scope.split(".")[-2:]))
    return bool(
        words & (startup_work.TELEMETRY | startup_work.LOG_SETUP)
        or startup_work.words(last) & startup_work.WARM_UP
        or asks(last)
        or (tokens.words(last)[:1] in (("handle",), ("on",)) and words & startup_work.FAILURES)
        or not startup_work.SAYINGS.isdisjoint(tokens.words(last)[:1])
        or last.strip("_") in startup_work.UPDATE_CHECK
    )


def asks(name: str) -> bool:
    """Whether the name of a function says that it only answers a question."""
    words = tokens.words(name)
    if not words or words[0] in startup_work.PREDICATES:
        return bool(words)
    return words[-1] in startup_work.ANSWERS and startup_work.START_VERBS.isdisjoint(words)


def _of_effect(program: Program, module: Module, function: Function, index: int) -> Work | None:
    effect = function.effects[index]
    if effect.kind == "import":
        name = (
            effect.args[0].name
            if effect.args and isinstance(effect.args[0], Ref)
            else getattr(effect.value, "name", "")
        )
        return Work("import", name.lstrip("."), index, "medium") if name and not about_nothing(name) else None
    if effect.kind != "call" or is_quiet(effect):
        return None
    last = last_name(effect)
    text = call_text(effect, module, function)
    words = startup_work.words(text.rpartition(".")[2])
    if words & startup_work.CLEAN_UP or operations.lookup(last) == "close" or asks(last):
        return None
    if startup_work.words(text) & startup_work.HOUSEKEEPING:
        return None
    if last in startup_work.ROUTING:
        return Work("routing", text, index, "high")
    subjects = program.subjects.of_call(effect, module, function)
    serious = [s for s in sorted(subjects) if s.role not in _LIGHT_ROLES]
    if serious:
        subject = max(serious, key=lambda s: (_LEVEL[s.confidence], s.access == "write", s.role != "cache", s.label))
        ours = bool(program.things.called_functions(effect, module, function))
        telling = 2 * ours + bool(words & startup_work.START_VERBS)
        telling -= 2 * last[:1].isupper() + 4 * (index in spawned_results(function) or last in SPAWNERS)
        return Work("service", text, index, subject.confidence, subject, telling)
    return _step(program, module, function, index, text)


_LIGHT_ROLES = frozenset({"cipher", "email", "encrypted column", "hasher", "signer", "token"})


def _step(program: Program, module: Module, function: Function, index: int, text: str) -> Work | None:
    effect = function.effects[index]
    last = last_name(effect)
    words = startup_work.words(last)
    ours = program.things.called_functions(effect, module, function)
    external = [
        t.name
        for t in program.things.callees(effect, module, function)
        if t.kind in ("external", "made") and not t.name.startswith(("typing.", "collections.abc."))
    ]
    if any(n.partition(".")[0] in startup_work.NEUTRAL_MODULES for n in external):
        return None
    verb = bool(words & startup_work.START_VERBS)
    if ours:
        if all(_is_trivial(program, name) for name in ours):
            return None
        return Work("step", text, index, "medium" if verb else "low")
    if effect.place.startswith("asyncio.") or last in _PLAIN_METHODS:
        return None
    if last == "open" and startup_work.words(effect.place) & {"file", "path", "files"}:
        return None
    if operations.lookup(last) is not None:
        return Work("step", text, index, "medium")
    if any(client_modules.of_module(n) for n in external):
        return Work("step", text, index, "medium")
    if external or verb:
        return Work("step", text, index, "medium" if verb else "low")
    return Work("other", text, index, "low") if last else None


_PLAIN_METHODS = frozenset({
    "Column", "Event", "Lock", "absolute", "add", "add_signal_handler", "and_", "annotate", "append", "copy", "count",
    "decode", "dict", "distinct", "done", "encode", "endswith", "exclude", "exists", "extend", "filter", "format",
    "func", "get", "group", "inc", "index", "insert", "is_dir", "is_file", "isoformat", "items", "join", "json",
    "keys", "labels", "limit", "lower", "match", "mkdir", "model_dump", "observe", "options", "or_", "order_by",
    "pop", "prefetch_related", "put_nowait", "read", "read_text", "replace", "resolve", "result", "search", "select",
    "select_related", "set_exception", "set_exception_handler", "set_result", "setdefault", "sleep", "sort", "split",
    "startswith", "strip", "sub", "text", "total_seconds", "touch", "update", "upper", "values", "values_list",
    "where", "write", "write_text",
})  # fmt: skip


def _is_trivial(program: Program, name: str) -> bool:
    """Whether a function of ours calls nothing that could fail outside the program."""
    where = program.names.function(name)
    if where is None:
        return False
    return not any(e.kind == "call" and not is_quiet(e) and not _is_neutral(e) for e in where[1].effects)


def _is_neutral(effect: Effect) -> bool:
    return effect.place.partition(".")[0] in startup_work.NEUTRAL_MODULES or last_name(effect) in _PLAIN_METHODS


def is_quiet(effect: Effect) -> bool:
    """Whether a call logs, prints or measures."""
    last = last_name(effect)
    head = effect.place.rpartition(".")[0]
    if last in startup_work.LOG_METHODS and (
        not head or startup_work.any_word([head.rpartition(".")[2]], startup_work.LOGGING)
    ):
        return True
    if effect.place in ("builtins.print", "warnings.warn", "traceback.print_exc"):
        return True
    words = startup_work.words(effect.place.partition(">")[2] or effect.place) or startup_work.words(last)
    if {"logging", "logger"} & (words | startup_work.words(last)):
        return True
    return (
        bool(words & startup_work.TELEMETRY) or bool(words & startup_work.WARM_UP) or last in startup_work.UPDATE_CHECK
    )


def call_text(effect: Effect, module: Module, function: Function) -> str:
    """A call as a reader would write it, without its arguments."""
    called = effect.value
    if last_name(effect) in _RUNNERS:
        called = next((a for a in effect.args if isinstance(a, Ref | Attr)), called)
    return f"{_text(called, module, function, 3)}()"


_RUNNERS = frozenset({"run_in_executor", "run_in_threadpool", "run_sync", "sync_to_async", "to_thread"})


def _text(value: Value | None, module: Module, function: Function, depth: int) -> str:
    match value:
        case Ref(name):
            return _ref_text(name, module)
        case Attr(base, name) if depth:
            return f"{_text(base, module, function, depth - 1)}.{name}"
        case Result(index) if depth:
            inner = function.effects[index]
            suffix = "()" if inner.kind == "call" else "[...]"
            return f"{_text(inner.value, module, function, depth - 1)}{suffix}"
        case Const(literal):
            return repr(literal)
        case _:
            return "..."


def _ref_text(name: str, module: Module) -> str:
    if not name.startswith(":"):
        return name.lstrip("?.").removeprefix("builtins.")
    rest = name[1:]
    _, arrow, local = rest.partition(">")
    if arrow:
        return local.rstrip("~")
    parts = rest.split(".")
    for count in range(len(parts) - 1, 0, -1):
        key = ".".join(parts[:count])
        if key in module.functions and module.functions[key].kind == "class":
            return "self." + ".".join(parts[count:])
    return rest
