"""Scopes that leave first-party modules unchecked, and the one place that decides it."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from aether_lint.model import Related, Severity
from aether_lint.scopes import mypy_scope, path_scope, ruff_scope
from aether_lint.scopes.documents import Document
from aether_lint.scopes.observations import Invocation, Place, Scope
from aether_lint.scopes.project import Project
from aether_lint.scopes.tools import mypy_version, ruff_version

MAX_NAMED = 3  # missing modules that a message names
MAX_TARGETS = 8  # package roots that a fix lists before it says "."
MIN_MISSING = 2  # one file less is no narrow scope


def mypy_scopes(project: Project, measured: Sequence[mypy_scope.Measured], unseen: bool) -> list[Scope]:
    """Narrow scopes of mypy among what was measured: by configuration, by command line.

    `unseen` says that commands which cannot be followed may start mypy too.
    """
    usable = [one for one in measured if not one.failure]
    gates = [one for one in usable if one.invocation.origin != "configuration"]
    bare = [one for one in usable if one.invocation.origin == "configuration" and _targets_key(project, one)]
    by_gates = _union(one.covered for one in gates)
    found = []
    for one in bare:
        if not _narrow(project, one.covered | _excluded(project, one), one.invocation.cwd):
            continue  # wide, or narrow by its exclude patterns alone, which are findings of their own
        overridden = [gate for gate in gates if gate.covered > one.covered and _overrides(gate.invocation)]
        reachable = by_gates | _union(_excluded(project, gate) for gate in overridden)
        wide = bool(overridden) and not _narrow(project, reachable, one.invocation.cwd)
        found.append(_configured(project, one, "info" if wide else "error", overridden))
    if gates and not bare and _narrow(project, by_gates, *_domain(project, gates)):
        widest = max(gates, key=lambda one: (len(one.covered), one.invocation.place.path))
        if _overrides(widest.invocation) and not _excludes_decide(project, widest):
            found.append(_by_arguments(project, widest, gates, unseen))
    return found


def _targets_key(project: Project, one: mypy_scope.Measured) -> str:
    document = project.documents.get(one.config)
    if document is None:
        return ""
    section = document.get(*mypy_scope.section_keys(one.config))
    return next((key for key in ("files", "packages", "modules") if isinstance(section, dict) and key in section), "")


def _overrides(invocation: Invocation) -> bool:
    return invocation.passed is not None or _names_paths(invocation)


def _names_paths(invocation: Invocation) -> bool:
    return any(not arg.startswith("-") for arg in invocation.args) or bool(
        {"-p", "--package", "-m", "--module"} & set(invocation.args)
    )


def _configured(
    project: Project, one: mypy_scope.Measured, ceiling: Severity, overridden: Sequence[mypy_scope.Measured]
) -> Scope:
    document = project.documents[one.config]
    key = _targets_key(project, one)
    modules = _below(project, one.invocation.cwd)
    context = ""
    if overridden:
        widest = max(overridden, key=lambda gate: (gate.invocation.on_pull_requests, len(gate.covered)))
        context = f"{widest.invocation.workflow or 'another command'} checks {len(widest.covered & modules)}"
    return Scope(
        tool="mypy",
        version=mypy_version(),
        place=mypy_scope.locate(document, key),
        key=key,
        value=_listed(document, *mypy_scope.section_keys(document.path), key),
        named=len(one.named & modules),
        covered=len(one.covered & modules),
        total=len(modules),
        missing=_examples(modules - one.covered),
        ceiling=ceiling,
        context=context,
        note=one.note,
        widen_to=_package_roots(project, one.invocation.cwd),
        related=tuple(_ran(gate.invocation) for gate in overridden[:3]),
    )


def _excludes_decide(project: Project, one: mypy_scope.Measured) -> bool:
    """Without the exclude patterns the scope would be wide: they are the finding then, not the paths."""
    return not _narrow(project, one.covered | _excluded(project, one), *_domain(project, [one]))


def _excluded(project: Project, one: mypy_scope.Measured) -> frozenset[str]:
    """What the exclude patterns alone keep out of a run."""
    if one.invocation.passed is not None:
        return frozenset()
    dropped = one.options.get("dropped", {})
    return frozenset(project.relative(path) for paths in dropped.values() for path in paths)


def _by_arguments(
    project: Project, widest: mypy_scope.Measured, gates: Sequence[mypy_scope.Measured], unseen: bool
) -> Scope:
    modules = _below(project, *_domain(project, gates))
    together = _union(one.covered for one in gates)
    return Scope(
        tool="mypy",
        version=mypy_version(),
        place=widest.invocation.place,
        key="arguments",
        value=shlex.join(("mypy", *widest.invocation.args)),
        named=len(_union(one.named for one in gates) & modules),
        covered=len(together & modules),
        total=len(modules),
        missing=_examples(modules - together),
        ceiling="error",
        related=tuple(_ran(one.invocation) for one in gates if one is not widest)[:3],
        uncertain=unseen,
    )


def ruff_scopes(project: Project, measured: Sequence[ruff_scope.Measured], unseen: bool) -> list[Scope]:
    """Narrow scopes of `ruff check`: by include and exclude, by command line."""
    usable = [one for one in measured if not one.failure]
    gates = [one for one in usable if one.invocation.origin != "configuration"]
    bare = [one for one in usable if one.invocation.origin == "configuration"]
    together = _union(one.covered for one in gates or bare)
    found = []
    for one in bare:
        if _narrow(project, one.covered, one.invocation.cwd) and (place := _ruff_key(project, one)) is not None:
            wide = bool(gates) and not _narrow(project, together, one.invocation.cwd)
            found.append(_ruff_configured(project, one, place, "info" if wide else "error"))
    if gates and not found and _narrow(project, together, *_domain(project, gates)):
        widest = max(gates, key=lambda one: (len(one.covered), one.invocation.place.path))
        found.append(_ruff_arguments(project, widest, gates, together, unseen))
    return found


def _ruff_key(project: Project, one: ruff_scope.Measured) -> tuple[Document, str] | None:
    """The key of the configuration that keeps modules out: include first, then the exclusions."""
    path = one.invocation.place.path
    document = project.documents[path]
    section = document.get(*ruff_scope.section_keys(path)) or {}
    for key in ("include", "exclude", "extend-exclude"):
        if key in section:
            return document, key
    return None


def _ruff_configured(
    project: Project, one: ruff_scope.Measured, place: tuple[Document, str], ceiling: Severity
) -> Scope:
    document, key = place
    keys = (*ruff_scope.section_keys(document.path), key)
    modules = _below(project, one.invocation.cwd)
    return Scope(
        tool="ruff",
        version=ruff_version(),
        place=Place(document.path, document.locate(*keys)),
        key=key,
        value=_listed(document, *keys),
        named=len(one.covered & modules),
        covered=len(one.covered & modules),
        total=len(modules),
        missing=_examples(modules - one.covered),
        ceiling=ceiling,
        note=one.note,
    )


def _ruff_arguments(
    project: Project,
    widest: ruff_scope.Measured,
    gates: Sequence[ruff_scope.Measured],
    together: frozenset[str],
    unseen: bool,
) -> Scope:
    modules = _below(project, *_domain(project, gates))
    return Scope(
        tool="ruff",
        version=ruff_version(),
        place=widest.invocation.place,
        key="arguments",
        value=ruff_scope.command_text(widest.invocation.args),
        named=len(together & modules),
        covered=len(together & modules),
        total=len(modules),
        missing=_examples(modules - together),
        ceiling="error",
        note=widest.note,
        related=tuple(_ran(one.invocation) for one in gates if one is not widest)[:3],
        uncertain=unseen,
    )


def path_scopes(
    project: Project, measured: Iterable[path_scope.Measured], unseen: Callable[[str], bool]
) -> list[Scope]:
    """Narrow scopes of the tools that are judged by their paths, at most a warning."""
    by_tool: dict[str, list[path_scope.Measured]] = {}
    for one in measured:
        by_tool.setdefault(one.invocation.tool, []).append(one)
    found = []
    for tool, group in by_tool.items():
        together = _union(one.covered for one in group)
        modules = _below(project, *_domain(project, group))
        if not _narrow(project, together, *_domain(project, group)):
            continue
        widest = max(group, key=lambda one: (len(one.covered), one.invocation.place.path))
        found.append(
            Scope(
                tool=tool,
                version="",
                place=widest.invocation.place,
                key=widest.key,
                value=widest.value,
                named=len(together & modules),
                covered=len(together & modules),
                total=len(modules),
                missing=_examples(modules - together),
                ceiling="warning",
                related=tuple(_ran(one.invocation) for one in group if one is not widest)[:3],
                uncertain=unseen(tool) or not together,
            )
        )
    return found


class _Judged(Protocol):
    @property
    def invocation(self) -> Invocation: ...


def _domain(project: Project, runs: Iterable[_Judged]) -> tuple[str, ...]:
    """The folders that the runs answer for: in a repository of several packages, those that they start in."""
    folders = {one.invocation.cwd for one in runs}
    manifests = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
    names = project.tree.names()
    apart = all(folder and any(f"{folder}/{name}" in names for name in manifests) for folder in folders)
    return tuple(sorted(folders)) if apart else ("",)


def _below(project: Project, *folders: str) -> frozenset[str]:
    paths = project.party.paths()
    if "" in folders:
        return paths
    return frozenset(path for path in paths if path.startswith(tuple(folder + "/" for folder in folders)))


def _narrow(project: Project, covered: frozenset[str], *folders: str) -> bool:
    modules = _below(project, *folders)
    missing = len(modules - covered)
    return missing >= MIN_MISSING and len(modules) - missing < project.threshold * len(modules)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _examples(paths: Iterable[str]) -> tuple[str, ...]:
    """The modules to name: one of each top folder first, so that the reader sees what is missing."""
    ordered = sorted(paths, key=lambda path: (path.count("/"), path))
    firsts: dict[str, str] = {}
    for path in ordered:
        firsts.setdefault(path.partition("/")[0], path)
    return tuple([*firsts.values()][:MAX_NAMED])


def _listed(document: Document, *keys: str) -> str:
    value = document.get(*keys)
    items = value if isinstance(value, list) else [value]
    shown = ", ".join(str(item) for item in items[:MAX_NAMED])
    return f"{shown}, …" if len(items) > MAX_NAMED else shown


def _package_roots(project: Project, folder: str) -> tuple[str, ...]:
    """The fewest folders and files, relative to `folder`, that hold every first-party module."""
    tops = set()
    prefix = folder + "/" if folder else ""
    for module in project.party.modules:
        if module.path.startswith(prefix):
            inside = module.path[len(prefix) :]
            first, _, rest = inside.partition("/")
            tops.add("src" if first == "src" and rest else first)
    return tuple(sorted(tops)) if len(tops) <= MAX_TARGETS else (".",)


def _ran(invocation: Invocation) -> Related:
    place = invocation.place
    command = shlex.join((*invocation.tool.split(), *invocation.args))
    return Related(place.path, place.span, f"runs `{command}`")
