"""Commands that start other commands written down in the repository: make, tox, nox, task runners, scripts."""

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from aether_lint.scopes.commands import Call
from aether_lint.scopes.documents import Document, DocumentError, load, scalar
from aether_lint.scopes.makefile import expanded, parse_makefile, recipes
from aether_lint.scopes.noxfile import session_runs
from aether_lint.scopes.project import Project
from aether_lint.scopes.shell import UNKNOWN, Options
from aether_lint.scopes.shell_failures import Loss
from aether_lint.scopes.toxfile import tox_commands

PLAIN_SHELL = Options(errexit=False, pipefail=False)
MAX_SCRIPT_LINES = 600
MAX_REFERENCES = 4  # entries of a script table that name other entries
ENTRY_KEYS = ("cmd", "shell", "script", "sequence", "composite", "chain", "all")
# Where task runners keep their commands in pyproject.toml: program -> tables.
TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "poe": (("tool", "poe", "tasks"),),
    "pdm": (("tool", "pdm", "scripts"),),
    "rye": (("tool", "rye", "scripts"),),
    "pixi": (("tool", "pixi", "tasks"),),
    "taskipy": (("tool", "taskipy", "tasks"),),
}


class Nested(Struct):
    """A piece of shell that a command starts. `line` is that of its first line, 1-based; `column` of its text."""

    text: str
    path: str
    line: int
    column: int
    options: Options
    cwd: str
    loss: Loss | None = None


def nested(project: Project, call: Call, cwd: str) -> list[Nested] | None:
    """What a command starts, or None when it starts nothing that is written down here.

    An empty list is a runner whose definition is not found: what it runs is unknown.
    """
    match call.program:
        case "make" | "gmake":
            return list(_make(project, call.args, cwd))
        case "tox":
            return list(_tox(project, call.args, cwd))
        case "nox":
            return list(_nox(project, call.args, cwd))
        case "task":
            return [*_taskfile(project, call.args, cwd)] or [*_table(project, "taskipy", call.args, cwd)]
        case "just":
            return list(_just(project, call.args, cwd))
        case "hatch":
            return list(_hatch(project, call.args, cwd))
        case "poe" | "pdm" | "rye" | "pixi":
            return list(_table(project, call.program, call.args, cwd))
        case "npm" | "pnpm" | "yarn" | "bun":
            return []
        case "bash" | "sh" | "zsh" | "dash" | "source" | ".":
            return _script(project, call, cwd)
        case _:
            return _named(project, call, cwd)


def _named(project: Project, call: Call, cwd: str) -> list[Nested] | None:
    """A script by its path, or a name that a task table of pyproject.toml defines (`pdm run lint`)."""
    path = _path(cwd, call.program)
    if "/" in call.program and path in project.tree.names():
        return _shell_file(project, path, cwd, None)
    if call.program not in project.scripts:
        return None
    for program in ("pdm", "rye", "pixi", "poe", "taskipy"):
        found = list(_table(project, program, (call.program,), cwd))
        if found:
            return found
    return None


def _script(project: Project, call: Call, cwd: str) -> list[Nested] | None:
    flags = [arg for arg in call.args if arg.startswith("-")]
    target = next((arg for arg in call.args if not arg.startswith("-")), "")
    path = _path(cwd, target)
    if not target or path not in project.tree.names():
        return []
    strict = any(re.fullmatch(r"-\w*e\w*", flag) for flag in flags)
    return _shell_file(project, path, cwd, Options(strict, "pipefail" in call.args) if flags else None)


def _shell_file(project: Project, path: str, cwd: str, options: Options | None) -> list[Nested] | None:
    try:
        text = project.text(path)
    except DocumentError:
        return []
    first = text.split("\n", 1)[0]
    if not re.match(r"#!.*\b(?:ba|z|da|k)?sh\b", first) and not path.endswith((".sh", ".bash")):
        return [] if first.startswith("#!") else None
    if text.count("\n") > MAX_SCRIPT_LINES:
        return []
    shebang = Options(bool(re.search(r"\s-\w*e", first)), "pipefail" in first)
    return [Nested(text, path, 1, 0, options or shebang, cwd)]


def _path(cwd: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(cwd, target)) if UNKNOWN not in target else ""


