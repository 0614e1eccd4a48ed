"""Variables whose text is taken for a boolean: every text that is not empty is true, "false" and "0" too."""

from functools import cached_property
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import toggles, tokens
from aether_lint.catalog.word_list import word_set
from aether_lint.detect.anchor import Anchor
from aether_lint.facts import Arms, Atom, Cond, Every, Function, Ref, Result, Some, Test, Value
from aether_lint.link import Module, Program
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.mentions import parts_of
from aether_lint.model import Confidence, Span

Form = Literal["tested", "bool", "default"]
"""tested: the truth of a text with a false-looking default. bool: `bool(text)`. default: a boolean default, no cast."""

FLAG_WORDS = word_set(
    """
    enable enabled enables disable disabled use allow skip debug verbose dry run is has should force require required
    verify testing test mock flag on off active secure insecure
    """
)
NO_FLAG_WORDS = tokens.NOT_SECRET_WORDS - {"enabled", "required", "secure", "mode", "state", "status", "per", "usage"}


class TruthyText(Struct, frozen=True):
    """One read whose text is taken for a boolean; `span` is the read, `test` where its truth is taken."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    name: str
    form: Form
    default: str
    test: Span
    confidence: Confidence
    is_setting: bool


def observe(program: Program, module: Module) -> list[TruthyText]:
    """The texts of a module that are taken for booleans, in order of position."""
    found: dict[Span, TruthyText] = {}
    for setting in program.settings.of_module(module):
        seen = None if setting.is_field else _judge(program, module, setting)
        if seen is not None:
            found.setdefault(seen.span, seen)
    return sorted(found.values(), key=lambda seen: seen.span)


def _judge(program: Program, module: Module, setting: EnvSetting) -> TruthyText | None:
    function = module.functions[setting.function]
    effect = function.effects[setting.index]
    if effect.kind != "call" or setting.cast not in ("text", "any"):
        return None
    default = setting.default
    uses = _Uses(module, function, setting.index)
    if default.kind == "flag" and default.later is None:
        if not _casts_itself(program, module, function, setting) and not uses.parsed():
            return _seen(setting, "default", str(default.value), setting.span, "high")
        return None
    false_text = default.kind == "text" and all(t.lower() in toggles.FALSE_TEXTS - {""} for t in default.texts)
    boolean_text = default.kind == "text" and all(
        t.lower() in toggles.TRUE_TEXTS | toggles.FALSE_TEXTS - {""} for t in default.texts
    )
    converted = uses.bool_call()
    if converted is not None and (boolean_text or _is_flag(setting)):
        return _seen(
            setting, "bool", default.texts[0] if default.texts else "", converted, "high" if boolean_text else "medium"
        )
    if not default.texts or not false_text:
        return None
    if "0" in default.texts and uses.parsed():
        return None  # a count
    tested = uses.truth()
    return None if tested is None else _seen(setting, "tested", default.texts[0], tested, "high")


def _seen(setting: EnvSetting, form: Form, default: str, test: Span, confidence: Confidence) -> TruthyText:
    anchor = Anchor(setting.path, setting.function, "effect", setting.index)
    is_setting = setting.cast == "any"
    return TruthyText(
        anchor, setting.path, setting.function, setting.span, setting.name, form, default, test, confidence, is_setting
    )


def _is_flag(setting: EnvSetting) -> bool:
    """Whether `bool(...)` of the setting asks for a switch, not for presence."""
    if setting.name in tokens.TEST_VARIABLES | tokens.PLATFORM_MARKERS or setting.name.endswith("_COLOR"):
        return False  # set by a test runner, a host or a terminal: presence is what they say
    return setting.default.texts in ((), ("",)) and _is_named_flag(setting)


def _is_named_flag(setting: EnvSetting) -> bool:
    named = tokens.words(setting.name)
    if not named or setting.secret is not None or named[-1] in NO_FLAG_WORDS:
        return False
    return toggles.lookup(setting.name) is not None or named[-1] in FLAG_WORDS or named[0] in FLAG_WORDS


def _casts_itself(program: Program, module: Module, function: Function, setting: EnvSetting) -> bool:
    """Whether the library turns the text into the type of the default."""
    for thing in program.things.of(function.effects[setting.index].value, module, function):
        if thing.kind in ("external", "made") and thing.name.startswith(
            ("environ.", "dynaconf.", "click.", "typer.", "flask.")
        ):
            return True
        if thing.kind == "function":
            return True  # what a helper of the project makes of its default is its own affair
    return False


class _Uses:
    """What becomes of the result of one read inside its module."""

    def __init__(self, module: Module, function: Function, index: int) -> None:
        self._module = module
        self._function = function
        self._index = index

    @cached_property
    def _places(self) -> frozenset[str]:
        bound = [e for e in self._function.effects if e.kind == "bind"]
        converted = {e.place for e in bound if not self._plain(e.value)}  # bound anew: `v = parse(v)`
        return frozenset(e.place for e in bound if self._plain(e.value) and e.place not in converted)

    @cached_property
    def _held(self) -> frozenset[str]:
        """Places that hold the text at first, also where they are bound anew: `if isinstance(v, str): v = parse(v)`."""
        return frozenset(e.place for e in self._function.effects if e.kind == "bind" and self._plain(e.value))

    def _plain(self, value: Value | None) -> bool:
        """Whether a value is the text as it was read (also with an `or` or stripped)."""
        match value:
            case Result(index) if index == self._index:
                return True
            case Result(index):
                effect = self._function.effects[index]
                name = effect.value
                is_strip = getattr(name, "name", "").rpartition(".")[2] in ("strip", "lower", "upper")
                return effect.kind == "call" and is_strip and self._plain(getattr(name, "base", None))
            case Arms("or", values, _):
                return self._plain(values[0])
            case _:
                return False

    def _is(self, value: Value | None) -> bool:
        return self._plain(value) or (isinstance(value, Ref) and value.name in self._held)

    def truth(self) -> Span | None:
        """Where the truth of the text decides: a branch, a `not`, a condition of a choice."""
        if any(self._is_operand(v) for e in self._function.effects for v in (e.value, *e.args)):
            return None  # `text or fallback`: the guard is that of the operator
        for function in self._readers():
            for guard in function.guards:
                if self._tests(guard.cond, function):
                    return guard.span
            for effect in function.effects:
                if any(
                    self._chooses(v, function) for v in (effect.value, *effect.args, *(v for _, v in effect.keywords))
                ):
                    return effect.span
        return None

    def _is_operand(self, value: Value | None) -> bool:
        if isinstance(value, Arms) and value.op in ("or", "and") and any(self._plain(v) for v in value.values):
            return True
        return any(self._is_operand(p) for p in parts_of(value))

    def _readers(self) -> list[Function]:
        """The function of the read, and the others of the module where a global holds it."""
        return [function for function in self._module.facts.functions if self._may_read(function)]

    def _may_read(self, function: Function) -> bool:
        return function is self._function or (not self._function.key and bool(self._places))

    def _tests(self, cond: Cond, function: Function) -> bool:
        match cond:
            case Atom("truthy", value, _, _):
                own = function is self._function and self._plain(value)
                return own or (isinstance(value, Ref) and value.name in self._places)
            case Every(conds) | Some(conds):
                return any(self._tests(c, function) for c in conds)
            case _:
                return False

    def _chooses(self, value: Value | None, function: Function) -> bool:
        match value:
            case Test(cond):
                return self._tests(cond, function)
            case Arms("if", _, test) if test is not None:
                return self._tests(test, function)
            case _:
                return any(self._chooses(p, function) for p in parts_of(value))

    def bool_call(self) -> Span | None:
        """Where `bool()` is called with the text."""
        for function, index in self._module.calls.get("bool", ()):
            effect = function.effects[index]
            if effect.place == "builtins.bool" and effect.args and self._may_read(function):
                given = effect.args[0]
                own = function is self._function and self._plain(given)
                if own or (isinstance(given, Ref) and given.name in self._places):
                    return effect.span
        return None

    def parsed(self) -> bool:
        """Whether the text is compared, cast or handed to something that parses it."""
        for effect in self._function.effects:
            if effect.kind == "call" and effect.place != "builtins.bool":
                receiver = getattr(effect.value, "base", None)
                if isinstance(effect.value, Ref) and effect.value.name.startswith(":"):
                    receiver = Ref(effect.value.name.rpartition(".")[0])
                if self._is(receiver) or any(self._is(a) for a in effect.args):
                    return True
        return any(self._compared(f) for f in self._readers())

    def _compared(self, function: Function) -> bool:
        conds = [g.cond for g in function.guards]
        conds += [t for e in function.effects for v in (e.value, *e.args) for t in _tests_in(v)]
        return any(self._compares(c) for c in conds)

    def _compares(self, cond: Cond) -> bool:
        match cond:
            case Atom("equals" | "in" | "isinstance", value, arg, _):
                return self._is(value) or self._is(arg)
            case Every(conds) | Some(conds):
                return any(self._compares(c) for c in conds)
            case _:
                return False


def _tests_in(value: Value | None) -> list[Cond]:
    if isinstance(value, Test):
        return [value.cond]
    return [c for part in parts_of(value) for c in _tests_in(part)]
