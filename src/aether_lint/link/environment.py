"""Calls and subscripts that read the environment or a settings object, through the project's own wrappers too."""

from msgspec import Struct

from aether_lint.catalog import env_apis
from aether_lint.facts import Const, Effect, Function, Param, Ref, Value
from aether_lint.link.constants import UNKNOWN, Constants
from aether_lint.link.names import Module, Names
from aether_lint.link.things import Thing, ThingTable

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

    def read(self, effect: Effect, module: Module, function: Function, depth: int = WRAPPER_DEPTH) -> EnvRead | None:
        """The read that a call or subscript effect is; None for anything else."""
        if effect.kind == "item":
            return self._item(effect, module, function)
        if effect.kind != "call":
            return None
        for thing in sorted(self._things.callees(effect, module, function)):
            if thing.kind in ("external", "made"):
                api = env_apis.lookup(thing.name)
                if api is not None:
                    return self._direct(api, effect, module, function)
            elif thing.kind == "function" and depth:
                found = self._wrapped(thing, effect, module, function, depth)
                if found is not None:
                    return found
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

    def _wrapped(
        self, thing: Thing, effect: Effect, module: Module, function: Function, depth: int
    ) -> EnvRead | None:
        """A call of our own function whose body reads a variable that a parameter names."""
        where = self._names.function(thing.name)
        if where is None or where[1].kind != "function":
            return None
        home, inner = where
        for call in inner.effects:
            if call.kind not in ("call", "item"):
                continue
            if not any(_is_param_ref(a, inner) for a in (*call.args, *(v for _, v in call.keywords))):
                continue
            read = self.read(call, home, inner, depth - 1)
            if read is None:
                continue
            named = _param_of(call.args[0] if call.args else None, inner)
            if named is None:
                continue
            names = self._constants.texts(given(effect, named, inner), module, function)
            if not names:
                return None
            default, owner = self._default(read, call, effect, home, inner, (module, function))
            required = read.required or _raises_when_missing(inner)
            cast = read.cast or ("bool" if "builtins.bool" in inner.returns else "")
            return EnvRead(names, default, owner[0].path, owner[1].key, required, cast)
        return None

    def _default(
        self,
        read: EnvRead,
        call: Effect,
        effect: Effect,
        home: Module,
        inner: Function,
        outer: tuple[Module, Function],
    ) -> tuple[Value | None, tuple[Module, Function]]:
        passed = _param_of(read.default, inner)
        if passed is None:
            fallback = next((p for p in inner.params if "default" in p.name or "fallback" in p.name), None)
            if read.default is None and fallback is not None:
                passed = fallback
        if passed is None:
            return read.default, (home, inner)
        found = given(effect, passed, inner)
        if found is not None:
            return found, outer
        parent = home.functions.get(inner.parent, inner)
        return passed.default, (home, parent)


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
    if function.owner and not any(isinstance(d, Ref) and d.name == "builtins.staticmethod" for d in function.decorators):
        positional = positional[1:]
    if param in positional and (index := positional.index(param)) < len(effect.args):
        return effect.args[index]
    return None


def _is_param_ref(value: Value, function: Function) -> bool:
    return _param_of(value, function) is not None


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
