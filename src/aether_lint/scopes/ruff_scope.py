"""What ruff covers and which rules it applies, by ruff's own `--show-files` and `--show-settings`."""

import os
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from aether_lint.catalog.word_list import word_set
from aether_lint.scopes.documents import Document
from aether_lint.scopes.observations import Invocation, Place
from aether_lint.scopes.project import Project
from aether_lint.scopes.ruff_config import readable_copy
from aether_lint.scopes.tools import Completed, ToolError, ruff_command, run

UNDEFINED_NAME = "F821"
CONFIG_ORDER = (".ruff.toml", "ruff.toml", "pyproject.toml")

# Flags of `ruff check` that decide what is linted and with which rules; all others are dropped, some of them
# because they would write files.
SCOPE_FLAGS = frozenset(("--isolated", "--force-exclude", "--no-force-exclude", "--no-respect-gitignore", "--preview"))
SCOPE_OPTIONS = word_set(
    "--select --ignore --extend-select --extend-ignore --exclude --extend-exclude --config --per-file-ignores "
    "--extend-per-file-ignores --target-version --extension"
)
OTHER_OPTIONS = word_set(
    "--output-format --output-file -o --line-length --cache-dir --stdin-filename --fixable --unfixable "
    "--extend-fixable --dummy-variable-rgx --color --add-noqa --range"
)


MAX_BROKEN = 20  # nested configurations that are set aside, one ruff run each


class Measured(Struct):
    """One ruff command line: the modules it lints, and what was left out of the configuration to read it."""

    invocation: Invocation
    covered: frozenset[str]
    note: str = ""
    failure: str = ""


class Rules(Struct):
    """The rules in force for the files that one configuration governs."""

    config: str  # path of the configuration file relative to the root, "" for ruff's defaults
    enabled: frozenset[str]
    files: int
    note: str = ""
    failure: str = ""


def config_folders(project: Project) -> list[str]:
    """Folders with a configuration of ruff."""
    return sorted({path.rpartition("/")[0] for path, doc in project.documents.items() if configures_ruff(path, doc)})


def configures_ruff(path: str, document: Document) -> bool:
    """Whether ruff would read its configuration from this file."""
    name = path.rpartition("/")[2]
    if name == "pyproject.toml":
        return isinstance(document.get("tool", "ruff"), dict)
    return name in ("ruff.toml", ".ruff.toml")


def section_keys(path: str) -> tuple[str, ...]:
    """Where ruff's own section is in a configuration file."""
    return ("tool", "ruff") if path.endswith("pyproject.toml") else ()


