"""The name of the environment, where it defaults to a lenient one and checks hang on it: once for a project."""

from msgspec import Struct

from aether_lint.catalog import tokens
from aether_lint.detect.anchor import Anchor
from aether_lint.link import Module, Program
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.environment_names import EnvironmentCheck
from aether_lint.model import Confidence

MOST_CHECKS = 5  # shown as related places


class EnvironmentDefault(Struct, frozen=True):
    """The setting, the lenient name that it defaults to ("" where it has no default), and what is compared with it."""

    setting: EnvSetting
    value: str
    checks: tuple[EnvironmentCheck, ...]
    confidence: Confidence
    others: tuple[EnvSetting, ...] = ()  # the other places of the project with such a default

    @property
    def anchor(self) -> Anchor:
        """The read or the field."""
        return Anchor(self.setting.path, self.setting.function, "effect", self.setting.index)


def observe(program: Program, module: Module) -> list[EnvironmentDefault]:
    """The project's lenient default, if this module holds it."""
    if not any(s.path == module.path for s in program.environment_names.all()):
        return []
    found = [seen for setting in program.environment_names.all() if (seen := _judge(program, setting)) is not None]
    found.sort(key=_weight, reverse=True)
    if not found or found[0].setting.path != module.path:
        return []
    best, others = found[0], tuple(seen.setting for seen in found[1:])
    return [EnvironmentDefault(best.setting, best.value, best.checks, best.confidence, others[:MOST_CHECKS])]


def _weight(seen: EnvironmentDefault) -> tuple[int, int, int]:
    raising = sum(c.raises for c in seen.checks)
    return (raising, int(seen.setting.is_field), len(seen.checks))


def _judge(program: Program, setting: EnvSetting) -> EnvironmentDefault | None:
    if tokens.TEST_WORDS.intersection(tokens.words(setting.function)) or setting.default.kind == "required":
        return None
    texts = [t.lower() for t in setting.default.texts]
    lenient = [t for t in texts if t in tokens.NON_PRODUCTION_VALUES]
    if not lenient and not (setting.default.kind == "none" and not setting.is_field):
        return None
    checks = program.environment_names.checks_of(setting)
    if not checks or not (lenient or any(c.raises for c in checks)):
        return None
    confidence: Confidence = "high" if lenient and any(c.raises for c in checks) else "medium"
    return EnvironmentDefault(setting, lenient[0] if lenient else "", tuple(checks[:MOST_CHECKS]), confidence)
