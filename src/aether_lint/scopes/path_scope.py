"""The scope of checkers that have no discovery we could ask (flake8, pylint, pyright, ty): paths and patterns.

Their command lines name folders and modules, their configurations `include` and `exclude`; what these mean is
taken from each tool's documentation. A narrow scope of theirs is a warning, no error.
"""

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from aether_lint.scopes.documents import Document, scalar
from aether_lint.scopes.observations import Invocation, Place
from aether_lint.scopes.project import Project

TOOLS = ("flake8", "pylint", "pyright", "basedpyright", "ty")
# Options that take a value, so that the value is no path.
VALUED = re.compile(
    r"-(?:j|f|p|n|v|[a-z])$|--(?:config|append-config|rcfile|jobs|format|output-file|select|ignore|extend-select"
    r"|extend-ignore|exclude|extend-exclude|filename|max-[\w-]+|per-file-ignores|disable|enable|load-plugins|fail-under"
    r"|fail-on|reports|output-format|score|project|python|python-version|python-platform|pythonpath|typeshed-path"
    r"|venv-path|level|outputjson|threads|platform|error|warn|extra-search-path|output|color)$"
)


class Measured(Struct):
    """One command line or configuration: the modules it means, and the key that decides."""

    invocation: Invocation
    covered: frozenset[str]
    key: str
    value: str


def measure(project: Project, invocations: Sequence[Invocation]) -> Iterator[Measured]:
    """What each command line of these tools covers; without a command, what the configuration says."""
    for tool in TOOLS:
        runs = [one for one in invocations if one.tool == tool and one.known]
        for one in runs:
            yield _of_command(project, one)
        if not any(one.tool == tool for one in invocations) and (configured := _of_configuration(project, tool)):
            yield configured


def _of_command(project: Project, one: Invocation) -> Measured:
    if one.passed is not None:
        excluded = frozenset(_excluded(project, one, set(one.passed) & project.party.paths()))
        return Measured(one, (frozenset(one.passed) & project.party.paths()) - excluded, "arguments", _shown(one))
    targets = [_inside(one.cwd, target) for target in _targets(one.args)]
    if not targets:
        configured = _of_configuration(project, one.tool, one)
        if configured is not None:
            return configured
        targets = [one.cwd]
    modules = {path for path in project.party.paths() if any(_below(project, path, target) for target in targets)}
    excluded = frozenset(_excluded(project, one, modules))
    return Measured(one, frozenset(modules) - excluded, "arguments", _shown(one))


def _shown(one: Invocation) -> str:
    return " ".join((one.tool, *one.args))


def _targets(args: Sequence[str]) -> Iterator[str]:
    rest = iter(args)
    for arg in rest:
        if arg in ("check", "--"):
            continue
        if arg.startswith("-"):
            if VALUED.fullmatch(arg):
                next(rest, None)
            continue
        yield arg


def _inside(cwd: str, target: str) -> str:
    joined = posixpath.normpath(posixpath.join(cwd, target))
    return "" if joined == "." else joined


def _below(project: Project, path: str, target: str) -> bool:
    """Whether a module lies below a folder, is a file, or belongs to a package that is named with dots."""
    if not target or path == target or path.startswith(target + "/"):
        return True
    if any(mark in target for mark in "*?["):
        return fnmatch.fnmatch(path, target)
    package = posixpath.basename(target)
    if "." in package or "/" not in target:
        dotted = package.replace(".", "/")
        roots = project.party.source_roots
        starts = [f"{root}/{dotted}" if root else dotted for root in roots]
        return any(path == f"{start}.py" or path.startswith(f"{start}/") for start in starts)
    return False


def _excluded(project: Project, one: Invocation, modules: set[str]) -> Iterator[str]:
    """What flake8's `exclude` takes out; the other tools' patterns come with their configuration."""
    if one.tool != "flake8":
        return
    document = next(
        (found for name in (".flake8", "setup.cfg", "tox.ini") if (found := project.configured(one.cwd, (name,)))
         and "flake8" in found.data), None
    )  # fmt: skip
    values = [*_option_values(one.args, ("--exclude", "--extend-exclude"))]
    if document is not None:
        values += [scalar(document.get("flake8", key)) for key in ("exclude", "extend-exclude")]
    patterns = [part.strip().rstrip("/") for value in values for part in re.split(r"[,\n]", value) if part.strip()]
    for path in modules:
        if any(_flake8_matches(path, pattern.removeprefix("./")) for pattern in patterns):
            yield path


def _flake8_matches(path: str, pattern: str) -> bool:
    parts = path.split("/")
    if "/" not in pattern:
        return any(fnmatch.fnmatch(part, pattern) for part in parts)
    return any(fnmatch.fnmatch("/".join(parts[:end]), pattern) for end in range(1, len(parts) + 1))


def _option_values(args: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    for position, arg in enumerate(args):
        name, equals, value = arg.partition("=")
        if name in names:
            yield value if equals else (args[position + 1] if position + 1 < len(args) else "")


def _of_configuration(project: Project, tool: str, invocation: Invocation | None = None) -> Measured | None:
    """The `include` and `exclude` of pyright and ty, or None where the configuration says nothing of the scope."""
    found = _section(project, tool, invocation.cwd if invocation else "")
    if found is None:
        return None
    document, keys = found
    table = document.get(*keys) if keys else document.data
    if not isinstance(table, dict):
        return None
    key = "include" if table.get("include") else "exclude" if table.get("exclude") else ""
    if not key:
        return None
    folder = document.path.rpartition("/")[0]
    include = [_inside(folder, part) for part in _strings(table.get("include"))] or [folder]
    exclude = [_inside(folder, part) for part in (*_strings(table.get("exclude")), *_strings(table.get("ignore")))]
    modules = project.party.paths()
    covered = frozenset(
        path
        for path in modules
        if any(_matches(path, pattern) for pattern in include)
        and not any(_matches(path, pattern) for pattern in exclude)
    )
    place = Place(document.path, document.locate(*keys, key))
    one = Invocation(tool, (), folder, place, "configuration")
    return Measured(one, covered, key, ", ".join(list(_strings(table.get(key)))[:3]))


def _section(project: Project, tool: str, folder: str) -> tuple[Document, tuple[str, ...]] | None:
    if tool in ("pyright", "basedpyright"):
        document = project.configured(folder, ("pyrightconfig.json",))
        if document is not None:
            return document, ()
        document = project.configured(folder, ("pyproject.toml",))
        for name in ("basedpyright", "pyright"):
            if document is not None and isinstance(document.get("tool", name), dict):
                return document, ("tool", name)
    if tool == "ty":
        document = project.configured(folder, ("ty.toml",))
        if document is not None:
            return document, ("src",)
        document = project.configured(folder, ("pyproject.toml",))
        if document is not None and isinstance(document.get("tool", "ty", "src"), dict):
            return document, ("tool", "ty", "src")
    return None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _matches(path: str, pattern: str) -> bool:
    """A folder or glob of pyright and ty: `**` crosses folders, `*` does not, a folder means all below it."""
    text = ""
    for part in re.split(r"(\*\*/?|\*|\?)", pattern.rstrip("/")):
        text += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return not pattern or re.match(f"{text}(?:/|$)", path) is not None
