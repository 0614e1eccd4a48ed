"""Edits of TOML by tomlkit, found by the span of the key."""

from typing import Any

from aether_lint.model import Span
from aether_lint.scopes.toml_places import Keys, toml_spans


def edit_toml(text: str, operation: str, target: Span, arguments: dict[str, str]) -> str:
    """The text with one key set, removed, extended or replaced. Raises ValueError when it is not there any more."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    keys = _keys_at(text, target)
    if not keys:
        raise ValueError("the key is not at that place any more")
    try:
        document = tomlkit.parse(text)
        _edit(document, keys, operation, arguments)
        return tomlkit.dumps(document)
    except (TOMLKitError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"tomlkit cannot make this edit: {error}") from error


def _keys_at(text: str, target: Span) -> Keys:
    """The longest key path whose span is the target's."""
    return max((keys for keys, span in toml_spans(text).items() if span == target), key=len, default=())


def _edit(document: Any, keys: Keys, operation: str, arguments: dict[str, str]) -> None:
    container, last = _container(document, keys[:-1]), keys[-1]
    match operation:
        case "set":
            values = arguments["value"].split("\n")
            container[last] = values if isinstance(container[last], list) or len(values) > 1 else values[0]
        case "remove":
            _remove(container, last)
        case "remove-item":
            del container[last]
        case "extend":
            for value in arguments["add"].split("\n"):
                if value not in container[last]:
                    container[last].append(value)
        case "replace":
            container[last] = arguments["value"]
        case "override":
            _override(document, container, last, arguments)
        case _:
            raise ValueError(f"TOML files know no `{operation}`")


def _container(document: Any, keys: Keys) -> Any:
    for key in keys:
        document = document[key]
    return document


def _remove(container: Any, key: Any) -> None:
    if key not in container:
        raise ValueError(f"`{key}` is not there any more")
    del container[key]


def _override(document: Any, container: Any, key: Any, arguments: dict[str, str]) -> None:
    """Move a setting for everything into an override for the modules that are named."""
    import tomlkit

    _remove(container, key)
    override = tomlkit.table()
    override["module"] = tomlkit.array()
    override["module"].extend(arguments["modules"].split("\n"))
    if arguments["modules"].count("\n") > 3:
        override["module"].multiline(True)
    override[key] = True
    section = document["tool"]["mypy"]
    if "overrides" not in section:
        section.append("overrides", tomlkit.aot())
    section["overrides"].append(override)
