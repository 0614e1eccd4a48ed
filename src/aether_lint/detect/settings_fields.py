"""Fields of settings classes: annotated attributes that a library fills from variables of the same name."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import env_apis
from aether_lint.detect.defaults import REQUIRED, Default, DefaultReader
from aether_lint.facts import Const, Display, Effect, Function, Opaque, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.environment import argument

NO_FIELDS = frozenset({"model_config", "Config"})


class Field(Struct, frozen=True):
    """One field: `attribute` in the class, the `variables` it is read from, default and shortest length."""

    attribute: str
    variables: tuple[str, ...]
    default: Default
    index: int  # of the binding in the class
    shortest: int = 0


def is_settings_class(function: Function, program: Program, module: Module) -> bool:
    """Whether a class takes its attributes from the environment."""
    if function.kind != "class":
        return False
    bases = program.things.bases(f"{module.path}:{function.key}")
    return any(base.kind == "external" and env_apis.settings_base(base.name) for base in bases)


def fields_of(module: Module, function: Function, program: Program, reader: DefaultReader) -> Iterator[Field]:
    """The fields of a settings class that have a default; reads of other libraries in its body are no fields."""
    prefix = _prefix(module, function, program)
    annotated = dict(function.annotations)
    for index, effect in enumerate(function.effects):
        attribute = effect.place.rpartition(".")[2]
        if effect.kind != "bind" or attribute in NO_FIELDS or attribute.startswith("__"):
            continue
        if effect.place.rpartition(".")[0] != f":{function.key}" or effect.place not in annotated:
            continue
        if any(name.endswith("ClassVar") for name in annotated[effect.place]):
            continue
        yield _field(attribute, index, effect, prefix, module, function, program, reader)


def _field(
    attribute: str,
    index: int,
    effect: Effect,
    prefix: str,
    module: Module,
    function: Function,
    program: Program,
    reader: DefaultReader,
) -> Field:
    variables: tuple[str, ...] = (prefix + attribute.upper(),)
    call = function.effects[effect.value.effect] if isinstance(effect.value, Result) else None
    if call is None or call.place not in env_apis.FIELD_FUNCTIONS:
        return Field(attribute, variables, reader.of_value(effect.value, module, function), index)
    aliases = [v for k, v in call.keywords if k in env_apis.FIELD_FUNCTIONS[call.place]]
    named = tuple(t for alias in aliases for t in _aliases(alias, module, function, program))
    shortest = argument(call, -1, "min_length")
    length = shortest.value if isinstance(shortest, Const) and isinstance(shortest.value, int) else 0
    return Field(attribute, named or variables, _default(call, module, function, reader), index, length)


def _default(call: Effect, module: Module, function: Function, reader: DefaultReader) -> Default:
    factory = argument(call, -1, "default_factory")
    if factory is not None:
        return reader.of_value(factory, module, function)
    value = argument(call, 0, "default")
    if value is None or (isinstance(value, Opaque) and not value.parts):
        return REQUIRED
    return reader.of_value(value, module, function)


def _aliases(value: Value, module: Module, function: Function, program: Program) -> tuple[str, ...]:
    if isinstance(value, Result):
        call = function.effects[value.effect]
        return tuple(t for a in call.args for t in program.constants.texts(a, module, function))
    if isinstance(value, Display):
        return tuple(t for i in value.items for t in program.constants.texts(i, module, function))
    return program.constants.texts(value, module, function)


def _prefix(module: Module, function: Function, program: Program) -> str:
    """`env_prefix` of the class or of the nearest base that has one."""
    for base in program.things.bases(f"{module.path}:{function.key}"):
        where = program.names.function(base.name) if base.kind == "class" else None
        if where is None:
            continue
        home, owner = where
        for inner in (owner, home.functions.get(f"{owner.key}.Config")):
            found = None if inner is None else _prefix_in(inner, home, program)
            if found is not None:
                return found
    return ""


def _prefix_in(function: Function, module: Module, program: Program) -> str | None:
    for effect in function.effects:
        if effect.kind != "bind":
            continue
        value: Value | None = None
        if effect.place.endswith(".env_prefix"):
            value = effect.value
        elif effect.place.endswith(".model_config") and isinstance(effect.value, Result):
            value = argument(function.effects[effect.value.effect], -1, "env_prefix")
        elif effect.place.endswith(".model_config") and isinstance(effect.value, Display):
            pairs = zip(effect.value.keys, effect.value.items, strict=False)
            value = next((v for k, v in pairs if k == Const("env_prefix")), None)
        if value is not None:
            return program.constants.text(value, module, function)
    return None
