"""Calls and subscripts that read the environment or a settings object, through the project's own wrappers too."""

from msgspec import Struct

from aether_lint.catalog import env_apis
from aether_lint.facts import Const, Effect, Function, Param, Ref, Text, Value
from aether_lint.link.constants import UNKNOWN, Constants
from aether_lint.link.names import Module, Names
from aether_lint.link.things import ThingTable

WRAPPER_DEPTH = 3  # `env_bool` -> `env_str` -> `os.getenv`; deeper ones were not met in 23 services


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

    def __init__(self, names: Names, things: ThingTable, constants: Constants) -> None:
        self._names = names
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
            return self._item(effect, module, function)
        if effect.kind != "call":
            return None
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
        names = self._constants.texts(name, module, function)
        required = api.missing == "raises" and default is None
        cast = _cast_name(effect, api.cast_keyword) or api.cast
        return EnvRead(names or (UNKNOWN,), default, module.path, function.key, required, cast)

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
        whole = _param_of(value, inner)
        if whole is not None:
            return "", whole, ""
        if not isinstance(value, Text):
            return None
        texts: list[str] = ["", ""]
        named: Param | None = None
        for part in value.parts:
            param = _param_of(part, inner)
            if param is not None and named is None:
                named = param
                continue
            texts[named is not None] += self._constants.text(part, home, inner) or UNKNOWN
        return None if named is None else (texts[0], named, texts[1])

    def _through(self, wrapper: "Wrapper", effect: Effect, module: Module, function: Function) -> EnvRead | None:
        home = self._names.modules[wrapper.path]
        inner = home.functions[wrapper.function]
        before, named, after = wrapper.template
        texts = self._constants.texts(given(effect, named, inner), module, function)
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
    return is_empty(read.default) or _param_of(read.default, function) is not None


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
