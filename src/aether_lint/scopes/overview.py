"""The project's picture of its own gates: one row for each tool."""

from collections.abc import Sequence

from msgspec import Struct

from aether_lint.scopes import mypy_scope, ruff_scope
from aether_lint.scopes.ci_gates import stops_nothing
from aether_lint.scopes.ci_runs import ANYTHING, Pipelines, Run
from aether_lint.scopes.known_tools import CHECKS
from aether_lint.scopes.missing_gates import configured
from aether_lint.scopes.observations import GateRow
from aether_lint.scopes.project import Project

ORDER = ("types", "lint", "format", "tests", "coverage", "security")
NOT_MEASURED = -1
TARGETS = ("files", "packages", "modules")
NO_CI = "no CI"


class Measurements(Struct):
    """What the tools said of their scopes."""

    mypy: list[mypy_scope.Measured]
    ruff: list[ruff_scope.Measured]
    ruff_rules: list[ruff_scope.Rules]


def rows(project: Project, pipelines: Pipelines, measured: Measurements) -> list[GateRow]:
    """The table, type checkers first. Tools that are neither configured nor run have no row."""
    configurations = {tool: path for tool, _, path in configured(project)}
    by_tool: dict[str, list[Run]] = {}
    for run in pipelines.runs:
        by_tool.setdefault(run.invocation.tool, []).append(run)
    tools = sorted({*configurations, *by_tool}, key=lambda tool: (_rank(tool), tool))
    return [
        _row(project, pipelines, measured, tool, configurations.get(tool, ""), by_tool.get(tool, [])) for tool in tools
    ]


def _rank(tool: str) -> int:
    kind = CHECKS.get(tool, "security")
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _row(
    project: Project, pipelines: Pipelines, measured: Measurements, tool: str, configuration: str, runs: Sequence[Run]
) -> GateRow:
    alive = [run for run in runs if not run.dead]
    on_review = [run for run in alive if run.invocation.on_pull_requests]
    covered, strictness = _measured(tool, measured)
    elsewhere = "unsure" if any(text == ANYTHING for text in pipelines.opaque) else "no"
    reviewed = "yes" if on_review else elsewhere if pipelines.has_ci else NO_CI
    blocking = [run for run in on_review if not stops_nothing(project, pipelines, run)]
    return GateRow(
        tool=tool,
        kind=CHECKS.get(tool, "security"),
        configured_on=configuration or ("command line" if alive else "-"),
        covered=covered,
        total=len(project.party.modules),
        strictness=strictness,
        on_pull_requests=reviewed,
        blocks=("yes" if blocking else "no") if on_review else reviewed,
        runs=tuple(dict.fromkeys(run.invocation.workflow for run in alive if run.invocation.workflow)),
    )


def _measured(tool: str, measured: Measurements) -> tuple[int, str]:
    """Modules covered by the commands that run, else by the bare configuration; and the strictness in one word."""
    if tool == "mypy" and measured.mypy:
        gates = [one for one in measured.mypy if one.invocation.origin != "configuration"]
        gates = gates or [one for one in measured.mypy if any(one.options.get(key) for key in TARGETS)]
        if not gates:  # configured, but neither the configuration nor any command names what to check
            return NOT_MEASURED, _mypy_strictness(measured.mypy[0])
        ignored = [set(one.options.get("ignored_paths", ())) for one in gates]
        covered = frozenset().union(*(one.covered - skipped for one, skipped in zip(gates, ignored, strict=True)))
        return len(covered), _mypy_strictness(gates[0])
    if tool == "ruff" and measured.ruff:
        linting = [one for one in measured.ruff if one.invocation.origin != "configuration"] or measured.ruff
        return len(frozenset().union(*(one.covered for one in linting))), _ruff_strictness(measured.ruff_rules)
    return NOT_MEASURED, "-"


def _mypy_strictness(one: mypy_scope.Measured) -> str:
    options = one.options
    if options.get("ignore_errors"):
        return "silent"
    if options.get("follow_imports") == "skip" or set(options.get("disable_error_code") or ()) & {
        "name-defined",
        "attr-defined",
    }:
        return "hollow"
    if all(options.get(name) for name in ("disallow_untyped_defs", "disallow_any_generics", "warn_return_any")):
        return "strict"
    if options.get("disallow_untyped_defs"):
        return "typed"
    return "checked" if options.get("check_untyped_defs") else "lenient"


def _ruff_strictness(rules: Sequence[ruff_scope.Rules]) -> str:
    if not rules:
        return "-"
    weakest = min(rules, key=lambda found: (ruff_scope.UNDEFINED_NAME in found.enabled, len(found.enabled)))
    if ruff_scope.UNDEFINED_NAME not in weakest.enabled:
        return "hollow"
    families = {code.rstrip("0123456789") for code in weakest.enabled}
    if len(families) > 25:
        return "broad"
    return "pyflakes" if families <= {"F", "E", "W", "I"} else "mixed"
