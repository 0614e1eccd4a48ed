"""One module judged: the detectors observe, each observation gets its owner, the rules find the words."""

import importlib
from collections.abc import Callable, Iterable, Sequence

from aether_lint.config import Config
from aether_lint.facts import ModuleFacts
from aether_lint.link import Module, Program
from aether_lint.model import Finding
from aether_lint.rules.owner import assign
from aether_lint.rules.registry import load_rules
from aether_lint.rules.rule import Rule

Observe = Callable[[Program, Module], Sequence[object]]


def judge(program: Program, module: ModuleFacts, rules: Sequence[Rule], config: Config) -> list[Finding]:
    """The findings of `rules` in one module of a program, in order of position; paths are relative to the root.

    All detectors run and all rules take part in the choice of owners, whatever is selected: deselecting a rule never
    hands its place to another one.
    """
    del config
    known = load_rules()
    home = program.names.modules[module.path]
    observations = [seen for observe in detectors(known.values()) for seen in observe(program, home)]
    wanted = {rule.code: rule for rule in rules}
    findings = []
    for code, seen in zip(assign(observations, known), observations, strict=True):
        rule = wanted.get(code)
        if rule is not None and isinstance(seen, rule.observed) and rule.select(seen):
            findings.append(rule.finding(seen))
    return sorted(findings, key=lambda finding: (finding.span, finding.code))


def detectors(rules: Iterable[Rule]) -> list[Observe]:
    """The `observe` functions behind the observations of rules, each once, in order of their modules' names."""
    homes = {seen.__module__ for rule in rules if rule.family != "lint" for seen in rule.observed}
    ours = sorted(home for home in homes if home.startswith("aether_lint.detect."))
    return [importlib.import_module(home).observe for home in ours]
