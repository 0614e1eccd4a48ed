"""Calls and subscripts that read the environment or a settings object, through the project's own wrappers too."""

from msgspec import Struct

from aether_lint.catalog import env_apis
from aether_lint.facts import Attr, Const, Display, Each, Effect, Function, Opaque, Param, Ref, Result, Text, Value
from aether_lint.link.callgraph import CallGraph
from aether_lint.link.constants import UNKNOWN, Constants
from aether_lint.link.names import Module, Names, last_name
from aether_lint.link.things import ThingTable

NAME_DEPTH = 3  # bindings and calls looked through for the name that a wrapper reads
WRAPPER_DEPTH = 3  # `env_bool` -> `env_str` -> `os.getenv`; deeper ones were not met in 23 services
MAPPING_READS = frozenset({"get", "pop", "setdefault"})


class EnvRead(Struct, frozen=True):
    """A read of configuration by name.

    `names` are the variables (an unknown part as "\\x00"); `default` with the function it belongs to, None where the
    call has none; `required` when a missing variable raises; `cast` as in `env_apis.EnvApi`, or a callable's name.
    """

    names: tuple[str, ...]
    default: Value | None
    module: str
    function: str
    required: bool = False
    cast: str = "text"


class Environment:
    """Answers which effects read the environment."""

    def __init__(self, names: Names, things: ThingTable, constants: Constants, calls: CallGraph) -> None:
        self._names = names
        self._calls = calls
        self._things = things
        self._constants = constants
        self._wrappers: dict[str, Wrapper | None] = {}
        # by the identity of effects and functions, which live as long as their modules
        self._reads: dict[int, EnvRead | None] = {}
        self._of_function: dict[int, list[tuple[int, EnvRead]]] = {}

    def read(self, effect: Effect, module: Module, function: Function) -> EnvRead | None:
        """The read that a call or subscript effect is; None for anything else."""
        key = id(effect)
        if key not in self._reads:
            self._reads[key] = self._read(effect, module, function, WRAPPER_DEPTH)
        return self._reads[key]

    def reads(self, module: Module, function: Function) -> list[tuple[int, EnvRead]]:
        """The reads of a function, with the indices of their effects."""
        key = id(function)
        if key not in self._of_function:
            self._of_function[key] = [
                (index, read)
                for index, effect in enumerate(function.effects)
                if effect.kind in ("call", "item") and (read := self.read(effect, module, function)) is not None
            ]
        return self._of_function[key]

    def _read(self, effect: Effect, module: Module, function: Function, depth: int) -> EnvRead | None:
        if effect.kind == "item":
            return self._item(effect, module, function) or self._of_mapping(effect, module, function)
        if effect.kind != "call":
            return None
        if last_name(effect) in MAPPING_READS and (read := self._of_mapping(effect, module, function)) is not None:
            return read
        for thing in sorted(self._things.callees(effect, module, function)):
            if thing.kind in ("external", "made"):
                api = env_apis.lookup(thing.name)
                if api is None and thing.kind == "made":  # an instance that is called: `config("X")`
                    api = env_apis.lookup(f"{thing.name}.__call__")
                if api is not None:
                    return self._direct(api, effect, module, function)
            elif thing.kind == "function" and depth:
                wrapper = self._wrapper(thing.name, depth)
                if wrapper is not None:
                    return self._through(wrapper, effect, module, function)
        return None

    def _item(self, effect: Effect, module: Module, function: Function) -> EnvRead | None:
        for thing in self._things.of(effect.value, module, function):
            if thing.kind in ("external", "made") and thing.name in env_apis.CONTAINERS:
                names = self._constants.texts(effect.args[0], module, function)
                return EnvRead(names or (UNKNOWN,), None, module.path, function.key, required=True)
        return None

    def _direct(self, api: env_apis.EnvApi, effect: Effect, module: Module, function: Function) -> EnvRead:
        name = argument(effect, api.name_position, api.name_keyword)
        default = argument(effect, api.default_position, api.default_keyword)
        items = name.items if isinstance(name, Display) else (name,)  # `envvar=["NEW", "OLD"]`
        names = tuple(t for item in items for t in self._constants.texts(item, module, function))
        if api.scheme and default is None and len(names) == 1:
            scheme = self._scheme(effect, names[0], module)
            if scheme is not None:
                return scheme
        required = api.missing == "raises" and default is None
        cast = _cast_name(effect, api.cast_keyword) or api.cast
        return EnvRead(names or (UNKNOWN,), default, module.path, function.key, required, cast)

    def _scheme(self, effect: Effect, name: str, module: Module) -> EnvRead | None:
        """`env = environ.Env(DEBUG=(bool, True))`: the default that the reader was built with."""
        called = effect.value
        if not isinstance(called, Ref):
            return None
        place = self._names.globalise(called.name, module.path)
        for head in (place, place.rpartition(".")[0]):
            for home, owner, index in self._names.bindings(head):
                bound = owner.effects[index].value
                built = owner.effects[bound.effect] if isinstance(bound, Result) else None
                pair = argument(built, -1, name) if built is not None else None
                if isinstance(pair, Display) and len(pair.items) == 2:
                    cast = getattr(pair.items[0], "name", "").rpartition(".")[2]
                    return EnvRead((name,), pair.items[1], home.path, owner.key, False, cast or "text")
        return None

    def _of_mapping(self, effect: Effect, module: Module, function: Function) -> EnvRead | None:
        """`environ.get("KEY")` where a caller passes `os.environ` for the parameter `environ`."""
        called = effect.value if effect.kind == "item" else _receiver(effect)
        param = _param_of(called, function)
        if param is None or not effect.args or not self._is_passed(param, module, function):
            return None
        if effect.kind == "item":
            names = self._constants.texts(effect.args[0], module, function)
            return EnvRead(names or (UNKNOWN,), None, module.path, function.key, required=True)
        api = env_apis.lookup(f"os.environ.{last_name(effect)}")
        return None if api is None else self._direct(api, effect, module, function)

    def _is_passed(self, param: Param, module: Module, function: Function) -> bool:
        for _, owner, index in self._calls.sites(f"{module.path}:{function.key}"):
            value = given(owner.effects[index], param, function)
            if isinstance(value, Ref) and value.name in env_apis.CONTAINERS:
                return True
        return False

    def _wrapper(self, name: str, depth: int) -> "Wrapper | None":
        """What a function of ours is as a reader: one whose body reads a variable that a parameter names."""
        if name not in self._wrappers:
            self._wrappers[name] = None  # one that calls itself
            self._wrappers[name] = self._as_wrapper(name, depth)
        return self._wrappers[name]

    def _as_wrapper(self, name: str, depth: int) -> "Wrapper | None":
        where = self._names.function(name)
        if where is None or where[1].kind != "function" or not where[1].params:
            return None
        home, inner = where
        for effect in inner.effects:
            if effect.kind not in ("call", "item") or not effect.args:
                continue
            template = self._template(effect.args[0], home, inner)
            if template is None:
                continue
            read = self._read(effect, home, inner, depth - 1)
            if read is not None:
                passed = _param_of(read.default, inner) or _default_param(inner) if _open(read, inner) else None
                cast = "bool" if "builtins.bool" in inner.returns else read.cast
                required = read.required or _raises_when_missing(inner)
                return Wrapper(home.path, inner.key, template, read.default, passed, required, cast)
        return None

    def _template(self, value: Value, home: Module, inner: Function) -> tuple[str, Param, str] | None:
        """(text before, parameter, text after) of a variable's name that is built from a parameter."""
        parts = _parts_of_name(value, inner)
        texts: list[str] = ["", ""]
        named: Param | None = None
        for part in parts:
            param = _param_of(part, inner)
            if param is not None:  # of several the last one: it says whether this is a secret
                texts = [f"{texts[0]}{UNKNOWN if named else ''}{texts[1]}", ""]
                named = param
                continue
            texts[named is not None] += self._constants.text(part, home, inner) or UNKNOWN
        return None if named is None else (texts[0], named, texts[1])

    def _through(self, wrapper: "Wrapper", effect: Effect, module: Module, function: Function) -> EnvRead | None:
        home = self._names.modules[wrapper.path]
        inner = home.functions[wrapper.function]
        before, named, after = wrapper.template
        passed = effect.args if named.kind == "args" else (given(effect, named, inner),)
        texts = tuple(t for value in passed for t in self._constants.texts(value, module, function))
        names = tuple(f"{before}{text}{after}" for text in texts)
        if not names:
            return None
        if wrapper.passed is None:
            return EnvRead(names, wrapper.default, home.path, inner.key, wrapper.required, wrapper.cast)
        found = given(effect, wrapper.passed, inner)
        if found is not None:
            return EnvRead(names, found, module.path, function.key, False, wrapper.cast)
        return EnvRead(names, wrapper.passed.default, home.path, inner.parent, wrapper.required, wrapper.cast)


