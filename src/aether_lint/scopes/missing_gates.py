"""Checks that the project configures and that no pull request runs."""

import re
from collections.abc import Iterator

from aether_lint.model import Related
from aether_lint.scopes import mypy_scope, ruff_scope
from aether_lint.scopes.ci_runs import ANYTHING, Pipelines
from aether_lint.scopes.documents import Document, DocumentError
from aether_lint.scopes.known_tools import EQUIVALENT
from aether_lint.scopes.observations import MissingGate, Place
from aether_lint.scopes.project import Project

MANIFEST = re.compile(
    r"(?:[\w.-]+/){0,2}(?:pyproject\.toml|setup\.(?:cfg|py)|Pipfile|package\.json|tox\.ini|environment\.ya?ml"
    r"|[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in)|requirements/[\w.-]+\.(?:txt|in))"
)
# What in a command that nobody can follow lets it be that check.
VAGUE: dict[str, str] = {
    "pytest": r"\btests?\b|\btest-",
    "mypy": r"\btype-?check|\btypes?\b(?! -)|\blint",
    "pyright": r"\btype-?check|\btypes?\b(?! -)",
    "ty": r"\btype-?check|\btypes?\b(?! -)",
    "ruff": r"\blint",
    "flake8": r"\blint",
    "pylint": r"\blint",
}


def missing_gates(project: Project, pipelines: Pipelines) -> Iterator[MissingGate]:
    """Configured tools without a run on pull requests. Nothing where there is no CI at all."""
    if not pipelines.has_ci:
        return
    for tool, place, configuration in configured(project):
        names = EQUIVALENT[tool]
        runs = [run for run in pipelines.runs if run.invocation.tool in names]
        if any(run.invocation.on_pull_requests for run in runs):
            continue
        elsewhere = [run for run in runs if run.invocation.origin == "ci"] or runs
        instead = elsewhere[0].invocation.workflow if elsewhere else ""
        uncertain = may_run_unseen(tool, pipelines)
        # pre-commit.ci runs hooks on pull requests and need not leave a trace in the repository.
        uncertain |= any(run.invocation.origin == "hook" for run in runs) and not _runs_hooks(pipelines)
        # Editors read pyright's and pylint's configuration too: without the tool among the requirements it is theirs.
        uncertain |= not runs and not _declared(project, names)
        related = [Related(r.invocation.place.path, r.invocation.place.span, "runs here only") for r in elsewhere[:2]]
        yield MissingGate(place, tool, configuration, instead, uncertain, tuple(related))


def may_run_unseen(tool: str, pipelines: Pipelines) -> bool:
    """Whether something on pull requests that cannot be followed may start the tool."""
    names = EQUIVALENT.get(tool, frozenset((tool,)))
    return any(_may_run(tool, names, text) for text in pipelines.opaque)


def _runs_hooks(pipelines: Pipelines) -> bool:
    """Whether CI itself runs pre-commit."""
    return any(run.invocation.origin == "ci" and run.invocation.passed is not None for run in pipelines.runs)


def _declared(project: Project, names: frozenset[str]) -> bool:
    """Whether a manifest lists one of the tools among what the project installs."""
    pattern = re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, names))})(?![\w./-])")
    for path in project.tree.files:
        if MANIFEST.fullmatch(path):
            try:
                text = project.text(path)
            except DocumentError:
                continue
            if pattern.search(re.sub(r"\[\[?tool\.[^\]]*\]|#.*", "", text)):
                return True
    return False


def _may_run(tool: str, names: frozenset[str], text: str) -> bool:
    """Whether a command line or a script of unknown doings may start the tool."""
    if text == ANYTHING or re.search(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, names))})(?![\w.-])", text):
        return True
    return "\n" not in text and tool in VAGUE and bool(re.search(VAGUE[tool], text))


def configured(project: Project) -> Iterator[tuple[str, Place, str]]:
    """The checks that the project configures at its root: tool, place of the configuration, its name."""
    found: dict[str, tuple[Place, str]] = {}
    for path, document in sorted(project.documents.items(), key=lambda item: (item[0].count("/"), item[0])):
        for tool, keys in _sections(path, document):
            if path.count("/") == 0:
                found.setdefault(tool, (Place(path, document.locate(*keys)), path))
    yield from ((tool, place, words) for tool, (place, words) in found.items())


def _sections(path: str, document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    name = path.rpartition("/")[2]
    if mypy_scope.configures_mypy(path, document):
        yield "mypy", mypy_scope.section_keys(path)
    if ruff_scope.configures_ruff(path, document) and _lints(document):
        yield "ruff", ruff_scope.section_keys(path)
    if name == ".flake8" or (name in ("setup.cfg", "tox.ini") and "flake8" in document.data):
        yield "flake8", ("flake8",)
    if name in (".pylintrc", "pylintrc") or document.get("tool", "pylint") is not None:
        yield "pylint", ("tool", "pylint") if name == "pyproject.toml" else ()
    if name == "pyrightconfig.json" or document.get("tool", "pyright") is not None:
        yield "pyright", ("tool", "pyright") if name == "pyproject.toml" else ()
    if name == "ty.toml" or document.get("tool", "ty") is not None:
        yield "ty", ("tool", "ty") if name == "pyproject.toml" else ()
    if name in ("pytest.ini", ".pytest.ini"):
        yield "pytest", ("pytest",)
    elif document.get("tool", "pytest") is not None:
        yield "pytest", ("tool", "pytest", "ini_options")
    elif "tool:pytest" in document.data:
        yield "pytest", ("tool:pytest",)
    elif name == "tox.ini" and "pytest" in document.data:
        yield "pytest", ("pytest",)


def _lints(document: Document) -> bool:
    """Whether the configuration is about linting, not about formatting alone."""
    section = document.get(*ruff_scope.section_keys(document.path)) or {}
    return (
        not isinstance(section, dict)
        or not section
        or set(section) - {"format", "line-length", "target-version"} != set()
    )
