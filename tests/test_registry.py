"""Which rules a selector means."""

import pytest

from aether_lint.model import Finding
from aether_lint.rules.registry import (
    UnknownSelectorError,
    load_rules,
    resolve_selection,
    resolve_selector,
    rule_module,
)
from aether_lint.rules.rule import Rule


def _never(observation: object) -> bool:
    return False


def _finding(observation: object) -> Finding:
    raise NotImplementedError


def _rule(code: str, name: str, *, preview: bool = False) -> Rule:
    return Rule(
        code=code,
        name=name,
        summary="a rule",
        severity="error",
        observes=object,
        select=_never,
        finding=_finding,
        references=(),
        preview=preview,
    )


RULES = {
    rule.code: rule
    for rule in (
        _rule("AET101", "fallback-on-import-error"),
        _rule("AET102", "fallback-on-runtime-error"),
        _rule("AET213", "protection-off-in-code", preview=True),
        _rule("AET301", "password-hasher-downgrade"),
    )
}


def test_a_code_and_a_name_mean_one_rule() -> None:
    assert resolve_selector("AET101", RULES) == {"AET101"}
    assert resolve_selector("fallback-on-runtime-error", RULES) == {"AET102"}


def test_a_prefix_means_its_rules() -> None:
    assert resolve_selector("AET1", RULES) == {"AET101", "AET102"}
    assert resolve_selector("AET", RULES) == {"AET101", "AET102", "AET301"}


def test_a_preview_rule_is_meant_by_full_code_or_name_only() -> None:
    assert resolve_selector("AET2", RULES) == frozenset()
    assert resolve_selector("AET213", RULES) == {"AET213"}
    assert resolve_selector("protection-off-in-code", RULES) == {"AET213"}


@pytest.mark.parametrize(
    ("selector", "nearest"),
    [("AET3011", "AET301"), ("aet102", "AET102"), ("fallback-on-import-eror", "fallback-on-import-error"), ("E", "")],
)
def test_an_unknown_selector_names_its_nearest(selector: str, nearest: str) -> None:
    with pytest.raises(UnknownSelectorError) as caught:
        resolve_selector(selector, RULES)
    assert caught.value.nearest == nearest
    assert selector in str(caught.value)


def test_an_empty_selection_means_all_but_preview() -> None:
    assert list(resolve_selection((), rules=RULES)) == ["AET101", "AET102", "AET301"]


def test_the_more_specific_selector_wins() -> None:
    assert list(resolve_selection(("AET1",), ("AET101",), rules=RULES)) == ["AET102"]
    assert list(resolve_selection(("AET101",), ("AET1",), rules=RULES)) == ["AET101"]
    assert list(resolve_selection(("AET101",), ("AET101",), rules=RULES)) == []
    assert list(resolve_selection(("AET3",), (), ("AET213",), rules=RULES)) == ["AET213", "AET301"]


def test_rule_files_are_named_for_their_rules() -> None:
    rules = load_rules()
    assert list(rules) == sorted(rules)
    for code, rule in rules.items():
        assert rule_module(rule).RULE is rule, code