class Wrapper(Struct, frozen=True):
    """A function of ours that reads the variable which `template` names; `passed` is its parameter for the default."""

    path: str
    function: str
    template: tuple[str, Param, str]
    default: Value | None
    passed: Param | None
    required: bool
    cast: str


def _parts_of_name(value: Value | None, function: Function, depth: int = NAME_DEPTH) -> tuple[Value, ...]:
    """The parts of a variable's name as a wrapper builds it: f-string, `+`, `%`, `.format()`, `.upper()`, a loop."""
    match value:
        case Text((Const(str() as pattern), *values)) if "%s" in pattern:
            operands = [i for v in values for i in (v.items if isinstance(v, Display) else (v,))]
            return _filled(pattern.split("%s"), tuple(operands))
        case Text(parts) | Opaque("Add", parts):
            return tuple(p for part in parts for p in _parts_of_name(part, function, depth))
        case Result(index) if depth:
            effect = function.effects[index]
            receiver = _receiver(effect)
            if last_name(effect) == "format" and isinstance(receiver, Const):
                return _filled(str(receiver.value).split("{}"), effect.args)
            if last_name(effect) in ("upper", "lower", "strip") and receiver is not None:
                return _parts_of_name(receiver, function, depth - 1)
            return (value,)
        case Ref(name) if depth and _param_of(value, function) is None and name.startswith(f":{function.key}>"):
            bound = [e.value for e in function.effects if e.kind == "bind" and e.place == name]
            if len(bound) != 1:
                return (value,)
            inner = bound[0].source if isinstance(bound[0], Each) else bound[0]
            if isinstance(inner, Display) and inner.items:  # spellings of one name, looked for in this order
                inner = inner.items[0]
            return _parts_of_name(inner, function, depth - 1)
        case None:
            return ()
        case _:
            return (value,)


