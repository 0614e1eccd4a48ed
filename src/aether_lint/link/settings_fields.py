"""Fields of settings classes: annotated attributes that a library fills from variables of the same name."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import env_apis
from aether_lint.facts import Const, Display, Effect, Function, Opaque, Result, Value
from aether_lint.link.constants import Constants
from aether_lint.link.defaults import REQUIRED, Default, DefaultReader
from aether_lint.link.environment import argument
from aether_lint.link.names import Module, Names
from aether_lint.link.things import ThingTable

NO_FIELDS = frozenset({"model_config", "Config"})


class Field(Struct, frozen=True):
    """One field: `attribute` in the class, the `variables` it is read from, default and shortest length."""

    attribute: str
    variables: tuple[str, ...]
    default: Default
    index: int  # of the binding in the class
    shortest: int = 0


class FieldReader:
    """Finds settings classes and their fields."""

    def __init__(self, names: Names, things: ThingTable, constants: Constants, defaults: DefaultReader) -> None:
        self._names = names
        self._things = things
        self._constants = constants
        self._defaults = defaults

    def is_settings_class(self, function: Function, module: Module) -> bool:
        """Whether a class takes its attributes from the environment."""
        if function.kind != "class":
            return False
        bases = self._things.bases(f"{module.path}:{function.key}")
        return any(base.kind == "external" and env_apis.settings_base(base.name) for base in bases)

    def fields_of(self, module: Module, function: Function) -> Iterator[Field]:
        """The fields of a settings class that have a default; reads of other libraries in its body are no fields."""
        prefix = self._prefix(module, function)
        annotated = dict(function.annotations)
        for index, effect in enumerate(function.effects):
            attribute = effect.place.rpartition(".")[2]
            if effect.kind != "bind" or attribute in NO_FIELDS or attribute.startswith("__"):
                continue
            if effect.place.rpartition(".")[0] != f":{function.key}" or effect.place not in annotated:
                continue
            if any(name.endswith("ClassVar") for name in annotated[effect.place]):
                continue
            yield self._field(attribute, index, effect, prefix, module, function)

    def _field(
        self, attribute: str, index: int, effect: Effect, prefix: str, module: Module, function: Function
    ) -> Field:
        variables: tuple[str, ...] = (prefix + attribute.upper(),)
        call = function.effects[effect.value.effect] if isinstance(effect.value, Result) else None
        if call is None or call.place not in env_apis.FIELD_FUNCTIONS:
            return Field(attribute, variables, self._defaults.of_value(effect.value, module, function), index)
        aliases = [v for k, v in call.keywords if k in env_apis.FIELD_FUNCTIONS[call.place]]
        named = tuple(t for alias in aliases for t in self._aliases(alias, module, function))
        shortest = argument(call, -1, "min_length")
        length = shortest.value if isinstance(shortest, Const) and isinstance(shortest.value, int) else 0
        return Field(attribute, named or variables, self._default(call, module, function), index, length)

    def _default(self, call: Effect, module: Module, function: Function) -> Default:
        factory = argument(call, -1, "default_factory")
        if factory is not None:
            return self._defaults.of_value(factory, module, function)
        value = argument(call, 0, "default")
        if value is None or (isinstance(value, Opaque) and not value.parts):
            return REQUIRED
        return self._defaults.of_value(value, module, function)

    def _aliases(self, value: Value, module: Module, function: Function) -> tuple[str, ...]:
        if isinstance(value, Result):
            call = function.effects[value.effect]
            return tuple(t for a in call.args for t in self._constants.texts(a, module, function))
        if isinstance(value, Display):
            return tuple(t for i in value.items for t in self._constants.texts(i, module, function))
        return self._constants.texts(value, module, function)

    def _prefix(self, module: Module, function: Function) -> str:
        """`env_prefix` of the class or of the nearest base that has one."""
        for base in self._things.bases(f"{module.path}:{function.key}"):
            where = self._names.function(base.name) if base.kind == "class" else None
            if where is None:
                continue
            home, owner = where
            for inner in (owner, home.functions.get(f"{owner.key}.Config")):
                found = None if inner is None else self._prefix_in(inner, home)
                if found is not None:
                    return found
        return ""

    def _prefix_in(self, function: Function, module: Module) -> str | None:
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
                return self._constants.text(value, module, function)
        return None
