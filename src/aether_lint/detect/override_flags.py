"""Flags that remove a protection when somebody sets them, in production too.

One observation for each flag and module. A flag that selects a stand-in is told where the stand-in is installed.
"""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.catalog import toggles, tokens
from aether_lint.detect import degradations
from aether_lint.detect.anchor import Anchor
from aether_lint.facts import Atom, Cond, Const, Every, Function, Ref, Result, Some, Test, Value, atoms_of
from aether_lint.link import Module, Program
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.environment_names import is_label
from aether_lint.link.mentions import COMPOSITES, parts_of
from aether_lint.link.refusals import Setting
from aether_lint.model import Confidence, Span

MOST_EFFECTS = 6  # places that depend on the flag, shown as related
GUARD_DEPTH = 4  # calls from a module to the scan that refuses flags by their suffix
LOGGING = frozenset({"log", "logs", "logging", "logger", "structlog"})
NO_PROTECTION = frozenset({"tls", "ssl", "anonymous", "demo", "debugger", "https"})  # an operator's own choice


class OverrideFlag(Struct, frozen=True):
    """One flag: the variable, what it removes, where it is read, and the conditions that hang on it."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    name: str
    effect: str
    is_test: bool
    effects: tuple[Span, ...]
    confidence: Confidence


def observe(program: Program, module: Module) -> list[OverrideFlag]:
    """The unguarded override flags of a module, in order of position."""
    found: dict[str, OverrideFlag] = {}
    for flag in sorted([*_reads(program, module), *_memberships(module)], key=lambda f: f.span):
        if flag.name not in found and not _is_guarded(program, module, flag):
            found[flag.name] = flag
    told = _selecting_stand_ins(program, module) if found else frozenset()
    flags = [_with_effects(program, module, flag) for name, flag in found.items() if name not in told]
    return [flag for flag in flags if flag.effects or not flag.is_test or flag.name.startswith("PYTEST_")]


def _selecting_stand_ins(program: Program, module: Module) -> frozenset[str]:
    return frozenset(
        seen.root.name
        for seen in degradations.observe(program, module)
        if seen.trigger == "flag" or seen.root.kind == "flag"
    )


def _reads(program: Program, module: Module) -> Iterator[OverrideFlag]:
    for setting in program.settings.of_module(module):
        if setting.is_field or len(setting.variables) != 1 or not _is_off(setting):
            continue
        function = module.functions[setting.function]
        flag = _flag(setting.name, module, function, setting.index, setting.span)
        if flag is None or _is_combined(program, module, function, setting):
            continue
        if program.refusals.of(setting.holding("1")).verdict == "never":
            yield flag


def _is_off(setting: EnvSetting) -> bool:
    default = setting.default
    if default.kind == "none" or default.value in (False, 0):
        return True
    return default.kind == "text" and all(t.strip().lower() in toggles.FALSE_TEXTS for t in default.texts)


def _flag(name: str, module: Module, function: Function, index: int, span: Span) -> OverrideFlag | None:
    is_test = name in tokens.TEST_VARIABLES
    override = toggles.override(name)
    if not is_test and (override is None or NO_PROTECTION.intersection(tokens.words(name))):
        return None
    if toggles.NO_SWITCHES.intersection(tokens.words(name)):
        return None
    if is_test and LOGGING.intersection(tokens.words(f"{module.path}.{function.key}")):
        return None
    effect = "the production behavior" if override is None else override.effect
    anchor = Anchor(module.path, function.key, "effect", index)
    return OverrideFlag(anchor, module.path, function.key, span, name, effect, is_test, (), "medium")


def _memberships(module: Module) -> Iterator[OverrideFlag]:
    """`"PYTEST_CURRENT_TEST" in os.environ`."""
    if not any(name == "os" or name.startswith("os.") for name in module.facts.imports):
        return
    for function in module.facts.functions:
        for index, effect in enumerate(function.effects):
            for cond in _tests_in(effect.value) if type(effect.value) in COMPOSITES else ():
                yield from _named(cond, module, function, index, effect.span)
        direct: set[Span] = set()
        for number, guard in enumerate(function.guards):
            first = guard.span not in direct  # the second guard of a test is what follows its early exit
            direct.add(guard.span)
            named = list(_named(guard.cond, module, function, -1, guard.span)) if first else []
            if named and _weakens(function, number):
                yield from named


def _weakens(function: Function, guard: int) -> bool:
    """Whether what stands under a guard does anything but raise, log or set up logging."""
    under = [e for e in function.effects if e.when == guard]
    return any(e.kind in ("return", "bind", "call", "yield", "write") and not is_label(e.place) for e in under)


def _named(cond: Cond, module: Module, function: Function, index: int, span: Span) -> Iterator[OverrideFlag]:
    for atom in atoms_of(cond):
        match atom:
            case Atom("in", Const(str() as name), Ref("os.environ"), True) if name in tokens.TEST_VARIABLES:
                flag = _flag(name, module, function, index, span)
                if flag is not None:
                    yield flag


def _tests_in(value: Value | None) -> Iterator[Cond]:
    if isinstance(value, Test):
        yield value.cond
    for part in parts_of(value):
        yield from _tests_in(part)


def _is_combined(program: Program, module: Module, function: Function, setting: EnvSetting) -> bool:
    """Whether the flag counts only together with a test runner, another flag or outside production."""
    conds = [g.cond for g in function.guards] + [c for e in function.effects for c in _tests_in(e.value)]
    return any(_combined(program, c, module, function, setting) for c in conds)


def _combined(program: Program, cond: Cond, module: Module, function: Function, setting: EnvSetting) -> bool:
    match cond:
        case Every(conds):
            question = setting.holding("1")
            mine = [c for c in conds if _involves(program, c, module, function, question)]
            others = [c for c in conds if c not in mine]
            if mine and others:
                gate = program.gates.of_cond(Every(tuple(others)), module, function)
                if gate.level != "open" and setting.name not in gate.names:
                    return True
            return any(_combined(program, c, module, function, setting) for c in conds)
        case Some(conds):
            return any(_combined(program, c, module, function, setting) for c in conds)
        case _:
            return False


def _involves(program: Program, cond: Cond, module: Module, function: Function, question: Setting) -> bool:
    return any(
        program.refusals.is_value(side, module, function, question)
        for atom in atoms_of(cond)
        for side in (atom.value, atom.arg)
        if side is not None
    )


def _is_guarded(program: Program, module: Module, flag: OverrideFlag) -> bool:
    function = module.functions[flag.scope]
    if flag.anchor.index >= 0:
        gate = program.gates.of_site(module, function, flag.anchor.index)
        if gate.level in ("closed", "test"):
            return True
    return _is_named_to_guard(program, module, flag.name) or _is_scanned(program, module, flag.name)


def _is_named_to_guard(program: Program, module: Module, name: str) -> bool:
    """Whether the name of the flag is handed to a function that may refuse it."""
    for function in module.facts.functions:
        for effect in function.effects:
            if effect.kind != "call" or not effect.args:
                continue
            if name not in {t for a in effect.args for t in program.constants.texts(a, module, function)}:
                continue
            for called in program.things.called_functions(effect, module, function):
                where = program.names.function(called)
                if where is not None and any(e.kind == "raise" for e in where[1].effects):
                    return True
    return False


def _is_scanned(program: Program, module: Module, name: str) -> bool:
    """Whether the module runs a check that refuses every flag with this ending."""
    if _is_scanned not in program.kept:
        program.kept[_is_scanned] = list(_scans(program))
    guards = {guard for guard, suffix in program.kept[_is_scanned] if name.endswith(suffix)}
    if not guards:
        return False
    seen: set[str] = set()
    front = [f"{module.path}:"]
    for _ in range(GUARD_DEPTH):
        following: list[str] = []
        for caller in front:
            where = program.names.function(caller)
            if where is None or caller in seen:
                continue
            seen.add(caller)
            following += [called for _, called in program.calls.callees(*where)]
        if guards.intersection(following):
            return True
        front = following
    return False


def _scans(program: Program) -> Iterator[tuple[str, str]]:
    """(function, suffix) of the functions that look for flags by suffix in the whole environment and raise."""
    for path in sorted(program.names.modules):
        module = program.names.modules[path]
        for function, index in module.calls.get("endswith", ()):
            effect = function.effects[index]
            if not effect.args or not any(e.kind == "raise" for e in function.effects):
                continue
            suffix = program.constants.text(effect.args[0], module, function)
            if suffix and suffix.isupper() and _iterates_environment(function):
                yield f"{path}:{function.key}", suffix


def _iterates_environment(function: Function) -> bool:
    return any(e.kind == "call" and e.place.startswith("os.environ.") for e in function.effects) or any(
        e.kind == "bind" and isinstance(e.value, Ref | Result) and "os.environ" in str(e.value)
        for e in function.effects
    )


def _with_effects(program: Program, module: Module, flag: OverrideFlag) -> OverrideFlag:
    spans = []
    for function in module.facts.functions:
        for guard in function.guards:
            gate = program.gates.of_cond(guard.cond, module, function)
            if gate.level == "flag" and flag.name in gate.names and guard.span.line != flag.span.line:
                spans.append(guard.span)
    return OverrideFlag(
        flag.anchor, flag.path, flag.scope, flag.span, flag.name, flag.effect, flag.is_test,
        tuple(dict.fromkeys(spans))[:MOST_EFFECTS], flag.confidence,
    )  # fmt: skip
