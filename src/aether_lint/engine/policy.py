"""What the configuration and the command line say about findings: which rules run, how severe, where, from when on."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from aether_lint.config import Config
from aether_lint.engine.gitignore import IgnoreList
from aether_lint.model import CONFIDENCES, SEVERITIES, Confidence, Finding, Severity
from aether_lint.rules.registry import resolve_selection, resolve_selector
from aether_lint.rules.rule import Rule


class Selection(Struct, frozen=True):
    """What the command line asks for; None and empty leave it to the configuration."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    min_confidence: Confidence | None = None
    fail_on: Severity | None = None


class Policy:
    """The policy of one root. Raises `UnknownSelectorError` when it is made with a selector that means no rule."""

    def __init__(self, config: Config, selection: Selection) -> None:
        chosen = resolve_selection(
            selection.select or config.select,
            (*config.ignore, *selection.ignore),
            (*config.extend_select, *selection.extend_select),
        )
        self.rules: list[Rule] = list(chosen.values())
        self.of_modules = [rule for rule in self.rules if rule.family not in ("gates", "lint")]
        self.of_gates = [rule for rule in self.rules if rule.family == "gates"]
        self._severities = _by_code(config.severity)
        self._ignored = [
            (IgnoreList((pattern,)), frozenset(code for word in words for code in resolve_selector(word)))
            for pattern, words in config.per_file_ignores.items()
        ]
        self._confidence = CONFIDENCES.index(selection.min_confidence or config.min_confidence)
        self._fail_on = SEVERITIES.index(selection.fail_on or config.fail_on)

    def runs(self, code: str) -> bool:
        """Whether a rule is selected."""
        return any(rule.code == code for rule in self.rules)

    def reported(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that are not ignored for their file, each with the severity that the configuration gives it."""
        return [
            replace(finding, severity=self._severities.get(finding.code, finding.severity))
            for finding in findings
            if not self._is_ignored(finding)
        ]

    def is_shown(self, finding: Finding) -> bool:
        """Whether it is certain enough."""
        return CONFIDENCES.index(finding.confidence) >= self._confidence

    def fails(self, finding: Finding) -> bool:
        """Whether it is severe enough for an exit code of its own."""
        return SEVERITIES.index(finding.severity) >= self._fail_on

    def _is_ignored(self, finding: Finding) -> bool:
        # `folder` tries patterns of every kind of name, `covers` those that can match Python files or their folders
        return any(
            finding.code in codes and (paths.covers(finding.path) or bool(paths.folder(finding.path)))
            for paths, codes in self._ignored
        )


def _by_code(severities: Mapping[str, Severity]) -> dict[str, Severity]:
    """Severity by code: of several selectors that mean a rule, the one that means the fewest rules decides."""
    meant = sorted(((resolve_selector(word), severity) for word, severity in severities.items()), key=_size)
    return {code: severity for codes, severity in meant for code in codes}


def _size(item: tuple[frozenset[str], Severity]) -> int:
    return -len(item[0])
