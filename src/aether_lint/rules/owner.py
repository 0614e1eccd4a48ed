"""Which rule owns an observation: the only place that chooses among codes.

The order is that of the subject first (a password hasher is AET301 however it is lost), then the gate, then the root.
A choice does not depend on which rules are selected: a code that is off, or not built, leaves no finding.
"""

from collections.abc import Mapping, Sequence

from aether_lint.catalog.denials import SIGNATURE
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.controls import Opening
from aether_lint.detect.degradations import Degradation
from aether_lint.rules.rule import Rule

BY_TRIGGER = {"import": "AET101", "call": "AET102", "unset": "AET103", "default": "AET106", "flag": "AET105"}
# roles of what carries messages to others, or records who did what, rather than keeps state
CARRIERS = frozenset({"queue", "stream", "jobs", "email", "audit"})

# Observations of several detectors about one place: a step of start-up that does not happen is no write given up, a
# control that lets through is worse than the store that it lost, made-up data and a parameter's default go before the
# trigger that leads to them, a stand-in wins over a swallow, a guard that cannot fire over the swallow that makes it
# so, a literal secret over what else is said of the same read; a heuristic is the least of all.
PRECEDENCE = (
    "AET407", "AET107", "AET308", "AET105", "AET109", "AET110", "AET108", "AET106", "AET10", "AET3", "AET211",
    "AET201", "AET203", "AET2", "AET4", "AET112",
)  # fmt: skip


def degradation_code(seen: Degradation) -> str:
    """The code of a degradation, by subject, gate and trigger."""
    if seen.subject.role == "hasher":
        return "AET301"
    if seen.subject.role in ("cipher", "encrypted column"):
        return "AET307"
    if seen.subject.role == "random":
        return "AET309"
    if seen.trigger == "flag":
        return "AET105"
    if seen.subject.role in CARRIERS and (seen.loss == "skipped" or seen.does_nothing):
        return "AET109"
    if seen.trigger == "import" and not seen.direct:
        return "AET104"
    return BY_TRIGGER[seen.trigger]


def opening_code(seen: Opening) -> str:
    """The code of a control that lets through: signatures and tokens have their own."""
    return "AET308" if seen.control == SIGNATURE else "AET107"


def assign(observations: Sequence[object], rules: Mapping[str, Rule]) -> list[str]:
    """The code of each observation, "" for those that lose their place to another observation.

    `rules` are all rules by code, whatever is selected.
    """
    codes = [_code(seen, rules) for seen in observations]
    best: dict[Anchor, int] = {}
    for code, seen in zip(codes, observations, strict=True):
        anchor = getattr(seen, "anchor", None)
        if isinstance(anchor, Anchor) and code:
            best[anchor] = min(best.get(anchor, len(PRECEDENCE)), _rank(code))
    return [code if _wins(code, seen, best) else "" for code, seen in zip(codes, observations, strict=True)]


def _wins(code: str, seen: object, best: Mapping[Anchor, int]) -> bool:
    anchor = getattr(seen, "anchor", None)
    return not isinstance(anchor, Anchor) or _rank(code) == best.get(anchor, _rank(code))


def _code(seen: object, rules: Mapping[str, Rule]) -> str:
    if isinstance(seen, Degradation):
        return degradation_code(seen)
    if isinstance(seen, Opening):
        return opening_code(seen)
    for code, rule in rules.items():
        if isinstance(seen, rule.observed) and rule.select(seen):
            return code
    return ""


def _rank(code: str) -> int:
    return next((rank for rank, prefix in enumerate(PRECEDENCE) if code.startswith(prefix)), len(PRECEDENCE))
