"""Settings whose default is a store in this process: nobody has to forget a branch, the address itself is forgetful."""

from collections.abc import Iterator

from aether_lint.catalog import tokens, volatile
from aether_lint.link import Module, Program
from aether_lint.link.env_settings import EnvSetting

NAMED_IN_MEMORY = frozenset({"memory", "in_memory", "in-memory", "inmemory", "mem", "mock", "fake", "dummy"})
SCRATCH = frozenset({"temp", "tmp", "temporary", "scratch"})
_SUBJECT_BY_DEFAULT = "the shared store"


def volatile_defaults(program: Program, module: Module) -> Iterator[tuple[EnvSetting, str, str, str]]:
    """(setting, what its default opens, what it stands for, role) for each default that keeps nothing."""
    for setting in program.settings.of_module(module):
        if setting.default.kind in ("required", "none", "unknown") or _is_for_tests(setting) or _is_scratch(setting):
            continue
        for text in setting.default.texts[:1]:
            label = _opened(setting, text)
            if label and program.refusals.of(setting.holding(text)).verdict == "never":
                known = tokens.receiver(setting.name)
                subject = known.subject if known is not None else _SUBJECT_BY_DEFAULT
                yield setting, label, subject, known.role if known is not None else "store"


def _is_for_tests(setting: EnvSetting) -> bool:
    """Whether the variable, or the class that it is a field of, says that it is for tests."""
    named = (*tokens.words(setting.name), *tokens.words(setting.function))
    return any(word in tokens.TEST_WORDS for word in named)


def _is_scratch(setting: EnvSetting) -> bool:
    """Whether the variable says that what is kept there is not wanted later."""
    return bool(SCRATCH.intersection(tokens.words(setting.name)))


def _opened(setting: EnvSetting, text: str) -> str:
    if "://" in text or text == ":memory:":
        found = volatile.of_url(text)
        return found.label if found is not None and found.kind in ("memory", "fake") else ""
    if text.lower() in NAMED_IN_MEMORY and tokens.receiver(setting.name) is not None:
        found = volatile.of_settings_value(text.lower())
        return found.label if found is not None else ""
    return ""
