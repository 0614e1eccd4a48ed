"""Which rules are there, and which of them a selector means.

Rules are found by listing the family folders: a new rule is one new file, and no list names it twice.
"""

import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from types import ModuleType

from aether_lint.rules.rule import Rule


class UnknownSelectorError(ValueError):
    """A selector that means no rule. `nearest` is the closest valid selector, or empty."""

    def __init__(self, selector: str, nearest: str) -> None:
        self.selector = selector
        self.nearest = nearest
        suggestion = f"; did you mean `{nearest}`?" if nearest else "; `aether-lint rules` lists them"
        super().__init__(f"unknown rule `{selector}`{suggestion}")


@cache
def load_rules() -> dict[str, Rule]:
    """Every rule by its code, in order of code. The rule files are imported once a process."""
    rules: list[Rule] = [importlib.import_module(name).RULE for name in _module_names()]
    rules.sort(key=lambda rule: rule.code)
    return {rule.code: rule for rule in rules}


def rule_page(rule: Rule) -> str:
    """The documentation of a rule in Markdown: the docstring of its module."""
    return (rule_module(rule).__doc__ or "").strip()


def rule_module(rule: Rule) -> ModuleType:
    """The module that defines a loaded rule."""
    return sys.modules[f"{__package__}.{rule.family}.{rule.name.replace('-', '_')}"]


def resolve_selector(selector: str, rules: Mapping[str, Rule] | None = None) -> frozenset[str]:
    """The codes that a selector means: a full code, a name, or a prefix of codes such as `AET1` or `AET`.

    A preview rule is meant by its full code or its name only. Raises `UnknownSelectorError`.
    """
    rules = load_rules() if rules is None else rules
    if selector in rules:
        return frozenset((selector,))
    named = frozenset(code for code, rule in rules.items() if rule.name == selector)
    if named:
        return named
    if selector.startswith("AET"):
        prefixed = [rule for code, rule in rules.items() if code.startswith(selector)]
        if prefixed or selector == "AET":
            return frozenset(rule.code for rule in prefixed if not rule.preview)
    raise UnknownSelectorError(selector, nearest_selector(selector, rules))


def resolve_selection(
    select: Iterable[str],
    ignore: Iterable[str] = (),
    extend_select: Iterable[str] = (),
    rules: Mapping[str, Rule] | None = None,
) -> dict[str, Rule]:
    """The rules to run, in order of code. An empty `select` means all rules that are not preview.

    Where a rule is both selected and ignored, the more specific selector wins; among equals, `ignore` does.
    Raises `UnknownSelectorError`.
    """
    rules = load_rules() if rules is None else rules
    chosen = _specificities((*(tuple(select) or ("AET",)), *extend_select), rules)
    dropped = _specificities(ignore, rules)
    return {code: rule for code, rule in rules.items() if chosen.get(code, 0) > dropped.get(code, 0)}


def nearest_selector(selector: str, rules: Mapping[str, Rule]) -> str:
    """The code or name that is spelled most like a selector, or an empty string."""
    from difflib import get_close_matches  # only on the way to an error

    candidates = {text.lower(): text for code, rule in rules.items() for text in (code, rule.name)}
    matches = get_close_matches(selector.lower(), candidates, n=1, cutoff=0.6)
    return candidates[matches[0]] if matches else ""


def _specificities(selectors: Iterable[str], rules: Mapping[str, Rule]) -> dict[str, int]:
    """How specifically each code is meant: the length of its longest prefix, a full code's for a name."""
    meant: dict[str, int] = {}
    for selector in selectors:
        specificity = len(selector) if selector.startswith("AET") else len("AET101")
        for code in resolve_selector(selector, rules):
            meant[code] = max(meant.get(code, 0), specificity)
    return meant


def _module_names() -> list[str]:
    folder = os.path.dirname(__file__)
    families = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    return [
        f"{__package__}.{family}.{name.removesuffix('.py')}"
        for family in families
        if family.isidentifier() and not family.startswith("_")
        for name in sorted(os.listdir(os.path.join(folder, family)))
        if name.endswith(".py") and not name.startswith("_")
    ]
