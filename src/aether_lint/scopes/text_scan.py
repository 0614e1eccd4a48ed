"""Comments in Python files that switch a checker off for the whole file, found without parsing the file."""

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aether_lint.scopes import layout
from aether_lint.scopes.cache import Cache

if TYPE_CHECKING:
    import tokenize

HEAD = 1024  # bytes in which a generator's header stands
MAX_SOURCE = 10_000_000
QUESTION = "text"
# Without one of these no switch is there; a plain search costs a fraction of the expression below.
QUICK = (b"# mypy:", b"file-ignore", b"skip-file", b"disable=all", b"disable = all", b"pyright:", b"pyright :")
# One of these must stand in the text before it is worth tokenizing.
CANDIDATE = re.compile(
    rb"(?im)^#\x20mypy:\x20|#\s*ruff\s*:\s*(?:noqa\s*(?:$|[^:\s])|file-ignore)|#\s*flake8\s*[:=]\s*noqa\s*(?:$|[^:\s])"
    rb"|#\s*pylint\s*:\s*(?:skip-file|disable\s*=\s*all)|^\s*#\s*pyright\s*:\s*(?:basic|ignore)\s*(?:$|[^\[\s])"
)
IGNORE_CANDIDATE = re.compile(rb"(?im)^\s*#\s*type\s*:\s*ignore\s*(?:$|#)")
SWITCHES = (
    ("ruff", re.compile(r"#\s*ruff\s*:\s*noqa\s*(?:$|[#\-(])", re.IGNORECASE)),
    ("ruff", re.compile(r"#\s*ruff\s*:\s*file-ignore\s*\[(?P<codes>[^\]]*)\]", re.IGNORECASE)),
    ("flake8", re.compile(r"#\s*flake8\s*[:=]\s*noqa\s*(?:$|[#\-(])", re.IGNORECASE)),
    ("pylint", re.compile(r"#\s*pylint\s*:\s*skip-file", re.IGNORECASE)),
    ("pylint", re.compile(r"#\s*pylint\s*:\s*disable\s*=\s*all\s*(?:$|#)", re.IGNORECASE)),
    ("pyright", re.compile(r"#\s*pyright\s*:\s*(?:basic|ignore)\s*(?:$|[#\-(])", re.IGNORECASE)),
    ("mypy", re.compile(r"# mypy: (?P<options>.*)")),
)
TYPE_IGNORE = re.compile(r"#\s*type\s*:\s*ignore\s*(?:$|#)")


class Switch(Struct, frozen=True):
    """One comment: 1-based line and columns, the tool it silences, and whether a reason stands with it."""

    tool: str
    text: str
    line: int
    column: int
    end_column: int
    documented: bool
    codes: tuple[str, ...] = ()


class FileSwitches(Struct, frozen=True):
    """What a file's text says about checking it."""

    generated: bool
    switches: tuple[Switch, ...] = ()
    defines: bool = True  # False for a file that only imports and assigns


def scan_files(root: str, paths: Iterable[str], cache: Cache) -> dict[str, FileSwitches]:
    """Scan every file once; the answer is kept as long as its mtime and size stay."""
    import msgspec

    key = cache.key(QUESTION, everywhere=True)
    before = cache.get(key) or {}
    after: dict[str, list[object]] = {}
    found: dict[str, FileSwitches] = {}
    for path in paths:
        try:
            stat = os.stat(os.path.join(root, path))
        except OSError:
            continue
        mark = f"{stat.st_mtime_ns}:{stat.st_size}"
        known = before.get(path)
        if known and known[0] == mark:
            found[path] = msgspec.convert(known[1], FileSwitches)
        else:
            found[path] = scan(root, path)
        after[path] = [mark, msgspec.to_builtins(found[path])]
    if after != before:
        cache.put(key, after)
    return found


def kept_switches(cache: Cache) -> dict[str, Any]:
    """What the last scan found in each file, as it is kept."""
    return {path: known[1] for path, known in (cache.get(cache.key(QUESTION, everywhere=True)) or {}).items()}


def scan(root: str, relative: str) -> FileSwitches:
    """What the text of one file says now."""
    path = os.path.join(root, relative)
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > MAX_SOURCE:
            return FileSwitches(False)
        with open(path, "rb") as stream:
            raw = stream.read()
    except OSError:
        return FileSwitches(False)
    generated = layout.GENERATED_MARK.search(raw[:HEAD]) is not None
    last = 0
    if any(word in raw for word in QUICK) or (b"flake8" in raw or b"ruff" in raw):
        last = max((found.end() for found in CANDIDATE.finditer(raw)), default=0)
    if ignored := IGNORE_CANDIDATE.search(raw[: 4 * HEAD]):
        last = max(last, ignored.end())
    if not last:
        return FileSwitches(generated)
    defines = re.search(rb"(?m)^(?:async\s+def|def|class|if|for|while|with)\b", raw) is not None
    return FileSwitches(generated, tuple(_comments(raw, raw.count(b"\n", 0, last) + 1)), defines)


def _comments(raw: bytes, last_line: int) -> list[Switch]:
    """The switches among the real comments of a file; those in strings are text."""
    import io
    import tokenize

    lines = raw.decode("utf-8", "replace").splitlines()
    switches = []
    code_seen = False
    try:
        for token in tokenize.tokenize(io.BytesIO(raw).readline):
            if token.start[0] > last_line:
                break
            if token.type == tokenize.COMMENT:
                if switch := _switch(token, lines, code_seen):
                    switches.append(switch)
            elif token.type not in (tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.ENDMARKER):
                code_seen = True
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        pass  # a file that does not tokenize is reported by the engine; what came before counts
    return switches


def _switch(token: "tokenize.TokenInfo", lines: list[str], code_seen: bool) -> Switch | None:
    alone = not token.line[: token.start[1]].strip()
    line, column = token.start
    place = (line, column + 1, column + 1 + len(token.string))
    documented = _has_reason(lines, line, token.string)
    if alone and not code_seen and TYPE_IGNORE.match(token.string):
        return Switch("mypy", token.string, *place, documented)
    for tool, pattern in SWITCHES:
        found = pattern.match(token.string)
        if found is None or not (alone or tool == "flake8"):
            continue
        if tool == "mypy":
            options = [part.strip().replace("-", "_").replace(" ", "") for part in found["options"].split(",")]
            if column or not {"ignore_errors", "ignore_errors=True", "ignore_errors=true"} & set(options):
                return None
        codes = tuple(part.strip() for part in (found.groupdict().get("codes") or "").split(",") if part.strip())
        return Switch(tool, token.string, *place, documented, codes)
    return None


def _has_reason(lines: list[str], number: int, comment: str) -> bool:
    """A word after the switch itself, or another comment on the line above or below."""
    if re.search(r"(?:noqa|skip-file|ignore(?:-errors)?|basic|\])\s*(?:#|--|[(-])\s*\w{3}", comment):
        return True
    near = [lines[index].strip() for index in (number - 2, number) if 0 <= index < len(lines)]
    return any(re.match(r"#\s*\w+ \w+", text) and not text.startswith(("#!", "# type:", "# -*-")) for text in near)
