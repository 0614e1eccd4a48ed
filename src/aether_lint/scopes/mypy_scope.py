"""What mypy covers: its configuration places, the command lines of hooks and CI, and the effect of each option."""

import posixpath
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from aether_lint.scopes.documents import Document
from aether_lint.scopes.imports import by_name, reached
from aether_lint.scopes.observations import Invocation, Place
from aether_lint.scopes.project import Project
from aether_lint.scopes.tools import ask_mypy

# In mypy's order of precedence; of the shared files only one with a mypy section counts.
CONFIG_ORDER = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")


class Measured(Struct):
    """One mypy command line: the modules it is given, those it reports on, and the options in force."""

    invocation: Invocation
    named: frozenset[str]
    covered: frozenset[str]
    options: dict[str, Any]
    config: str  # path of the configuration file in force, relative to the root, or ""
    failure: str = ""
    note: str = ""


def config_folders(project: Project) -> list[str]:
    """Folders where mypy would find a configuration."""
    return sorted({path.rpartition("/")[0] for path, doc in project.documents.items() if configures_mypy(path, doc)})


def configures_mypy(path: str, document: Document) -> bool:
    """Whether mypy would read its configuration from this file."""
    name = path.rpartition("/")[2]
    if name in ("mypy.ini", ".mypy.ini"):
        return True
    if name == "pyproject.toml":
        return isinstance(document.get("tool", "mypy"), dict)
    return name == "setup.cfg" and "mypy" in document.data


def measure(project: Project, invocations: Sequence[Invocation]) -> list[Measured]:
    """Ask mypy about every invocation, all in one process. Raises ToolError."""
    names = [name for module in project.party.modules for name in module.names]
    roots = [project.absolute(root) for root in project.party.source_roots]
    questions = [
        {
            "cwd": project.absolute(one.cwd),
            "args": [*one.args, *(one.passed or ())],
            "modules": names,
            "roots": roots,
            "patterns": True,
            "targets": _targets(one),
        }
        for one in invocations
    ]
    keys = [project.cache.key("mypy", question) for question in questions]
    answers = [project.cache.get(key) for key in keys]
    open_questions = [index for index, answer in enumerate(answers) if answer is None]
    if open_questions:
        for index, answer in zip(open_questions, ask_mypy([questions[i] for i in open_questions]), strict=True):
            answers[index] = answer
            project.cache.put(keys[index], answer)
    return [_measured(project, one, answer) for one, answer in zip(invocations, answers, strict=True)]


def _targets(invocation: Invocation) -> list[str]:
    """Paths among the arguments, for measuring what each exclude pattern drops from them."""
    return [
        arg for arg in invocation.args if not arg.startswith("-") and ("/" in arg or "." in arg or arg.isidentifier())
    ]


def _measured(project: Project, one: Invocation, answer: dict[str, Any]) -> Measured:
    if "error" in answer or answer.get("failed"):
        said = answer.get("error") or answer.get("said", "").strip().splitlines()[-1:] or ["no reason given"]
        return Measured(one, frozenset(), frozenset(), answer, "", said if isinstance(said, str) else said[0])
    of_name = by_name(project.party.modules)
    paths = {project.relative(path) if path else of_name.get(name, "") for path, name in answer["sources"]}
    named = frozenset(_with_stubs(paths)) & project.party.paths()
    covered = named
    if answer["follow_imports"] == "normal" and named:
        covered = _reached(project, frozenset(paths))
    config = answer.get("config_file")
    answer["ignored_paths"] = sorted({of_name[name] for name in answer["ignored"] if name in of_name})
    absent = answer.get("absent")
    note = f"measured without {', '.join(absent)}, which is not in this tree" if absent else ""
    return Measured(one, named, covered, answer, project.relative(config) if config else "", "", note)


def _with_stubs(paths: set[str]) -> set[str]:
    """A stub beside a module takes its place in mypy's list."""
    return {path[:-1] if path.endswith(".pyi") else path for path in paths}


def _reached(project: Project, start: frozenset[str]) -> frozenset[str]:
    modules = project.party.paths()
    if modules <= start:
        return modules
    return reached(project, start) & modules


def bare_invocations(project: Project) -> list[Invocation]:
    """One for each folder with a configuration: `mypy` without arguments, started there."""
    found = []
    for folder in config_folders(project):
        for name in CONFIG_ORDER:
            path = posixpath.join(folder, name)
            document = project.documents.get(path)
            if document is not None and configures_mypy(path, document):
                span = document.locate(*section_keys(path))
                found.append(Invocation("mypy", (), folder, Place(path, span), "configuration"))
                break
    return found


def section_keys(path: str) -> tuple[str, ...]:
    """Where mypy's own section is in a configuration file."""
    return ("tool", "mypy") if path.endswith(".toml") else ("mypy",)


def locate(document: Document, *keys: str | int) -> Place:
    """The place of a key of mypy's section."""
    return Place(document.path, document.locate(*section_keys(document.path), *keys))
