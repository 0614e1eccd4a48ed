"""What happens to a file: discover, index, link, judge, suppress, baseline, report."""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct

from aether_lint.config import Config
from aether_lint.engine.assemble import Outcome, assemble
from aether_lint.engine.discover import Project, SourceFile, discover
from aether_lint.engine.imported import ImportedFiles
from aether_lint.engine.index import Refreshed, Sources, refresh
from aether_lint.engine.judging import judge_gates, judge_modules
from aether_lint.engine.trace import Trace
from aether_lint.facts import ModuleFacts
from aether_lint.link import link
from aether_lint.lower import lower
from aether_lint.model import Confidence, Report, Severity
from aether_lint.rules.registry import load_rules, resolve_selection
from aether_lint.rules.rule import Rule


class CheckRequest(Struct, frozen=True):
    """What to check, and how. Paths are absolute or relative to `cwd`; what is None or empty is as the config says.

    `stdin` is the text of `stdin_filename`, checked against the project on disk; `overlay` holds texts of other
    files, by absolute path, that stand for what is on disk. `jobs` is the number of processes, `NO_FORK` for none
    but this one.
    """

    paths: tuple[str, ...] = (".",)
    cwd: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    min_confidence: Confidence | None = None
    fail_on: Severity | None = None
    jobs: int | None = None
    no_cache: bool = False
    config_path: str | None = None
    stdin: bytes | None = None
    stdin_filename: str = ""
    overlay: Mapping[str, bytes] = {}
    show_suppressed: bool = False
    baseline: str | None = None
    write_baseline: bool = False


def check(request: CheckRequest, trace: Trace | None = None) -> Report:
    """Everything there is to say about the paths of a request.

    What cannot be analyzed, a configuration included, is an error in the report. Raises `ConfigError` only for the
    file of `config_path`. `trace` collects what the run can tell about itself.
    """
    trace = trace or Trace()
    with _collector_paused():
        with trace.phase("discover"):
            found = discover(request.paths, request.cwd, request.config_path, _selectors())
            trace.depends_on([p.root for p in found.projects], found.folders, found.consulted)
        outcomes = [check_project(project, request, trace) for project in found.projects]
        with trace.phase("report"):
            report = assemble(found, outcomes, request.cwd)
    trace.publish()
    return report


def check_project(project: Project, request: CheckRequest, trace: Trace) -> Outcome:
    """What there is to say about the files of one root. Paths in it are relative to the root, or absolute."""
    config = project.config
    rules = rules_in_force(config, request)
    with trace.phase("lower"):
        index = _refresh(project, request)
    with trace.phase("link"):
        program = link(index.modules, config.src, project.complete)
    with trace.phase("judge"):
        judged = judge_modules(program, _service_modules(project, index), rules.of_modules, config)
    with trace.phase("gates"):
        gates = judge_gates(project.root, rules.of_gates, config, cache=_caches(project, request))
    return Outcome(
        root=project.root,
        files=[file.relative for file in project.files if _is_read(file)],
        findings=[*judged.findings, *gates.findings],
        errors=[*index.errors, *judged.errors, *gates.errors],
        note=index.note,
    )


class Rules(Struct, frozen=True):
    """The rules in force for a root: those that judge modules, and those that judge its own static checks."""

    of_modules: list[Rule]
    of_gates: list[Rule]


def rules_in_force(config: Config, request: CheckRequest) -> Rules:
    """What the command line asks for, else the configuration. Raises `UnknownSelectorError`."""
    chosen = resolve_selection(
        request.select or config.select,
        (*config.ignore, *request.ignore),
        (*config.extend_select, *request.extend_select),
    )
    rules = list(chosen.values())
    return Rules(
        [rule for rule in rules if rule.family not in ("gates", "lint")],
        [rule for rule in rules if rule.family == "gates"],
    )


def _refresh(project: Project, request: CheckRequest) -> Refreshed:
    """The facts of what is judged, of the rest of the root, and of what these import."""
    everything = [*project.files, *project.context]
    wanted = [file for file in everything if _is_read(file)]
    spare = [file for file in everything if not _is_read(file)]
    sources = Sources(
        lowering=lower,
        overlay={os.path.realpath(path): text for path, text in request.overlay.items()},
        max_size=project.config.max_file_size,
        jobs=request.jobs or 0,
    )
    imported = ImportedFiles(wanted, spare, project.config.src)
    return refresh(project.root, wanted, sources, cache=_caches(project, request), imported=imported)


def _is_read(file: SourceFile) -> bool:
    """Whether a file is read though nothing imports it."""
    return file.named or file.role == "service"


def _service_modules(project: Project, index: Refreshed) -> list[ModuleFacts]:
    """The modules that were asked for and are service code, by their path and by what they say of themselves."""
    asked = {file.relative for file in project.files if file.role == "service"}
    return [facts for facts in index.modules if facts.path in asked and not facts.role]


def _caches(project: Project, request: CheckRequest) -> bool:
    """Whether the root has a cache: where nothing marks a project, none is left behind."""
    return project.complete and not request.no_cache


def _selectors() -> frozenset[str]:
    """The codes and names of all rules."""
    return frozenset(word for code, rule in load_rules().items() for word in (code, rule.name))


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
