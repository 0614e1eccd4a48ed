"""The settings that a module reads from its environment, each with its name, default and the place that holds it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from aether_lint.catalog import toggles, tokens
from aether_lint.facts import Function
from aether_lint.link.constants import UNKNOWN
from aether_lint.link.defaults import Default, DefaultReader, comes_from
from aether_lint.link.environment import Environment, EnvRead
from aether_lint.link.mentions import folded
from aether_lint.link.names import Module
from aether_lint.link.refusals import Setting
from aether_lint.link.settings_fields import FieldReader
from aether_lint.link.things import ThingTable
from aether_lint.model import Span


class EnvSetting(Struct, frozen=True):
    """One setting: `variables` as far as known, `name` for messages and look-ups, `span` of the read or the field.

    `index` is the effect of `function`; `places` hold the value afterwards (global names).
    """

    path: str
    function: str
    index: int
    span: Span
    name: str
    variables: tuple[str, ...]
    default: Default
    places: frozenset[str]
    fields: frozenset[str]
    functions: frozenset[str] = frozenset()
    cast: str = "text"
    is_field: bool = False
    shortest: int = 0
    wrapped: bool = False  # read by a function of the project

    @property
    def secret(self) -> tokens.SecretName | None:
        """The secret that the name promises."""
        return tokens.secret(self.name)

    @property
    def toggle(self) -> toggles.Toggle | None:
        """The switch that the name promises, or that of the framework which it is bound to (`ALLOWED_HOSTS = ...`)."""
        bound = (toggles.of_framework(place.rpartition(":")[2]) for place in sorted(self.places))
        return toggles.lookup(self.name) or next((t for t in bound if t is not None), None)

    def holding(self, value: bool | int | float | str | None) -> Setting:
        """The question whether `value` is refused."""
        reads = frozenset() if self.is_field else frozenset({(self.path, self.function, self.index)})
        return Setting(self.places, frozenset(self.variables), value, self.fields, reads, self.functions)


class SettingsTable:
    """Answers which settings a module reads, and what the names of environments default to."""

    def __init__(
        self, things: ThingTable, environment: Environment, defaults: DefaultReader, fields: FieldReader
    ) -> None:
        self._things = things
        self._environment = environment
        self._defaults = defaults
        self._fields = fields
        self._known: dict[str, tuple[EnvSetting, ...]] = {}
        self._secrets: tuple[EnvSetting, ...] | None = None

    def of_module(self, module: Module) -> tuple[EnvSetting, ...]:
        """The settings of a module, in order of position within each function."""
        if module.path not in self._known:
            self._known[module.path] = tuple(self._find(module))
        return self._known[module.path]

    def secrets(self, modules: Iterable[Module]) -> tuple[EnvSetting, ...]:
        """The settings of all modules of the program whose names promise a secret, in the order of the modules."""
        if self._secrets is None:
            found = (setting for module in modules for setting in self.of_module(module))
            self._secrets = tuple(setting for setting in found if setting.secret is not None)
        return self._secrets

    def is_settings_class(self, function: Function, module: Module) -> bool:
        """Whether a class takes its attributes from the environment."""
        return self._fields.is_settings_class(function, module)

    def _find(self, module: Module) -> Iterator[EnvSetting]:
        for function in module.facts.functions:
            if self._fields.is_settings_class(function, module):
                yield from self._of_class(module, function)
            for index, read in self._environment.reads(module, function):
                if (setting := self._of_read(read, module, function, index)) is not None:
                    yield setting

    def _of_read(self, read: EnvRead, module: Module, function: Function, index: int) -> EnvSetting | None:
        known = [name.replace(UNKNOWN, "") for name in read.names]
        known = [name for name in known if name]
        places, fields, functions = _holders(module, function, index)
        name = known[0] if known else ""
        if not name:
            bound = sorted(places)
            name = bound[0].rpartition(":")[2].rpartition(">")[2].rpartition(".")[2] if bound else ""
            if not name or _is_parameter_default(read, function):
                return None
        default = self._defaults.of_read(read, module, function, index)
        exact = tuple(n for n in read.names if UNKNOWN not in n)
        effect = function.effects[index]
        return EnvSetting(
            module.path,
            function.key,
            index,
            effect.span,
            name,
            exact,
            default,
            places,
            fields,
            functions,
            read.cast,
            wrapped=not any(t.kind in ("external", "made") for t in self._things.of(effect.value, module, function)),
        )

    def _of_class(self, module: Module, function: Function) -> Iterator[EnvSetting]:
        for field in self._fields.fields_of(module, function):
            effect = function.effects[field.index]
            yield EnvSetting(
                module.path,
                function.key,
                field.index,
                effect.span,
                field.variables[0],
                field.variables,
                field.default,
                frozenset({f"{module.path}{effect.place}"}),
                frozenset({folded(field.attribute)}),
                is_field=True,
                shortest=field.shortest,
            )


def _is_parameter_default(read: EnvRead, function: Function) -> bool:
    """Whether a read is the inside of a wrapper: its callers are the reads."""
    return bool(function.params) and read.names == (UNKNOWN,)


def _holders(module: Module, function: Function, index: int) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(global places, attribute names, functions) that hold the value of a read afterwards."""
    local: list[str] = []
    functions: set[str] = set()
    for effect in function.effects[index + 1 :]:
        if effect.kind == "bind" and comes_from(effect.value, index, local, function):
            local.append(effect.place)
        elif effect.kind == "return" and comes_from(effect.value, index, local, function):
            functions.add(f"{module.path}:{function.key}")
    attributes = {
        folded(p) for p in local if function.kind == "class" or "." in p.partition(">")[2] or _is_attribute(p)
    }
    if functions and function.kind == "function":
        attributes.add(folded(function.key))
    return frozenset(f"{module.path}{p}" for p in local), frozenset(attributes), frozenset(functions)


def _is_attribute(place: str) -> bool:
    return ">" not in place and "." in place
