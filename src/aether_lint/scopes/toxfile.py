"""What tox environments run: tox.ini, setup.cfg, tox.toml and pyproject.toml."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from aether_lint.scopes.documents import Document, DocumentError, parse_ini
from aether_lint.scopes.project import Project
from aether_lint.scopes.shell import UNKNOWN


class ToxCommand(Struct, frozen=True):
    """One command of an environment; `ignored` says why its failure is ignored, "" where it is not."""

    text: str
    path: str
    line: int
    column: int
    ignored: str


def tox_commands(project: Project, cwd: str, wanted: Sequence[str]) -> Iterator[ToxCommand]:
    """The commands of the environments `wanted`, of the default ones when empty."""
    document = project.configured(cwd, ("tox.ini", "setup.cfg", "tox.toml", "pyproject.toml"))
    for name in ("tox.ini", "setup.cfg"):
        found = project.configured(cwd, (name,))
        if found is not None and any(key.startswith(("tox", "testenv")) for key in found.data):
            yield from _ini(found, found.path, wanted, 0)
            return
    for name, keys in (("tox.toml", ()), ("pyproject.toml", ("tool", "tox"))):
        document = project.configured(posixpath.join(cwd), (name,))
        if document is None or (keys and not isinstance(document.get(*keys), dict)):
            continue
        legacy = document.get(*keys, "legacy_tox_ini")
        if isinstance(legacy, str):
            try:
                line = document.locate(*keys, "legacy_tox_ini").line
                yield from _ini(parse_ini(document.path, legacy.lstrip("\n")), document.path, wanted, line)
            except DocumentError:
                return
            return
        yield from _toml(document, keys, wanted)
        return


def _ini(document: Document, path: str, wanted: Sequence[str], offset: int) -> Iterator[ToxCommand]:
    data: Mapping[str, Mapping[str, str]] = document.data
    names = list(wanted) or _listed(data.get("tox", {}).get("envlist", data.get("tox", {}).get("env_list", "")))
    seen: set[tuple[str, str]] = set()
    for name in names or ["py"]:
        if UNKNOWN in name or name == "ALL":
            names = [key.partition(":")[2] for key in data if key.startswith("testenv:")]
        section = f"testenv:{name}" if f"testenv:{name}" in data else "testenv"
        values = data.get(section, {})
        if "commands" not in values and "commands" in data.get("testenv", {}):
            section = "testenv"
        for key in ("commands_pre", "commands", "commands_post"):
            if (section, key) in seen and section != "testenv":
                continue
            seen.add((section, key))
            yield from _ini_lines(document, path, section, key, name, values, offset)


def _ini_lines(
    document: Document, path: str, section: str, key: str, name: str, values: Mapping[str, str], offset: int
) -> Iterator[ToxCommand]:
    span = document.spans.get((section, key))
    if span is None:
        return
    everything = values.get("ignore_outcome", "").strip().lower() == "true"
    lines = document.text.splitlines()[span.line - 1 : span.end_line]
    lines[0] = re.sub(r"^\s*\w+\s*[=:]\s*", lambda found: " " * len(found[0]), lines[0])
    number = 0
    while number < len(lines):
        start, text = number, lines[number]
        while text.rstrip().endswith("\\") and number + 1 < len(lines):
            number += 1
            text = text.rstrip()[:-1] + " " + lines[number].strip()
        number += 1
        stripped = text.strip()
        if not stripped or stripped.startswith("#"):
            continue
        factors = re.match(r"([\w.,!{}-]+):\s+(.*)", stripped)
        if factors:
            if not _matches(factors[1], name):
                continue
            stripped = factors[2]
        ignored = "`ignore_outcome` lets tox pass" if everything else ""
        if stripped.startswith("-"):
            ignored, stripped = "tox ignores the failure of a line that starts with `-`", stripped.lstrip("- ")
        column = len(text) - len(text.lstrip())
        yield ToxCommand(_filled(stripped), path, span.line + start + offset, column, ignored)


def _matches(factors: str, name: str) -> bool:
    present = set(re.split(r"[-,]", name))
    return any(
        all((part.lstrip("!") in present) != part.startswith("!") for part in option.split("-"))
        for option in re.sub(r"[{}]", "", factors).split(",")
    )


def _listed(text: str) -> list[str]:
    flat = re.sub(r"\{([^}]*)\}", lambda found: found[1].split(",")[0], text)
    return [name for name in re.split(r"[,\s]+", flat) if name]


def _filled(text: str) -> str:
    text = re.sub(r"\{posargs(?::([^{}]*))?\}|\[\]", lambda found: found[1] or "", text)
    text = re.sub(r"\{(?:toxinidir|tox_root|envpython|/)\}/?", "", text)
    return re.sub(r"\{[^{}]*\}", UNKNOWN, text)


def _toml(document: Document, keys: tuple[str, ...], wanted: Sequence[str]) -> Iterator[ToxCommand]:
    listed = document.get(*keys, "env_list")
    for name in list(wanted) or (listed if isinstance(listed, list) else []):
        for table in (("env", str(name)), ("env_run_base",)):
            commands = document.get(*keys, *table, "commands")
            if not isinstance(commands, list):
                continue
            for index, command in enumerate(commands):
                span = document.locate(*keys, *table, "commands", index)
                words = [_word(word) for word in command] if isinstance(command, list) else []
                if words:
                    yield ToxCommand(" ".join(words), document.path, span.line, span.column - 1, "")
            break


def _word(word: Any) -> str:
    return _filled(word) if isinstance(word, str) else ""
