"""Settings whose value, when nobody sets them, leaves something open: value by name by later fate.

Judged in this order, the first that fits decides: credentials in a URL, the open position of a switch, a random secret,
another secret, a literal secret, an empty secret that is used as a key.
"""

from typing import Literal

from msgspec import Struct

from aether_lint.catalog import toggles, tokens
from aether_lint.detect import secret_values, warned_values
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.key_uses import KeyUse, key_use
from aether_lint.detect.reach import Reach, holds_unset, reach
from aether_lint.facts import Function, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.gates import guard_chain
from aether_lint.link.refusals import Refusal, Scalar
from aether_lint.model import Confidence, Severity

Kind = Literal["credentials", "open", "random", "shared", "literal", "empty", "lenient", "warned"]
"""lenient: a literal secret that only production refuses, while the environment defaults to something else. warned: a
check finds it missing or a placeholder, and only logs."""


class WeakSetting(Struct, frozen=True):
    """One setting with a weak value.

    `value` is the weak default as text, `reach` whether it is met in production, `use` where an empty secret is used.
    """

    kind: Kind
    setting: EnvSetting
    scope: str
    value: str
    severity: Severity
    confidence: Confidence
    reach: Reach = "open"
    use: KeyUse | None = None
    toggle: toggles.Toggle | None = None

    @property
    def anchor(self) -> Anchor:
        """The read or the field."""
        return Anchor(self.setting.path, self.setting.function, "effect", self.setting.index)


HANDED_ON = frozenset({"API key", "token", "access key"})  # secrets by which a program is known elsewhere


def observe(program: Program, module: Module) -> list[WeakSetting]:
    """The weak settings of a module, one for each variable, in order of position."""
    found: dict[tuple[Kind, str], WeakSetting] = {}
    for setting in sorted(program.settings.of_module(module), key=lambda s: s.span):
        weak = _judge(program, module, setting)
        if weak is not None:
            found.setdefault((weak.kind, setting.name), weak)
    for seen in warned_values.find(program, module):
        setting = seen.setting
        if _judge(program, program.names.modules[setting.path], setting) is None:  # else it is told at the read
            check = KeyUse("", module.path, seen.span, verifies=True)
            weak = WeakSetting("warned", setting, seen.scope, seen.value, "warning", "medium", use=check)
            found.setdefault((weak.kind, setting.name), weak)
    return list(found.values())


def _judge(program: Program, module: Module, setting: EnvSetting) -> WeakSetting | None:
    weak = _by_value(setting)
    function = module.functions[setting.function]
    if weak is None:
        weak = _empty(program, setting, function)
    if weak is None or _is_left_out(program, module, function, setting):
        return None
    how = _reach(program, module, function, setting)
    if how is None or how == "closed":
        return None
    refusal = _refusal(program, setting, weak)
    if refusal.verdict != "never":
        return _checked(program, weak, how, refusal)
    return None if _is_overridden(program, weak) else _placed(weak, how)


def _reach(program: Program, module: Module, function: Function, setting: EnvSetting) -> Reach | None:
    """How the default is met; None where somebody set a flag that allows it, which is told at the flag."""
    how = reach(program, module, function, setting.index)
    later = setting.default.later_index
    if later < 0 or how != "open":
        return how
    before = program.gates.of_guard(function.effects[setting.index].when, module, function)
    gate = program.gates.of_guard(function.effects[later].when, module, function)
    asked = set(gate.names) - set(before.names) - set(setting.variables)
    if gate.level == "flag" and asked:
        return None
    return reach(program, module, function, later)


def _placed(weak: WeakSetting, how: Reach) -> WeakSetting:
    return WeakSetting(
        weak.kind, weak.setting, weak.scope, weak.value, weak.severity, weak.confidence, how, weak.use, weak.toggle
    )


def _by_value(setting: EnvSetting) -> WeakSetting | None:
    default = setting.default
    for text in default.texts:
        if secret_values.credentials(text) is not None:
            return _weak("credentials", setting, text, "error", "high")
    secret, toggle = setting.secret, setting.toggle
    if secret is None:
        return None if toggle is None else _open(setting, toggle)
    if default.kind == "random":
        return _weak("random", setting, default.label, "warning", "high") if secret.direction != "outbound" else None
    if default.kind == "read" and is_shared(setting.name, default.other):
        return _weak("shared", setting, default.other, "warning", "medium")
    if default.kind == "text":
        return _literal(setting, secret)
    return None


def _weak(kind: Kind, setting: EnvSetting, value: str, severity: Severity, confidence: Confidence) -> WeakSetting:
    return WeakSetting(kind, setting, setting.function, value, severity, confidence)


def _literal(setting: EnvSetting, secret: tokens.SecretName) -> WeakSetting | None:
    for text in setting.default.texts:
        if "\x00" in text or not secret_values.is_secret_literal(text, setting.name):
            continue
        outbound_key = secret.direction == "outbound" and secret.label in HANDED_ON
        confidence: Confidence = "low" if outbound_key and secret_values.is_placeholder(text) else "high"
        return _weak("literal", setting, text, "error", confidence)
    return None


def _open(setting: EnvSetting, toggle: toggles.Toggle) -> WeakSetting | None:
    default = setting.default
    if default.kind not in ("text", "flag", "list", "number", "none"):
        return None
    texts = {part.strip().lower() for text in default.texts for part in text.split(",")}
    value = default.texts[0] if default.texts else str(default.value)
    if not _is_open(toggle, texts, default.value, default.kind == "none"):
        return None
    weak = _weak("open", setting, value, toggle.severity, toggle.confidence)
    return WeakSetting(weak.kind, setting, weak.scope, weak.value, weak.severity, weak.confidence, toggle=toggle)