def scope_arguments(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a `ruff check` command line into the flags that matter for the scope and the paths."""
    flags, paths = [], []
    rest = iter(args)
    for arg in rest:
        name, equals, _ = arg.partition("=")
        if arg == "--":
            paths += list(rest)
        elif arg in SCOPE_FLAGS or (name in SCOPE_OPTIONS and equals):
            flags.append(arg)
        elif arg in SCOPE_OPTIONS:
            flags += [arg, next(rest, "")]
        elif arg in OTHER_OPTIONS:
            if arg != "--add-noqa":
                next(rest, "")
        elif not arg.startswith("-"):
            paths.append(arg)
    return flags, paths


def measure(project: Project, invocations: Sequence[Invocation]) -> list[Measured]:
    """Ask ruff which files each command line would lint. Raises ToolError when ruff is missing."""
    return [_measure(project, invocation) for invocation in invocations]


def _measure(project: Project, one: Invocation) -> Measured:
    flags, paths = scope_arguments(one.args)
    key = project.cache.key("ruff files", one.cwd, flags, paths, one.passed)
    known = project.cache.get(key)
    if known is None:
        known = _files(project, one.cwd, flags, list(one.passed) if one.passed is not None else paths)
        project.cache.put(key, known)
    covered = frozenset(known["files"]) & project.party.paths()
    return Measured(one, covered, known["note"], known["failure"])


def _files(project: Project, cwd: str, flags: list[str], paths: list[str]) -> dict[str, Any]:
    rest = ["--show-files", "--", *(paths or ["."])]
    done = _ruff(project, cwd, [*flags, *rest])
    notes: list[str] = []
    apart: list[str] = []
    files: set[str] = set()
    while done.code and len(notes) < MAX_BROKEN:
        refused = _refused_config(done.err)
        folder = os.path.dirname(refused)
        if (
            not refused
            or not folder.startswith(project.absolute(cwd) + os.sep)
            or not next(_config_of(project, cwd), "")
        ):
            break
        # A nested configuration that ruff cannot read: the rest without its folder, and its folder on its own.
        apart += ["--extend-exclude", _escaped(os.path.relpath(folder, project.absolute(cwd)))]
        nested = project.relative(folder)
        inner = _files(project, nested, flags, []) if project.relative(refused) in project.documents else {}
        files.update(inner.get("files", ()))
        notes.append(str(inner.get("note") or f"without {nested}, whose ruff configuration is not valid"))
        done = _ruff(project, cwd, [*flags, *apart, *rest])
    if done.code:
        done, note = _with_copy(project, cwd, [*flags, *apart], rest, done)
        notes += [note] if note else []
    failure = _reason(done.err) if done.code else ""
    files.update(project.relative(os.path.realpath(line)) for line in done.out.splitlines() if os.path.isabs(line))
    return {"files": sorted(files), "note": "; ".join(notes), "failure": failure}


def _escaped(path: str) -> str:
    """A path as a glob that means it literally."""
    return re.sub(r"([\[\]{}*?])", r"[\1]", path)


def rules_by_config(project: Project, invocation: Invocation, covered: Iterable[str]) -> list[Rules]:
    """The rules in force for the covered modules, once for each configuration file that governs some of them."""
    flags, _ = scope_arguments(invocation.args)
    folders = config_folders(project)
    groups: dict[str, list[str]] = {}
    for path in sorted(covered):
        groups.setdefault(_governing(path, folders), []).append(path)
    found = []
    for group in groups.values():
        key = project.cache.key("ruff rules", invocation.cwd, flags, group[0])
        known = project.cache.get(key)
        if known is None:
            known = _rules(project, invocation.cwd, flags, group[0])
            project.cache.put(key, known)
        found.append(Rules(known["config"], frozenset(known["enabled"]), len(group), known["note"], known["failure"]))
    return found


def _governing(path: str, folders: Sequence[str]) -> str:
    inside = [folder for folder in folders if not folder or path.startswith(folder + "/")]
    return max(inside, key=len, default="")


def _rules(project: Project, cwd: str, flags: list[str], sample: str) -> dict[str, Any]:
    target = os.path.join(project.root, sample)
    done = _ruff(project, cwd, [*flags, "--show-settings", "--", target])
    note = ""
    if done.code:
        done, note = _with_copy(project, cwd, flags, ["--show-settings", "--", target], done)
    block = re.search(r"linter\.rules\.enabled = \[(.*?)\n\]", done.out, re.DOTALL)
    enabled = re.findall(r"\(?\b([A-Z]+[0-9]+)\b\)?,?$", block[1], re.MULTILINE) if block else []
    settings = re.search(r'^Settings path: "(.*)"$', done.out, re.MULTILINE)
    config = project.relative(os.path.realpath(settings[1])) if settings else ""
    if note:
        config = next(_config_of(project, cwd), config)
    return {"config": config, "enabled": enabled, "note": note, "failure": _reason(done.err) if done.code else ""}


def _config_of(project: Project, folder: str) -> Iterator[str]:
    while True:
        for name in CONFIG_ORDER:
            path = posixpath.join(folder, name)
            document = project.documents.get(path)
            if document is not None and configures_ruff(path, document):
                yield path
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def _ruff(project: Project, cwd: str, arguments: list[str]) -> Completed:
    folder = project.absolute(cwd)
    if not os.path.isdir(folder):
        raise ToolError(f"the working directory {cwd} does not exist")
    return run([ruff_command(), "check", "--no-cache", *arguments], folder)


def _with_copy(
    project: Project, cwd: str, flags: list[str], rest: list[str], refused: Completed
) -> tuple[Completed, str]:
    """Run again with a copy of the configuration that our ruff can read. The note says what was left out."""
    named = _refused_config(refused.err)
    source = project.relative(named) if named else next(_config_of(project, cwd), "")
    if source not in project.documents:
        source = next(_config_of(project, cwd), "")  # a file that it extends
    if not source or any(flag.startswith("--config") or flag == "--isolated" for flag in flags):
        return refused, ""
    answer: list[Completed] = []

    def attempt(copy: str) -> str:
        done = _ruff(project, source.rpartition("/")[0], [*flags, "--config", copy, *rest_for(source)])
        answer[:] = [done]
        return done.err if done.code else ""

    def rest_for(config: str) -> list[str]:
        folder = config.rpartition("/")[0]
        start = [os.path.join(project.absolute(cwd), arg) for arg in rest[2:]]
        return [*rest[:2], *(os.path.relpath(path, project.absolute(folder)) for path in start)]

    removed = readable_copy(os.path.join(project.root, source), refused.err, attempt)
    if not answer:
        return refused, ""
    left_out = ", ".join(removed)
    return answer[-1], f"read without {left_out} of {source}, which ruff here does not accept" if left_out else ""


def _refused_config(said: str) -> str:
    """The absolute path of the configuration file that a complaint of ruff is about, or ""."""
    found = re.search(
        r"(?:Failed to parse|load(?: extended)? configuration|from) `?(/.*?\.toml)`?(?: |$)", said, re.MULTILINE
    )
    return os.path.realpath(found[1]) if found else ""


def _reason(said: str) -> str:
    """The most telling line of ruff's error."""
    causes = re.findall(r"Cause: (.+)", said)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if not causes:
        return lines[0] if lines else "no reason given"
    detailed = "TOML parse error" in causes[-1] and not causes[-1].endswith(lines[-1])
    return f"{causes[-1]}: {lines[-1]}" if detailed else causes[-1]


def bare_invocations(project: Project) -> list[Invocation]:
    """`ruff check` without arguments in the topmost folders that configure ruff."""
    folders = config_folders(project)
    tops = [f for f in folders if not any(f != other and (not other or f.startswith(other + "/")) for other in folders)]
    found = []
    for folder in tops:
        path = next(path for path in _config_of(project, folder) if path.rpartition("/")[0] == folder)
        span = project.documents[path].locate(*section_keys(path))
        found.append(Invocation("ruff", (), folder, Place(path, span), "configuration"))
    return found


def command_text(args: Sequence[str]) -> str:
    """The command line as one would type it."""
    return shlex.join(("ruff", "check", *args))
