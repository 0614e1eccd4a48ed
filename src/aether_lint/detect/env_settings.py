"""The settings that a module reads from its environment, each with its name, default and the place that holds it."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import toggles, tokens
from aether_lint.detect.defaults import Default, DefaultReader, comes_from
from aether_lint.detect.settings_fields import fields_of, is_settings_class
from aether_lint.facts import Function
from aether_lint.link import Module, Program
from aether_lint.link.constants import UNKNOWN
from aether_lint.link.environment import EnvRead
from aether_lint.link.mentions import folded
from aether_lint.link.refusals import Setting
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

    @property
    def secret(self) -> tokens.SecretName | None:
        """The secret that the name promises."""
        return tokens.secret(self.name)

    @property
    def toggle(self) -> toggles.Toggle | None:
        """The switch that the name promises."""
        return toggles.lookup(self.name)

    def holding(self, value: bool | int | float | str | None) -> Setting:
        """The question whether `value` is refused."""
        reads = frozenset() if self.is_field else frozenset({(self.path, self.function, self.index)})
        return Setting(self.places, frozenset(self.variables), value, self.fields, reads, self.functions)


def settings_of(program: Program, module: Module) -> Iterator[EnvSetting]:
    """The settings of a module, in order of position within each function."""
    reader = DefaultReader(program)
    for function in module.facts.functions:
        if is_settings_class(function, program, module):
            yield from _fields(program, module, function, reader)
        for index, effect in enumerate(function.effects):
            if effect.kind in ("call", "item"):
                read = program.environment.read(effect, module, function)
                if read is not None and (setting := _read(read, module, function, index, reader)) is not None:
                    yield setting


def _read(read: EnvRead, module: Module, function: Function, index: int, reader: DefaultReader) -> EnvSetting | None:
    known = [name.replace(UNKNOWN, "") for name in read.names]
    known = [name for name in known if name]
    places, fields, functions = _holders(module, function, index)
    name = known[0] if known else ""
    if not name:
        bound = sorted(places)
        name = bound[0].rpartition(":")[2].rpartition(">")[2].rpartition(".")[2] if bound else ""
        if not name or _is_parameter_default(read, function):
            return None
    default = reader.of_read(read, module, function, index)
    exact = tuple(n for n in read.names if UNKNOWN not in n)
    span = function.effects[index].span
    return EnvSetting(
        module.path, function.key, index, span, name, exact, default, places, fields, functions, read.cast
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


def _fields(program: Program, module: Module, function: Function, reader: DefaultReader) -> Iterator[EnvSetting]:
    for field in fields_of(module, function, program, reader):
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
