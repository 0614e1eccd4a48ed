"""Which tool a command line starts, behind `uv run`, `python -m`, `docker compose run`, `sh -c` and the like."""

import re
import shlex
from collections.abc import Sequence

from msgspec import Struct

from aether_lint.scopes.known_tools import CHECKS, COMPARES, SOFT_FLAGS, SPELLED, WRAPPER_VALUES, WRAPPERS
from aether_lint.scopes.shell import UNKNOWN

MAX_WRAPPERS = 8
RUNNERS = frozenset(
    ("make", "gmake", "tox", "nox", "task", "just", "poe", "hatch", "invoke", "inv", "npm", "pnpm", "yarn", "bun")
)
SHELLS = frozenset(("bash", "sh", "zsh", "dash"))


class Call(Struct, frozen=True):
    """A program and its arguments, wrappers taken off. `inline` is the script of `sh -c SCRIPT`."""

    program: str
    args: tuple[str, ...]
    inline: str = ""
    directory: str = ""  # `uv run --directory DIR`


def unwrap(words: Sequence[str]) -> Call:
    """Take the wrappers off a command line."""
    rest = list(words)
    directory = ""
    for _ in range(MAX_WRAPPERS):
        while rest and re.match(r"^\w+=(?!=)", rest[0]):
            rest = rest[1:]
        if rest and re.search(r"(?:^|/)(?:bin|Scripts)/[^/]+$", rest[0]):
            rest = [rest[0].rpartition("/")[2], *rest[1:]]
        wrapper = next((key for key in sorted(WRAPPERS, key=len, reverse=True) if tuple(rest[: len(key)]) == key), None)
        if wrapper is not None:
            directory = _option(rest, "--directory") or directory
            rest = _after_wrapper(rest[len(wrapper) :], WRAPPERS[wrapper])
            continue
        if rest and re.fullmatch(r"(?:.*/)?(?:python|pypy)[\d.]*(?:\.exe)?|.*/bin/python[\d.]*", rest[0]):
            module = _module(rest[1:])
            if module is None:
                break
            rest = module
            continue
        break
    if not rest:
        return Call("", (), directory=directory)
    program = _program(rest[0])
    if program in SHELLS:
        for position, word in enumerate(rest[1:], 1):
            if re.fullmatch(r"-\w*c", word) and position + 1 < len(rest):
                return Call(program, tuple(rest[1:]), rest[position + 1], directory)
    return Call(program, tuple(rest[1:]), directory=directory)


def _after_wrapper(rest: list[str], own_words: int) -> list[str]:
    while rest:
        word = rest[0]
        if word == "--":
            rest = rest[1:]
            break
        if word == "-m":  # `uv run -m pytest`, `coverage run -m pytest`
            return rest[1:]
        if word.startswith("-"):
            rest = rest[2:] if word in WRAPPER_VALUES else rest[1:]
        elif re.match(r"^\w+=(?!=)", word):
            rest = rest[1:]
        elif own_words:
            own_words -= 1
            rest = rest[1:]
        else:
            break
    return rest


def _option(words: Sequence[str], name: str) -> str:
    for position, word in enumerate(words):
        if word == name and position + 1 < len(words):
            return words[position + 1]
        if word.startswith(name + "="):
            return word.partition("=")[2]
    return ""


def _module(rest: Sequence[str]) -> list[str] | None:
    """What follows `python … -m`, or the script that Python runs."""
    for position, word in enumerate(rest):
        if word == "-m" and position + 1 < len(rest):
            return [rest[position + 1].partition(".__main__")[0], *rest[position + 2 :]]
        if not word.startswith("-") or word == "-c":
            return None
    return None


def _program(word: str) -> str:
    """The name of a program: no folder, no pinned version, no extension."""
    if "/" in word and not re.search(r"(?:^|/)(?:bin|Scripts|\.venv|venv)/", word):
        return word
    return re.sub(r"(?:==|@|\[|>=|~=|<).*$|\.exe$", "", word.rpartition("/")[2])


def check_of(call: Call) -> tuple[str, tuple[str, ...]] | None:
    """The check that a command line starts, with its arguments, or None when it checks nothing."""
    name, args = call.program, call.args
    if name == "ruff":
        return _ruff(args)
    if name == "dmypy":
        return ("mypy", _after(args, "--")) if args[:1] in (("run",), ("check",)) else None
    if name == "ty":
        return ("ty", args[1:]) if args[:1] == ("check",) else None
    if name == "coverage":
        return ("coverage", args) if args[:1] == ("report",) and any("--fail-under" in arg for arg in args) else None
    if name in ("pre-commit", "prek"):
        return ("pre-commit", args[1:]) if args[:1] == ("run",) else None
    if name == "twine":
        return ("twine", args) if args[:1] == ("check",) else None
    if name in ("py.test", "pytest"):
        return "pytest", args
    if name == "pflake8":
        return "flake8", args
    if (tests := _django_tests(call)) is not None:
        return "django test", tests
    if {"--version", "-V", "--help", "-h"} & set(args[:1]) or name not in CHECKS:
        return None
    if _serves(name, args):
        return None
    return name, args


def _django_tests(call: Call) -> tuple[str, ...] | None:
    """The arguments of `manage.py test` or `django-admin test`, however it is started."""
    words = (call.program, *call.args)
    for position, word in enumerate(words[:2]):
        if word.rpartition("/")[2] in ("manage.py", "django-admin") and words[position + 1 : position + 2] == ("test",):
            return words[position + 2 :]
    return None


def _serves(name: str, args: Sequence[str]) -> bool:
    """Subcommands of a checker that check nothing: downloads, logins, baselines, configuration."""
    first = args[0] if args else ""
    return first in (
        "install",
        "login",
        "auth",
        "config",
        "audit-baseline",
        "monitor",
        "version",
        "init",
        "download-db",
    )


def _ruff(args: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    words = list(args)
    while words and words[0].startswith("-"):
        words = words[1:]
    if not words:
        return None
    if words[0] == "format":
        return "ruff format", tuple(words[1:])
    if words[0] == "check":
        return "ruff", tuple(words[1:])
    if words[0] in (
        "rule",
        "config",
        "linter",
        "clean",
        "version",
        "help",
        "server",
        "analyze",
        "generate-shell-completion",
    ):
        return None
    return "ruff", tuple(words)  # `ruff PATH`, as it was before 0.3


def _after(args: Sequence[str], mark: str) -> tuple[str, ...]:
    return tuple(args[args.index(mark) + 1 :]) if mark in args else tuple(args[1:])


def soft_flag(tool: str, args: Sequence[str]) -> str:
    """The option that turns every finding of this command into success, or ""."""
    flags = SOFT_FLAGS.get(tool, frozenset())
    return next((arg for arg in args if arg in flags), "")


def only_formats(tool: str, args: Sequence[str]) -> bool:
    """Whether a formatter is told to change files instead of to compare."""
    flags = COMPARES.get(tool)
    return flags is not None and not any(arg.partition("=")[0] in flags for arg in args)


def known(args: Sequence[str]) -> bool:
    """Whether every argument is known before the run."""
    return not any(UNKNOWN in arg for arg in args)


def shown(tool: str, args: Sequence[str], limit: int = 70) -> str:
    """The command line for a message: one line, shortened, computed parts as `…`."""
    words = (*SPELLED.get(tool, tool).split(), *args)
    text = " ".join(arg if UNKNOWN in arg else shlex.quote(arg) for arg in words).replace(UNKNOWN, "…")
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
