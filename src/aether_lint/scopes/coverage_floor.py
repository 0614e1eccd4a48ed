"""Coverage that is measured and decides nothing, and coverage that leaves the package out."""

import fnmatch
import re
from collections.abc import Iterator
from typing import Any

from aether_lint.scopes.ci_runs import Pipelines, Run
from aether_lint.scopes.documents import Document, scalar
from aether_lint.scopes.observations import CoverageFloor, Place
from aether_lint.scopes.project import Project

OMITTED_SHARE = 0.5  # of the first-party modules
# Services with a threshold of their own, set outside of the repository.
ELSEWHERE = re.compile(
    r"codecov|coveralls|codacy|sonar|code-?climate|qlty|diff-cover|py-cov-action|smokeshow", re.IGNORECASE
)


def coverage_floors(project: Project, pipelines: Pipelines) -> Iterator[CoverageFloor]:
    """Places where coverage is measured without a lower bound, or the package is omitted."""
    configurations = list(_configurations(project))
    for document, run_keys, _ in configurations:
        omitted = _omitted(project, document, run_keys)
        if omitted > OMITTED_SHARE * len(project.party.modules):
            place = Place(document.path, document.locate(*run_keys, "omit"))
            reason = f"`omit` takes {omitted} of {len(project.party.modules)} modules out of the measurement"
            yield CoverageFloor(place, reason)
    measured = next((run for run in pipelines.runs if not run.dead and _measures(run)), None)
    if measured is None or _has_floor(project, pipelines, configurations):
        return
    yield CoverageFloor(measured.invocation.place, "coverage is measured, and no value of it fails the job")


def _configurations(project: Project) -> Iterator[tuple[Document, tuple[str, ...], tuple[str, ...]]]:
    """Configuration files of coverage with the keys of their run and report sections."""
    for path, document in project.documents.items():
        name = path.rpartition("/")[2]
        if name == "pyproject.toml" and isinstance(document.get("tool", "coverage"), dict):
            yield document, ("tool", "coverage", "run"), ("tool", "coverage", "report")
        elif name == ".coveragerc":
            yield document, ("run",), ("report",)
        elif name in ("setup.cfg", "tox.ini") and any(key.startswith("coverage:") for key in document.data):
            yield document, ("coverage:run",), ("coverage:report",)


def _measures(run: Run) -> bool:
    one = run.invocation
    return one.tool == "pytest" and any(arg.partition("=")[0] in ("--cov", "--cov-report") for arg in one.args)


def _has_floor(
    project: Project, pipelines: Pipelines, configurations: list[tuple[Document, tuple[str, ...], tuple[str, ...]]]
) -> bool:
    if any(document.get(*report, "fail_under") is not None for document, _, report in configurations):
        return True
    words = [" ".join(run.invocation.args) for run in pipelines.runs]
    words += [" ".join(command.words) for command in pipelines.commands]
    if any("fail-under" in text or ELSEWHERE.search(text) for text in words):
        return True
    options = [
        scalar(document.get("tool", "pytest", "ini_options", "addopts")) for document in project.documents.values()
    ]
    options += [
        scalar(document.get(section, "addopts"))
        for document in project.documents.values()
        for section in ("pytest", "tool:pytest")
    ]
    names = (path for path in project.tree.files if path.count("/") <= 1)
    texts = (document.text for path, document in project.documents.items() if path.startswith(".github/"))
    return (
        any("fail-under" in text for text in options)
        or any(ELSEWHERE.search(name) for name in names)
        or any(ELSEWHERE.search(text) for text in texts)
    )


def _omitted(project: Project, document: Document, keys: tuple[str, ...]) -> int:
    value: Any = document.get(*keys, "omit")
    patterns = value if isinstance(value, list) else re.split(r"[,\n]", scalar(value))
    globs = [str(pattern).strip().removeprefix("./") for pattern in patterns if str(pattern).strip()]
    return sum(any(fnmatch.fnmatch(path, glob) for glob in globs) for path in project.party.paths())
