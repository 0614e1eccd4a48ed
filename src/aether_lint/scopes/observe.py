"""Everything the gates family knows of one root, in one call."""

import os
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from aether_lint import __version__
from aether_lint.config.settings import Config
from aether_lint.model import FileError
from aether_lint.scopes import mypy_scope, mypy_silence, narrow, ruff_scope
from aether_lint.scopes.cache import Cache, state_of
from aether_lint.scopes.ci_gates import dead_workflows, soft_gates
from aether_lint.scopes.missing_gates import configured, missing_gates
from aether_lint.scopes.observations import Invocation, Observation
from aether_lint.scopes.pipelines import read_pipelines
from aether_lint.scopes.project import (
    Project,
    configuration_state,
    read_project,
    tool_versions,
)
from aether_lint.scopes.ruff_rules import blankets, selections
from aether_lint.scopes.shadow import shadow
from aether_lint.scopes.tools import ToolError
from aether_lint.scopes.tree import read_tree

FORMAT = "1"  # raised when observations change their shape or meaning


class Answer(Struct):
    """What `observe` returns, as it is kept between runs."""

    observations: list[Observation]
    errors: list[FileError]


def observe(
    root: str, config: Config, use_cache: bool = True, overlay: Mapping[str, bytes] | None = None
) -> tuple[list[Observation], list[FileError]]:
    """Observations of the gates of the project at `root`, and what could not be measured.

    `overlay` holds texts to be measured in place of files (paths relative to the root), such as an edited
    configuration. Of `config` count `exclude`, `extend-exclude` and `gate-coverage`. Places are relative to the root.
    Never raises for what the analysed tree contains.
    """
    exclude = [*config.exclude, *config.extend_exclude]
    threshold = config.gate_coverage / 100
    tree = read_tree(os.path.realpath(root), exclude)
    if overlay:
        with shadow(tree, overlay) as copy:
            project, errors = read_project(copy, Cache(copy.root, "", enabled=False), threshold)
            return _observations(project, errors), errors
    cache = Cache(tree.root, configuration_state(tree), use_cache)
    everything = state_of(tree.root, tree.files, *tool_versions(), __version__, FORMAT, *exclude, str(threshold))
    key = cache.key("observations", everything)
    known = cache.get(key)
    if known is not None:
        cache.keep_all()
        answer = msgspec.convert(known, Answer)
        return answer.observations, answer.errors
    project, errors = read_project(tree, cache, threshold)
    answer = Answer(_observations(project, errors), errors)
    cache.put(key, msgspec.to_builtins(answer))
    cache.save()
    return answer.observations, answer.errors


def _observations(project: Project, errors: list[FileError]) -> list[Observation]:
    pipelines = read_pipelines(project)
    invocations = [run.invocation for run in pipelines.runs if not run.dead]
    return [
        *_mypy(project, invocations, errors),
        *_ruff(project, invocations, errors),
        *blankets(project, _tools_in_use(project, invocations)),
        *missing_gates(project, pipelines),
        *soft_gates(project, pipelines),
        *dead_workflows(project, pipelines),
    ]


def _tools_in_use(project: Project, invocations: list[Invocation]) -> frozenset[str]:
    return frozenset(one.tool for one in invocations) | {tool for tool, _, _ in configured(project)}


def _mypy(project: Project, invocations: list[Invocation], errors: list[FileError]) -> list[Observation]:
    asked = [*mypy_scope.bare_invocations(project), *(one for one in invocations if one.tool == "mypy" and one.known)]
    try:
        measured = mypy_scope.measure(project, asked) if asked else []
    except ToolError as failure:
        errors.append(_tool_error(asked[0], str(failure)))
        return []
    errors += [_not_measured(one.invocation, "mypy", one.failure) for one in measured if one.failure]
    good = [one for one in measured if not one.failure]
    return [
        *narrow.mypy_scopes(project, good),
        *mypy_silence.excluded(project, good),
        *mypy_silence.silenced(project, good),
        *mypy_silence.imports(project, good),
    ]


def _ruff(project: Project, invocations: list[Invocation], errors: list[FileError]) -> list[Observation]:
    asked = [*ruff_scope.bare_invocations(project), *(one for one in invocations if one.tool == "ruff" and one.known)]
    try:
        measured = ruff_scope.measure(project, asked) if asked else []
        errors += [_not_measured(one.invocation, "ruff", one.failure) for one in measured if one.failure]
        good = [one for one in measured if not one.failure]
        return [*narrow.ruff_scopes(project, good), *selections(project, good)]
    except ToolError as failure:
        errors.append(_tool_error(asked[0], str(failure)))
        return []


def _tool_error(invocation: Invocation, reason: str) -> FileError:
    place = invocation.place
    return FileError(place.path, "tool", reason, place.span.line)


def _not_measured(invocation: Invocation, tool: str, reason: str) -> FileError:
    return _tool_error(invocation, f"{tool} cannot use this: {reason}")
