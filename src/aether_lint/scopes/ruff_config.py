"""A copy of a ruff configuration that our ruff accepts: without what only another version knows."""

import os
import re
import sys
import tempfile
from collections.abc import Callable
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_ATTEMPTS = 25  # one refused key or selector a time
MAX_EXTENDS = 8


def readable_copy(path: str, said: str, attempt: Callable[[str], str]) -> list[str]:
    """Remove what ruff refuses from a copy of the configuration at `path` until `attempt` is content.

    `attempt` gets the path of the copy and returns ruff's complaint, empty when there is none. The result
    names what was removed; where nothing (more) can be removed, the last complaint stands.
    """
    try:
        settings = _flattened(path, 0)
    except (OSError, ValueError, RecursionError):
        return []
    removed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="ruff-copy-") as folder:
        copy = os.path.join(folder, "ruff.toml")
        for _ in range(MAX_ATTEMPTS):
            name = _remove(settings, said)
            if name is None:
                break
            removed.append(name)
            with open(copy, "w", encoding="utf-8") as stream:
                stream.write(_dump(settings))
            said = attempt(copy)
            if not said:
                break
    return removed


def _flattened(path: str, depth: int) -> dict[str, Any]:
    """The settings of a configuration file with those of the files it extends below them."""
    with open(path, "rb") as stream:
        data: dict[str, Any] = tomllib.load(stream)
    if os.path.basename(path) == "pyproject.toml":
        data = data.get("tool", {}).get("ruff", {})
    parent = data.pop("extend", None)
    if isinstance(parent, str) and depth < MAX_EXTENDS:
        base = os.path.join(os.path.dirname(path), os.path.expanduser(parent))
        if os.path.isfile(base):
            data = _merged(_flattened(base, depth + 1), data)
    return data


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            result[key] = _merged(old, value)
        elif isinstance(value, list) and isinstance(old, list) and key.startswith("extend-"):
            result[key] = [*old, *value]
        else:
            result[key] = value
    return result


def _remove(settings: dict[str, Any], said: str) -> str | None:
    """Take out what the complaint names; the name of it, or None when it is nothing of the kind."""
    if "Required version" in said and settings.pop("required-version", None) is not None:
        return "required-version"
    if found := re.search(r"Unknown rule selector:? ['`\"]?([A-Za-z0-9]+)", said):
        return f"selector {found[1]}" if _drop_value(settings, found[1]) else None
    if found := re.search(r"unknown (?:field|variant) `([^`]+)`", said):
        return found[1] if _drop_key(settings, found[1]) or _drop_value(settings, found[1]) else None
    if found := re.search(r"Selection of (?:unstable|deprecated|removed|preview)? ?rules? `?([A-Z]+[0-9]+)", said):
        return f"selector {found[1]}" if _drop_value(settings, found[1]) else None
    if found := re.search(r"- `?([A-Z]+[0-9]+)`?\s*$", said, re.MULTILINE):  # "The following rules have been removed …"
        return f"selector {found[1]}" if _drop_value(settings, found[1]) else None
    return None


def _drop_key(node: Any, name: str) -> bool:
    if isinstance(node, dict):
        if name in node:
            del node[name]
            return True
        return any(_drop_key(value, name) for value in node.values())
    return False


def _drop_value(node: Any, name: str) -> bool:
    dropped = False
    if isinstance(node, dict):
        for key in [key for key, value in node.items() if value == name]:
            del node[key]
            dropped = True
        return sum([_drop_value(value, name) for value in node.values()]) > 0 or dropped
    if isinstance(node, list):
        dropped = name in node
        node[:] = [value for value in node if value != name]
    return dropped


def _dump(settings: dict[str, Any]) -> str:
    import tomlkit

    return tomlkit.dumps(settings)
