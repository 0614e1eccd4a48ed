"""The settings that hold the name of the environment, and the checks that hang on them."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import tokens
from aether_lint.facts import Arms, Atom, Attr, Cond, Const, Display, Every, Function, Ref, Result, Some, Test, Value
from aether_lint.link.env_settings import EnvSetting, SettingsTable
from aether_lint.link.mentions import COMPOSITES, folded, parts_of
from aether_lint.link.names import Module, Names
from aether_lint.link.things import ThingTable
from aether_lint.model import Span

ENVIRONMENTS = tokens.PRODUCTION_VALUES | tokens.STAGING_VALUES | tokens.NON_PRODUCTION_VALUES
LABELS = (
    "log",
    "format",
    "label",
    "level",
    "title",
    "color",
    "tag",
    "banner",
    "debug",
    "echo",
    "workers",
    "reload",
    "pool",
)


class EnvironmentCheck(Struct, frozen=True):
    """A comparison of the environment's name, and whether it decides about more than a label."""

    setting: EnvSetting
    path: str
    span: Span
    raises: bool


class EnvironmentNames:
    """Answers which setting says what the environment is, and what depends on it."""

    def __init__(self, names: Names, things: ThingTable, settings: SettingsTable) -> None:
        self._names = names
        self._things = things
        self._settings = settings
        self._all: list[EnvSetting] | None = None
        self._checks: list[EnvironmentCheck] | None = None
        self._of_setting: dict[tuple[str, str, int], list[EnvironmentCheck]] = {}

    def all(self) -> list[EnvSetting]:
        """The settings, in order of path and position."""
        if self._all is None:
            self._all = [
                setting
                for path in sorted(self._names.modules)
                for setting in self._settings.of_module(self._names.modules[path])
                if tokens.is_environment_name(setting.name) and not _is_of_a_vendor(setting)
            ]
        return self._all

    def of_value(self, value: Value, module: Module, function: Function) -> EnvSetting | None:
        """The setting that a value is, through attributes, calls and `.lower()`."""
        if isinstance(value, Const) or not self.all():
            return None
        if isinstance(value, Result):
            return self._of_result(value.effect, module, function)
        if not isinstance(value, Ref | Attr):
            return None
        place = self._names.globalise(value.name, module.path) if isinstance(value, Ref) else ""
        exact = next((s for s in self.all() if place in s.places), None)
        if exact is None and isinstance(value, Ref) and "." not in value.name.rpartition(">")[2].lstrip(":"):
            return None  # a variable of the same name
        attribute = folded(value.name)
        return exact or next((s for s in self.all() if attribute in s.fields), None)

    def _of_result(self, index: int, module: Module, function: Function) -> EnvSetting | None:
        effect = function.effects[index]
        site = (module.path, function.key, index)
        called = self._things.called_functions(effect, module, function) if effect.kind == "call" else []
        for setting in self.all():
            if site == (setting.path, setting.function, setting.index) or setting.functions.intersection(called):
                return setting
        base = effect.value.base if isinstance(effect.value, Attr) else None
        if base is None and isinstance(effect.value, Ref) and effect.value.name.startswith(":"):
            base = Ref(effect.value.name.rpartition(".")[0])
        return None if base is None else self.of_value(base, module, function)

    def checks(self) -> list[EnvironmentCheck]:
        """The comparisons that decide about more than a label, in order of path and position."""
        if self._checks is None:
            self._checks = list(self._find()) if self.all() else []
        return self._checks

    def checks_of(self, setting: EnvSetting) -> list[EnvironmentCheck]:
        """The checks that compare a setting, or another one that is kept in the same place."""
        key = (setting.path, setting.function, setting.index)
        if key not in self._of_setting:
            self._of_setting[key] = [
                c for c in self.checks() if c.setting == setting or c.setting.places & setting.places
            ]
        return self._of_setting[key]

    def _find(self) -> Iterator[EnvironmentCheck]:
        for module, function in self._names.functions():
            for number, guard in enumerate(function.guards):
                for atom in _comparisons(guard.cond):
                    setting = self.of_value(atom.value, module, function)
                    if setting is not None and (decides := _decides(function, number)):
                        yield EnvironmentCheck(setting, module.path, guard.span, decides == "raises")
            for effect in function.effects:
                if type(effect.value) not in COMPOSITES or effect.kind not in ("bind", "return"):
                    continue
                if is_label(effect.place):
                    continue
                for atom in _compared_in(effect.value):
                    setting = self.of_value(atom.value, module, function)
                    if setting is not None:
                        yield EnvironmentCheck(setting, module.path, effect.span, False)


def _is_of_a_vendor(setting: EnvSetting) -> bool:
    """Whether the name tells which of a vendor's environments is called, not where this program runs."""
    return "sandbox" in setting.default.texts or bool(tokens.OUTBOUND_WORDS.intersection(tokens.words(setting.name)))


def _comparisons(cond: Cond) -> Iterator[Atom]:
    match cond:
        case Atom("equals" | "in", _, arg, _) if _names_environment(arg):
            yield cond
        case Every(conds) | Some(conds):
            for part in conds:
                yield from _comparisons(part)


def _names_environment(arg: Value | None) -> bool:
    items = arg.items if isinstance(arg, Display) else (arg,)
    listed = {str(i.value).lower() for i in items if isinstance(i, Const)}
    if listed & tokens.PRODUCTION_VALUES and listed & tokens.NON_PRODUCTION_VALUES:
        return False  # the list of all valid names
    return bool(listed & ENVIRONMENTS) or isinstance(arg, Ref)


def _compared_in(value: Value | None) -> Iterator[Atom]:
    match value:
        case Test(cond):
            yield from _comparisons(cond)
        case Arms(_, values, test):
            for part in values:
                yield from _compared_in(part)
            if test is not None:
                yield from _comparisons(test)
        case _:
            for part in parts_of(value):
                yield from _compared_in(part)


def _decides(function: Function, number: int) -> str:
    """ "raises", "acts" or "": what stands directly under a guard."""
    under = [e for e in function.effects if e.when == number]
    if any(e.kind == "raise" for e in under):
        return "raises"
    acts = any(e.kind == "return" or (e.kind in ("call", "bind") and not is_label(e.place)) for e in under)
    return "acts" if acts else ""


def is_label(place: str) -> bool:
    """Whether a place or call of this name is about logs, labels and sizes."""
    named = place.lower()
    return any(word in named for word in LABELS)
