"""Edits of configuration files that keep comments, order and quoting: tomlkit for TOML, lines for INI and YAML.

Every edit is read back by the format's own parser; what comes out wrong is not written.
"""

import re
from collections.abc import Callable

from aether_lint.model import Fix, Span
from aether_lint.scopes.documents import Document, DocumentError, parse_ini, parse_toml, parse_yaml
from aether_lint.scopes.edit_names import PREFIX
from aether_lint.scopes.edit_toml import edit_toml


def apply(text: str, fix: Fix) -> str:
    """The text after one fix of the gates family.

    `fix.codemod` is `config:` and the operation (set, remove, remove-item, extend, replace, unmute, override),
    `fix.arguments["format"]` the kind of file. Raises ValueError with the reason when the edit cannot be made.
    """
    operation = fix.codemod.removeprefix(PREFIX)
    kind = fix.arguments.get("format", "")
    if operation == "unmute":
        return _checked(_unmuted(text, fix), kind)
    editor = EDITORS.get(kind)
    if editor is None:
        raise ValueError(f"there is no editor for {kind or 'this kind of file'}")
    return _checked(editor(text, operation, fix.target, dict(fix.arguments)), kind)


def _checked(text: str, kind: str) -> str:
    """The text, if its parser still takes it. Raises ValueError."""
    parsers: dict[str, Callable[[str, str], Document]] = {"toml": parse_toml, "ini": parse_ini, "yaml": parse_yaml}
    parser = parsers.get(kind)
    if parser is not None:
        try:
            parser("edited", text)
        except DocumentError as error:
            raise ValueError(f"the edit would leave the file invalid: {error}") from error
    return text


def _edit_ini(text: str, operation: str, target: Span, arguments: dict[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    if not 0 < target.line <= len(lines):
        raise ValueError("the file has changed: the line is gone")
    first, last = target.line - 1, min(target.end_line, len(lines))
    newline = _newline(text)
    option = re.match(r"(\s*[^=:\s][^=:]*?\s*[=:])(\s*)", lines[first])
    if option is None or not lines[first].lstrip().lower().startswith(arguments.get("key", "").lower()):
        raise ValueError(f"`{arguments.get('key', '')}` is not on that line any more")
    match operation:
        case "remove":
            lines[first:last] = []
        case "set":
            value = arguments["value"].split("\n")
            gap = option[2] if option[2].strip("\r\n") or len(value) == 1 else " "
            lines[first:last] = [f"{option[1]}{gap.rstrip(chr(13) + chr(10)) or ' '}{', '.join(value)}{newline}"]
        case "replace":
            whole = "".join(lines[first:last])
            if arguments["old"] not in whole:
                raise ValueError(f"`{arguments['old']}` is not there any more")
            lines[first:last] = [whole.replace(arguments["old"], arguments["value"], 1)]
        case "override":
            lines[first:last] = []
            sections = [
                f"{newline}[mypy-{module}]{newline}{arguments['key']} = True{newline}"
                for module in arguments["modules"].split("\n")
            ]
            end = "".join(lines)
            return end + ("" if end.endswith("\n") else newline) + "".join(sections)
        case _:
            raise ValueError(f"INI files know no `{operation}`")
    return "".join(lines)


def _edit_yaml(text: str, operation: str, target: Span, arguments: dict[str, str]) -> str:
    """Take the line of a key out of a mapping; the only operation that workflows and hooks need."""
    if operation != "remove":
        raise ValueError(f"YAML files know no `{operation}`")
    lines = text.splitlines(keepends=True)
    if not 0 < target.line <= len(lines):
        raise ValueError("the file has changed: the line is gone")
    key = arguments["key"]
    index = target.line - 1
    found = re.match(rf"(\s*)(-\s+)?[\"']?{re.escape(key)}[\"']?\s*:", lines[index])
    if found is None:
        raise ValueError(f"`{key}` is not on that line any more")
    column = len(found[1]) + len(found[2] or "")
    end = index + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > column):
        end += 1
    while end > index + 1 and not lines[end - 1].strip():
        end -= 1
    rest = lines[end:]
    if found[2]:  # the key opens the list item: the next key takes its place
        if not rest or _indent(rest[0]) != column:
            raise ValueError(f"`{key}` is all there is")
        rest[0] = f"{found[1]}{found[2]}{rest[0].lstrip()}"
    return "".join([*lines[:index], *rest])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _unmuted(text: str, fix: Fix) -> str:
    """Take away what makes a check's failure disappear: a YAML key, an option, or `|| true`."""
    construct = fix.arguments["construct"]
    key = construct.partition(":")[0]
    if key in ("continue-on-error", "allow_failure", "if", "stages", "ignore_error"):
        return _edit_yaml(text, "remove", fix.target, {"key": key})
    lines = text.splitlines(keepends=True)
    first = fix.target.line - 1
    last = min(fix.target.end_line + 1, len(lines))
    pattern = r"\s*" + r"\s+".join(re.escape(word) for word in construct.split()) + r"(?![\w-])"
    for index in range(first, last):
        start = fix.target.column - 1 if index == first and len(lines[index]) >= fix.target.column else 0
        body = lines[index].rstrip("\r\n")
        if found := re.compile(pattern).search(body, start):
            ending = lines[index][len(body) :]
            lines[index] = body[: found.start()] + body[found.end() :] + ending
            return "".join(lines)
    raise ValueError(f"`{construct}` is not there any more")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


EDITORS: dict[str, Callable[[str, str, Span, dict[str, str]], str]] = {
    "toml": edit_toml,
    "ini": _edit_ini,
    "yaml": _edit_yaml,
}
