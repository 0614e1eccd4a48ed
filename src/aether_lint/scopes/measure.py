"""Everything the gates family measures in one root, in one call."""

from aether_lint.model import FileError
from aether_lint.scopes import mypy_scope, mypy_silence, narrow, path_scope, ruff_scope
from aether_lint.scopes.cache import Cache
from aether_lint.scopes.ci_gates import dead_workflows, soft_gates
from aether_lint.scopes.ci_runs import Pipelines
from aether_lint.scopes.coverage_floor import coverage_floors
from aether_lint.scopes.deployments import unchecked_deployments
from aether_lint.scopes.evidence import Evidence, marks_of
from aether_lint.scopes.missing_gates import configured, may_run_unseen, missing_gates
from aether_lint.scopes.observations import Invocation, Observation, Survey
from aether_lint.scopes.overview import Measurements, rows
from aether_lint.scopes.pipelines import read_pipelines
from aether_lint.scopes.project import Project, read_project
from aether_lint.scopes.ruff_rules import blankets, selections
from aether_lint.scopes.tools import ToolError
from aether_lint.scopes.tree import Tree


def measure(tree: Tree, cache: Cache, threshold: float) -> tuple[Survey, Evidence]:
    """Measure everything, and say what that was read from."""
    project, errors = read_project(tree, cache, threshold)
    pipelines = read_pipelines(project)
    invocations = [run.invocation for run in pipelines.runs if not run.dead]
    measured = _measurements(project, invocations, errors)
    observations: list[Observation] = [
        *narrow.mypy_scopes(project, measured.mypy, _unseen("mypy", pipelines)),
        *mypy_silence.excluded(project, measured.mypy),
        *mypy_silence.silenced(project, measured.mypy),
        *mypy_silence.imports(project, measured.mypy),
        *narrow.ruff_scopes(project, measured.ruff, _unseen("ruff", pipelines)),
        *narrow.path_scopes(project, path_scope.measure(project, invocations), lambda tool: _unseen(tool, pipelines)),
        *blankets(project, _tools_in_use(project, invocations)),
        *missing_gates(project, pipelines),
        *soft_gates(project, pipelines),
        *dead_workflows(project, pipelines),
        *coverage_floors(project, pipelines),
        *unchecked_deployments(project, pipelines),
    ]
    try:
        observations += selections(project, measured.ruff)
    except ToolError as failure:
        errors.append(FileError(".", "tool", str(failure)))
    modules = [module.path for module in project.party.modules]
    configurations = [path for path in project.documents if not path.endswith(".json")]
    table = rows(project, pipelines, measured)
    found = Survey(observations, errors, table, modules, project.party.apart, configurations)
    consulted = sorted({*project.documents, *project.broken, *project.consulted})
    return found, Evidence(marks_of(tree.root, tree.files), consulted, project.imports_read)


def _unseen(tool: str, pipelines: Pipelines) -> bool:
    """Whether the tool may also run where we cannot see it, or with arguments that only the run knows."""
    runs = [run.invocation for run in pipelines.runs if run.invocation.tool == tool]
    return may_run_unseen(tool, pipelines) or any(not one.known for one in runs)


def _tools_in_use(project: Project, invocations: list[Invocation]) -> frozenset[str]:
    return frozenset(one.tool for one in invocations) | {tool for tool, _, _ in configured(project)}


def _measurements(project: Project, invocations: list[Invocation], errors: list[FileError]) -> Measurements:
    """What mypy and ruff say of their scopes; what they cannot say is an error."""
    by_mypy = [*mypy_scope.bare_invocations(project), *(one for one in invocations if one.tool == "mypy" and one.known)]
    by_ruff = [*ruff_scope.bare_invocations(project), *(one for one in invocations if one.tool == "ruff" and one.known)]
    found = Measurements([], [], [])
    if by_mypy:
        try:
            for one in mypy_scope.measure(project, by_mypy):
                if one.failure:
                    errors.append(_tool_error(one.invocation, f"mypy cannot use this: {one.failure}"))
                else:
                    found.mypy.append(one)
        except ToolError as failure:
            errors.append(_tool_error(by_mypy[0], str(failure)))
    if by_ruff:
        try:
            for linted in ruff_scope.measure(project, by_ruff):
                if linted.failure:
                    errors.append(_tool_error(linted.invocation, f"ruff cannot use this: {linted.failure}"))
                else:
                    found.ruff.append(linted)
                    found.ruff_rules += ruff_scope.rules_by_config(project, linted.invocation, linted.covered)
        except ToolError as failure:
            errors.append(_tool_error(by_ruff[0], str(failure)))
    return found


def _tool_error(invocation: Invocation, reason: str) -> FileError:
    place = invocation.place
    return FileError(place.path, "tool", reason, place.span.line)
