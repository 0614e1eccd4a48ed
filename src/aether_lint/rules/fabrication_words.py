"""The words that the rules about made-up answers share."""

from aether_lint.detect.fabrications import Fabrication
from aether_lint.model import SEVERITIES, Finding, Fix, Related
from aether_lint.rules.rule import FAMILY_OF_HUNDRED, Rule


def condition(seen: Fabrication) -> str:
    """When it happens."""
    match seen.trigger:
        case "call":
            return f"when `{seen.missing}` fails" if seen.missing else "when the call fails"
        case "answer":
            return f"when `{seen.missing}` answers with an error"
        case "import":
            return f"when the module `{seen.missing}` cannot be imported"
        case "unset":
            return f"when `{seen.missing}` is not set"


def what_happens(seen: Fabrication) -> str:
    """Who answers with what, and under which condition."""
    name = seen.scope.rpartition(".")[2]
    verb = "answers with" if seen.outcome == "returned" else "goes on with"
    return f"`{name}` {verb} {seen.made.source} {condition(seen)}"


def finding(rule: Rule, seen: Fabrication, message: str, advice: str) -> Finding:
    """A finding about a made-up answer; one step less severe where a name alone tells of it."""
    weak = seen.confidence == "low" or (seen.confidence == "medium" and seen.made.kind == "heuristic")
    return Finding(
        code=rule.code,
        name=rule.name,
        family=FAMILY_OF_HUNDRED[rule.code[3]],
        severity=SEVERITIES[max(SEVERITIES.index(rule.severity) - weak, 0)],
        confidence=seen.confidence,
        message=message,
        help=advice,
        path=seen.path,
        span=seen.span,
        related=tuple(Related(step.path, step.span, step.text) for step in seen.related),
        fix=Fix("raise_in_handler", "display", "let the failure reach the caller", seen.span, {}),
        scope=seen.scope,
    )