def _make(project: Project, args: Sequence[str], cwd: str) -> Iterator[Nested]:
    targets, folder, name, variables = [], cwd, "", {}
    rest = iter(args)
    for arg in rest:
        if arg in ("-C", "--directory"):
            folder = _path(folder, next(rest, ""))
        elif arg.startswith("-C") and len(arg) > 2:
            folder = _path(folder, arg[2:])
        elif arg in ("-f", "--file"):
            name = next(rest, "")
        elif found := re.match(r"(\w+)=(.*)", arg):
            variables[found[1]] = found[2]
        elif not arg.startswith("-"):
            targets.append(arg)
    folder = "" if folder == "." else folder
    names = project.tree.names()
    candidates = [name] if name else ["GNUmakefile", "makefile", "Makefile"]
    path = next((found for found in (_path(folder, one) for one in candidates) if found in names), "")
    if not path:
        return
    try:
        makefile = parse_makefile(project.text(path))
    except DocumentError:
        return
    known = makefile.variables | variables
    everything = bool({"-i", "--ignore-errors", "-k", "--keep-going"} & set(args) - {"-k", "--keep-going"})
    for target in targets or [""]:
        for recipe in recipes(makefile, target):
            ignored = recipe.ignored or everything
            loss = Loss("-", "make ignores the failure of a line that starts with `-`") if ignored else None
            text = expanded(recipe.text, known)
            yield Nested(text, path, recipe.line, recipe.column, Options(makefile.errexit, False), folder, loss)


def _tox(project: Project, args: Sequence[str], cwd: str) -> Iterator[Nested]:
    wanted: list[str] = []
    for position, arg in enumerate(args):
        if arg in ("-e", "-m", "-f") and position + 1 < len(args):
            wanted += args[position + 1].split(",")
        elif found := re.match(r"(?:-e|--env=)(.+)", arg):
            wanted += found[1].split(",")
    for command in tox_commands(project, cwd, wanted):
        loss = Loss("-", command.ignored) if command.ignored else None
        yield Nested(command.text, command.path, command.line, command.column, PLAIN_SHELL, cwd, loss)


def _nox(project: Project, args: Sequence[str], cwd: str) -> Iterator[Nested]:
    path = _path(cwd, _after(args, ("-f", "--noxfile")) or "noxfile.py")
    if path not in project.tree.names():
        return
    names = _after(args, ("-s", "--session", "--sessions", "-e"))
    listed = {names} if names else set()
    if names:
        start = next(i for i, arg in enumerate(args) if arg in ("-s", "--session", "--sessions", "-e"))
        for arg in args[start + 1 :]:
            if arg.startswith("-"):
                break
            listed.add(arg)
    wanted = frozenset(re.sub(r"-\d[\d.]*$|\(.*\)$", "", name) for name in listed)
    if any(UNKNOWN in name for name in wanted) or "-t" in args or "--tags" in args:
        wanted = frozenset()
    try:
        text = project.text(path)
    except DocumentError:
        return
    for run in session_runs(text, wanted or None):
        loss = Loss("success_codes", "`success_codes` accepts failures") if run.accepts_failure else None
        yield Nested(_quoted(run.words), path, run.line, run.column - 1, PLAIN_SHELL, cwd, loss)


def _after(args: Sequence[str], names: Sequence[str]) -> str:
    for position, arg in enumerate(args):
        if arg in names and position + 1 < len(args):
            return args[position + 1]
        for name in names:
            if name.startswith("--") and arg.startswith(name + "="):
                return arg.partition("=")[2]
    return ""


def _quoted(words: Sequence[str]) -> str:
    import shlex

    return " ".join(word if UNKNOWN in word else shlex.quote(word) for word in words)


def _document(project: Project, path: str) -> Document | None:
    known = project.documents.get(path)
    if known is not None or path not in project.tree.names():
        return known
    try:
        project.consulted.add(path)
        return load(project.root, path)
    except DocumentError:
        return None


def _taskfile(project: Project, args: Sequence[str], cwd: str) -> Iterator[Nested]:
    for name in ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"):
        document = _document(project, _path(cwd, name))
        if document is not None:
            for target in [arg for arg in args if not arg.startswith("-") and "=" not in arg] or ["default"]:
                yield from _task(document, target, cwd, 0)
            return


def _task(document: Document, name: str, cwd: str, depth: int) -> Iterator[Nested]:
    task = document.get("tasks", name)
    if depth > 5 or task is None:
        return
    commands = task if isinstance(task, list) else [task] if isinstance(task, str) else task.get("cmds") or []
    if isinstance(task, dict):
        commands = [task["cmd"], *commands] if "cmd" in task else commands
        folder = scalar(task.get("dir"))
        cwd = _path(cwd, folder) if folder and "{{" not in folder else cwd
        for need in task.get("deps") or []:
            yield from _task(document, scalar(need.get("task") if isinstance(need, dict) else need), cwd, depth + 1)
    for index, command in enumerate(commands):
        if isinstance(command, dict) and "task" in command:
            yield from _task(document, scalar(command["task"]), cwd, depth + 1)
            continue
        text = command.get("cmd") if isinstance(command, dict) else command
        ignores = isinstance(command, dict) and command.get("ignore_error") is True
        loss = Loss("ignore_error", "`ignore_error: true` lets the task pass", True) if ignores else None
        span = document.locate("tasks", name, "cmds", index)
        shell = re.sub(r"\{\{.*?\}\}", UNKNOWN, scalar(text))
        yield Nested(shell, document.path, span.line, span.column - 1, PLAIN_SHELL, "" if cwd == "." else cwd, loss)