def _filled(texts: list[str], values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The texts of a pattern with values between them."""
    found: list[Value] = []
    for position, text in enumerate(texts):
        found += [Const(text)] if text else []
        found += values[position : position + 1]
    return tuple(found)


def _receiver(effect: Effect) -> Value | None:
    """What a method is called on."""
    if isinstance(effect.value, Attr):
        return effect.value.base
    head = effect.value.name.rpartition(".")[0] if isinstance(effect.value, Ref) else ""
    return Ref(head) if head else None


def argument(effect: Effect, position: int, keyword: str) -> Value | None:
    """The argument of a call at a 0-based position (-1: keyword only) or under its keyword."""
    for name, value in effect.keywords:
        if name == keyword:
            return value
    return effect.args[position] if 0 <= position < len(effect.args) else None


def given(effect: Effect, param: Param, function: Function) -> Value | None:
    """What a call passes for a parameter of the function it calls; None where it leaves the default."""
    for name, value in effect.keywords:
        if name == param.name:
            return value
    positional = [p for p in function.params if p.kind == "positional"]
    if function.owner and not any(
        isinstance(d, Ref) and d.name == "builtins.staticmethod" for d in function.decorators
    ):
        positional = positional[1:]
    if param in positional and (index := positional.index(param)) < len(effect.args):
        return effect.args[index]
    return None


def _open(read: EnvRead, function: Function) -> bool:
    """Whether the default is the caller's: passed on, or applied by the wrapper after the read."""
    if is_empty(read.default) or _param_of(read.default, function) is not None:
        return True
    if not isinstance(read.default, Result):
        return False
    asked = function.effects[read.default.effect]  # another source, that is given the caller's default
    passed = [_param_of(v, function) for v in (*asked.args, *(v for _, v in asked.keywords))]
    return _default_param(function) in [p for p in passed if p is not None]


def _default_param(function: Function) -> Param | None:
    return next((p for p in function.params if "default" in p.name or "fallback" in p.name), None)


def _param_of(value: Value | None, function: Function) -> Param | None:
    if not isinstance(value, Ref):
        return None
    prefix = f":{function.key}>"
    return next((p for p in function.params if value.name == prefix + p.name), None)


def _raises_when_missing(function: Function) -> bool:
    return any(e.kind == "raise" and e.when >= 0 for e in function.effects) and not any(
        p.default is not None for p in function.params
    )


def _cast_name(effect: Effect, keyword: str) -> str:
    for name, value in effect.keywords:
        if name == keyword and isinstance(value, Ref):
            return value.name.rpartition(".")[2]
    return ""


def is_empty(value: Value | None) -> bool:
    """Whether a default is no value: absent, None or an empty text."""
    return value is None or (isinstance(value, Const) and value.value in (None, ""))
