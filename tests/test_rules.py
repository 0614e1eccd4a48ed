"""Every rule has what a rule must have: examples that hold, fixtures, a page, a line in the change log."""

import re
from pathlib import Path

import pytest

from aether_lint.engine.request import CheckRequest
from aether_lint.engine.run import check
from aether_lint.rules.registry import load_rules, rule_page
from aether_lint.rules.rule import Rule
from expectations import Case, cases

ROOT = Path(__file__).parent.parent
RULES = list(load_rules().values())
SECTIONS = ["What it does", "Why is this bad?", "Example", "Fix", "Options"]
FOLLOWED_ACROSS_MODULES = ("aether_lint.detect.degradations", "aether_lint.detect.swallows")

every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])


def cases_of(rule: Rule) -> list[Case]:
    return [case for case in cases() if case.code == rule.code]


def test_fixtures_are_of_rules_that_exist() -> None:
    assert {case.code for case in cases()} == {rule.code for rule in RULES if not rule.code.startswith("AET0")}


@every_rule
def test_rule_has_fixtures_with_and_without_its_finding(rule: Rule) -> None:
    if rule.family == "lint":
        pytest.skip("rules about the linter itself are tested with the engine")
    flagged = [case for case in cases_of(rule) if any(place.code == rule.code for place in case.expected())]
    assert flagged, f"no case expects {rule.code}"
    assert any(case.accepted() for case in cases_of(rule)), f"no case says what {rule.code} leaves alone"


@every_rule
def test_rule_that_follows_calls_is_tested_on_several_modules(rule: Rule) -> None:
    if rule.observes.__module__ not in FOLLOWED_ACROSS_MODULES:
        pytest.skip("what it observes lies within one module")
    assert any(
        len(case.modules()) > 1 and any(place.code == rule.code for place in case.expected()) for case in cases_of(rule)
    )


@every_rule
def test_page_has_the_sections_in_order(rule: Rule) -> None:
    headings = re.findall(r"^#+ (.+)$", rule_page(rule), re.MULTILINE)
    assert [heading for heading in headings if heading in SECTIONS] == [s for s in SECTIONS if s in headings]
    assert {"What it does", "Why is this bad?", "Example"} <= set(headings)


@every_rule
def test_change_log_names_the_rule(rule: Rule) -> None:
    named = re.findall(r"(AET\d{3})\s+([a-z-]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert (rule.code, rule.name) in named


@every_rule
def test_rule_cites_where_its_judgement_comes_from(rule: Rule) -> None:
    assert rule.references


@every_rule
def test_bad_example_is_flagged_and_good_example_is_not(rule: Rule, tmp_path: Path) -> None:
    if rule.family == "lint":
        pytest.skip("rules about the linter itself are tested with the engine")
    assert rule.examples, "a page without an example"
    for number, example in enumerate(rule.examples):
        bad = codes_in(example.bad, tmp_path / f"bad{number}", rule)
        good = codes_in(example.good, tmp_path / f"good{number}", rule)
        assert rule.code in bad, f"example {number}: bad is not flagged"
        assert rule.code not in good, f"example {number}: good is flagged"


def codes_in(files: dict[str, str], folder: Path, rule: Rule) -> set[str]:
    """The codes that a run with this rule selected finds in a project of these files."""
    for name, text in {"aether-lint.toml": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    report = check(CheckRequest(paths=(".",), cwd=str(folder), extend_select=(rule.code,), no_cache=True, jobs=-1))
    assert report.errors == []
    return {finding.code for finding in report.findings}