def _just(project: Project, args: Sequence[str], cwd: str) -> Iterator[Nested]:
    path = next(
        (p for p in (_path(cwd, n) for n in ("justfile", "Justfile", ".justfile")) if p in project.tree.names()), ""
    )
    if not path:
        return
    try:
        lines = project.text(path).split("\n")
    except DocumentError:
        return
    wanted = {arg for arg in args if not arg.startswith("-")}
    active = False
    for number, line in enumerate(lines, 1):
        if header := re.match(r"@?([\w-]+)(?:\s+[^:=]*)?:(?!=)\s*(.*)", line):
            active = header[1] in wanted or not wanted
            wanted |= set(header[2].split()) if active else set()
        elif active and (body := re.match(r"(\s+)([@-]*)(.*)", line)) and body[3].strip():
            loss = Loss("-", "just ignores the failure of a line that starts with `-`") if "-" in body[2] else None
            text = re.sub(r"\{\{.*?\}\}", UNKNOWN, body[3])
            yield Nested(text, path, number, body.start(3), PLAIN_SHELL, cwd, loss)


def _hatch(project: Project, args: Sequence[str], cwd: str) -> Iterator[Nested]:
    words = [arg for arg in args if not arg.startswith("-")]
    document = _document(project, _path(cwd, "pyproject.toml"))
    if words[:1] == ["test"]:
        yield Nested("pytest", document.path if document else "pyproject.toml", 1, 0, PLAIN_SHELL, cwd)
    if words[:1] == ["fmt"]:
        yield Nested("ruff check .", document.path if document else "pyproject.toml", 1, 0, PLAIN_SHELL, cwd)
    if words[:1] != ["run"] or len(words) < 2 or document is None:
        return
    environment, _, script = words[1].rpartition(":")
    table = ("tool", "hatch", "envs", environment or "default", "scripts")
    if document.get(*table, script) is None:
        yield Nested(_quoted(words[1:]), document.path, 1, 0, PLAIN_SHELL, cwd)
        return
    yield from _entries(document, table, script, cwd)


def _entries(document: Document, table: tuple[str, ...], name: str, cwd: str, depth: int = 0) -> Iterator[Nested]:
    """The commands of one entry of a script table: text, a list, or a table with cmd, shell, sequence, composite."""
    keys = (*table, name)
    value: Any = document.get(*keys)
    if isinstance(value, dict):
        inner = next((key for key in ENTRY_KEYS if key in value), "")
        value, keys = (value.get(inner), (*keys, inner)) if inner else (None, keys)
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        text = _entry_text(item)
        other = text.partition(" ")[0]
        if depth < MAX_REFERENCES and other and other != name and document.get(*table, other) is not None:
            yield from _entries(document, table, other, cwd, depth + 1)
            continue
        place = document.locate(*keys, index) if isinstance(value, list) else document.locate(*keys)
        loss = Loss("-", "a script line that starts with `-` never fails") if text.startswith("- ") else None
        shell = re.sub(r"\{(?:args|root|env)[^}]*\}", " ", text.removeprefix("- "))
        yield Nested(shell, document.path, place.line, place.column - 1, PLAIN_SHELL, cwd, loss)


def _entry_text(item: Any) -> str:
    if isinstance(item, dict):
        item = item.get("cmd", item.get("shell", item.get("ref", "")))
    return item if isinstance(item, str) else ""


def _table(project: Project, program: str, args: Sequence[str], cwd: str) -> Iterator[Nested]:
    words = [arg for arg in args if not arg.startswith("-")]
    if words[:1] == ["run"]:
        words = words[1:]
    document = _document(project, _path(cwd, "pyproject.toml")) or _document(project, "pyproject.toml")
    if document is None or not words:
        return
    for table in TABLES.get(program, ()):
        if document.get(*table, words[0]) is not None:
            yield from _entries(document, table, words[0], cwd)


def exists(project: Project, path: str) -> bool:
    """Whether a file or folder is there, for tests of presence in scripts."""
    return os.path.lexists(os.path.join(project.root, path))