def _is_open(toggle: toggles.Toggle, texts: set[str], value: Scalar, unset: bool) -> bool:
    match toggle.open:
        case "true":
            return value is True or value == 1 or bool(texts & toggles.TRUE_TEXTS)
        case "false":
            return value is False or (value == 0 and value is not None) or bool(texts & (toggles.FALSE_TEXTS - {""}))
        case "any":
            return bool(texts & toggles.ANY_VALUES)
        case "admin":
            return bool(texts & toggles.ADMIN_ROLES)
        case "plaintext":
            return bool(texts & (toggles.PLAINTEXT_VALUES - {"none"}))


PARTIES = frozenset(
    {"webhook", "webhooks", "client", "partner", "vendor", "stripe", "github", "slack", "callback", "oauth"}
)
FACTORS = frozenset({"totp", "mfa", "otp", "pin", "recovery", "backup", "second"})


def is_shared(name: str, other: str) -> bool:
    """Whether two secrets belong to different parties or factors: one that leaks opens the other's door."""
    one, two = frozenset(tokens.words(name)), frozenset(tokens.words(other))
    first, second = tokens.secret(name), tokens.secret(other)
    if first is None or second is None or (first.direction == second.direction == "outbound"):
        return False
    if first.label in tokens.OWN_KEYS and second.label in tokens.OWN_KEYS:
        return False
    return any((one & table) != (two & table) for table in (PARTIES, FACTORS)) and not one & two & (PARTIES | FACTORS)


def _empty(program: Program, setting: EnvSetting, function: Function) -> WeakSetting | None:
    secret = setting.secret
    if secret is None or secret.direction == "outbound" or setting.default.texts not in ((), ("",)):
        return None
    if setting.wrapped:
        return None  # what the helper makes of an empty text is its own affair
    if setting.default.kind not in ("text", "none"):
        return None
    empty = "" if setting.default.kind == "text" else None
    use = key_use(program, setting, empty)
    if use is None or not (use.verifies or secret.direction == "inbound"):
        return None
    return WeakSetting("empty", setting, setting.function, "", "warning", "medium", use=use)


def _is_left_out(program: Program, module: Module, function: Function, setting: EnvSetting) -> bool:
    """Keys of local services, settings of test classes, and of classes that nothing uses."""
    if function.kind != "class":
        return _is_for_local_service(program, module, function, setting)
    named = tokens.words(function.key)
    if tokens.TEST_WORDS.intersection(named):
        return True
    if not program.settings.is_settings_class(function, module):
        return False
    return program.complete and not _is_used(program, module, function)


def _is_for_local_service(program: Program, module: Module, function: Function, setting: EnvSetting) -> bool:
    """Whether a key is handed on with an address on this machine: what runs there takes any key."""
    secret = setting.secret
    if secret is None or secret.label not in HANDED_ON or secret.direction == "inbound":
        return False
    for effect in function.effects:
        given = (*effect.args, *(v for _, v in effect.keywords)) if effect.kind == "call" else ()
        if Result(setting.index) in given and any(_is_local(program, value, module, function) for value in given):
            return True
    return False


def _is_local(program: Program, value: Value, module: Module, function: Function) -> bool:
    """Whether a value, or the default of the variable that it is read from, is a URL of this machine."""
    if isinstance(value, Result):
        read = program.environment.read(function.effects[value.effect], module, function)
        if read is None or read.default is None:
            return False
        module = program.names.modules[read.module]
        value, function = read.default, module.functions[read.function]
    return any(secret_values.is_local_url(text) for text in program.constants.texts(value, module, function))


def _is_overridden(program: Program, weak: WeakSetting) -> bool:
    """Whether the settings class of production closes a lesser switch."""
    if weak.kind != "open" or weak.severity == "error" or not weak.setting.is_field:
        return False
    return any(
        {"prod", "production"}.intersection(tokens.words(other.function)) and other.fields == weak.setting.fields
        for other in program.settings.of_module(program.names.modules[weak.setting.path])
        if other.default.value is not weak.setting.default.value
    )


def _is_used(program: Program, module: Module, function: Function) -> bool:
    name = f"{module.path}:{function.key}"
    if program.calls.sites(name) or program.mentions.arguments(function.key) or program.mentions.tests(function.key):
        return True
    return any(
        program.names.globalise(base.name, other.path) == name
        for other, owner in program.names.functions()
        for base in owner.bases
        if hasattr(base, "name")
    )


def _refusal(program: Program, setting: EnvSetting, weak: WeakSetting) -> Refusal:
    """Whether start-up or every use refuses the weak value."""
    if weak.kind in ("random", "shared"):
        return Refusal("never")
    value: Scalar = weak.value if weak.kind != "open" or setting.default.texts else setting.default.value
    if weak.kind == "empty":
        value = "" if setting.default.kind == "text" else None
    if weak.kind == "literal" and setting.shortest > len(weak.value):
        return Refusal("always")
    return program.refusals.of(setting.holding(value))


def _checked(program: Program, weak: WeakSetting, how: Reach, refusal: Refusal) -> WeakSetting | None:
    """A literal secret that only production refuses, where forgetting to say production is enough."""
    if weak.kind != "literal" or refusal.verdict != "production" or refusal.site is None:
        return None
    module, function, index = refusal.site
    conds = [function.guards[g].cond for g in guard_chain(function, function.effects[index].when)]
    if not any(holds_unset(program, cond, module, function) is False for cond in conds):
        return None
    check = KeyUse("", module.path, function.effects[index].span, verifies=True)
    return WeakSetting("lenient", weak.setting, weak.scope, weak.value, "warning", "medium", how, check)
