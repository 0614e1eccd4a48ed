"""What happens to a file: discover, index, link, judge, suppress, baseline, report."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from aether_lint.engine.accept import accept, baseline_path
from aether_lint.engine.assemble import Outcome, assemble
from aether_lint.engine.conclude import conclude, reader
from aether_lint.engine.discover import Discovery, Project, discover
from aether_lint.engine.extent import (
    asked_errors,
    asks_for_gates,
    checked_families,
    is_read,
    judged_modules,
    left_out,
    open_questions,
    rules_on_whole_root,
)
from aether_lint.engine.imported import ImportedFiles
from aether_lint.engine.index import NO_FORK, Refreshed, Sources, is_cold, refresh
from aether_lint.engine.judging import GatesInBackground, judge_modules, link_modules
from aether_lint.engine.policy import Policy
from aether_lint.engine.request import CheckRequest
from aether_lint.engine.trace import Trace
from aether_lint.engine.unsaved import discover_text
from aether_lint.lower import lower
from aether_lint.model import Report
from aether_lint.rules.registry import load_rules

__all__ = ["CheckRequest", "check"]


def check(request: CheckRequest, trace: Trace | None = None) -> Report:
    """Everything there is to say about the paths of a request.

    What cannot be analyzed, a configuration included, is an error in the report. Raises `ConfigError` only for the
    file of `config_path` or the project of `stdin`. `trace` collects what the run can tell about itself.
    """
    trace = trace or Trace()
    with _collector_paused():
        with trace.phase("discover"):
            found = _discover(request)
            trace.depends_on([p.root for p in found.projects], found.folders, found.consulted | _named(found, request))
        outcomes = [check_project(project, request, trace) for project in found.projects]
        with trace.phase("report"):
            report = assemble(found, outcomes, request.folder)
    trace.publish()
    return report


def check_project(project: Project, request: CheckRequest, trace: Trace) -> Outcome:
    """What there is to say about the files of one root. Paths in it are relative to the root, or absolute."""
    policy = Policy(project.config, request.selection)
    with_gates = asks_for_gates(project, request)
    with _gates(project, policy, request) as gates_meanwhile:
        with trace.phase("lower"):
            narrow = is_cold(project.root, project.context, cache=_caches(project, request))
            index = _refresh(project, request, narrow=narrow)
            modules = judged_modules(project, index.modules)
        with trace.phase("link"):
            complete = project.complete and not narrow and not index.errors
            linked = link_modules(project.root, index.modules, project.config, complete=complete)
        with trace.phase("judge"):
            judged = judge_modules(linked.program, modules, policy.of_modules, project.config, request.jobs or 0)
        with trace.phase("gates"):
            gates = gates_meanwhile.result()
    with trace.phase("suppress"):
        read = reader(project.root, request.texts, project.config.max_file_size)
        found = [*judged.findings, *gates.findings]
        ran = rules_on_whole_root(project, policy, request, gates_failed=bool(gates.errors))
        conclusion = conclude(found, modules, read, policy, ran=ran, configurations=gates.configurations)
    with trace.phase("baseline"):
        files = [file.relative for file in project.files if is_read(file)]
        accepted = accept(conclusion.shown, project, files, request)
    return Outcome(
        root=project.root,
        files=files,
        findings=accepted.shown,
        suppressed=conclusion.suppressed,
        baselined=accepted.baselined,
        hidden_low=conclusion.hidden_low,
        failing=sum(map(policy.fails, accepted.shown)),
        errors=[*asked_errors(project, index), *linked.errors, *judged.errors, *gates.errors, *accepted.errors],
        left_out=left_out(project, index.modules),
        checked=checked_families(policy, with_gates),
        not_checked=open_questions(project, policy, index, with_gates=with_gates, narrow=narrow),
        note=index.note,
    )


def _discover(request: CheckRequest) -> Discovery:
    known = frozenset(word for code, rule in load_rules().items() for word in (code, rule.name))
    if request.stdin is None:
        return discover(request.paths, request.folder, request.config_path, known)
    return discover_text(request.absolute(request.stdin_filename), request.config_path, known)


def _named(found: Discovery, request: CheckRequest) -> set[str]:
    """Files that the command line or a configuration names, wherever they are."""
    baselines = {baseline_path(project, request) for project in found.projects}
    configs = {request.absolute(request.config_path)} if request.config_path else set()
    return (baselines | configs | set(map(request.absolute, request.paths))) - {""}


def _refresh(project: Project, request: CheckRequest, *, narrow: bool) -> Refreshed:
    """The facts of what is judged, of the rest of the root unless `narrow`, and of what these import."""
    everything = [*project.files, *project.context]
    wanted = [file for file in (project.files if narrow else everything) if is_read(file)]
    read = {file.path for file in wanted}
    spare = [file for file in everything if file.path not in read]
    sources = Sources(lower, request.texts, project.config.max_file_size, request.jobs or 0)
    imported = ImportedFiles(wanted, spare, project.config.src)
    return refresh(project.root, wanted, sources, cache=_caches(project, request), imported=imported)


def _gates(project: Project, policy: Policy, request: CheckRequest) -> GatesInBackground:
    rules = policy.of_gates if asks_for_gates(project, request) else []
    fork = request.jobs != NO_FORK
    return GatesInBackground(
        project.root,
        rules,
        project.config,
        cache=_caches(project, request),
        fork=fork,
        texts=_texts_of_gates(project.root, request),
    )


def _texts_of_gates(root: str, request: CheckRequest) -> dict[str, bytes] | None:
    """The texts that stand for files of a root, where one of them is a configuration: code alone moves no gate."""
    inside = {
        os.path.relpath(path, root): text
        for path, text in request.texts.items()
        if os.path.commonpath([root, path]) == root
    }
    return inside if any(not path.endswith(".py") for path in inside) else None


def _caches(project: Project, request: CheckRequest) -> bool:
    """Whether the root has a cache: where nothing marks a project, none is left behind."""
    return project.complete and not request.no_cache


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Facts hold no cycles: looking for some costs a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
