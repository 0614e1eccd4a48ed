"""What pre-commit hooks run, and on which files: the hook's patterns decide, not the tool's configuration."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from aether_lint.scopes.commands import check_of, unwrap
from aether_lint.scopes.documents import Document, scalar
from aether_lint.scopes.observations import Place

# Hook ids of the usual repositories -> command line that they start.
HOOKS: dict[str, tuple[str, ...]] = {
    "mypy": ("mypy",),
    "ruff": ("ruff", "check", "--force-exclude"),
    "ruff-check": ("ruff", "check", "--force-exclude"),
    "ruff-format": ("ruff", "format", "--force-exclude", "--check"),
    "flake8": ("flake8",),
    "pylint": ("pylint",),
    "black": ("black", "--check"),
    "black-jupyter": ("black", "--check"),
    "isort": ("isort", "--check"),
    "bandit": ("bandit",),
    "pyright": ("pyright",),
    "basedpyright": ("basedpyright",),
    "pyright-python": ("pyright",),
    "ty": ("ty", "check"),
    "detect-secrets": ("detect-secrets-hook",),
    "gitleaks": ("gitleaks",),
    "codespell": ("codespell",),
    "vulture": ("vulture",),
    "yamllint": ("yamllint",),
    "zizmor": ("zizmor",),
    "semgrep": ("semgrep",),
    "pip-audit": ("pip-audit",),
    "pydocstyle": ("pydocstyle",),
    "interrogate": ("interrogate",),
    "shellcheck": ("shellcheck",),
}
PASSES_NO_FILES = frozenset(("pyright", "basedpyright", "ty", "pip-audit"))


class Hook(Struct):
    """One hook that runs a check. `passed` is None when the hook gets no file names."""

    id: str
    tool: str
    args: tuple[str, ...]
    place: Place
    stages: tuple[str, ...]
    stages_place: Place
    passed: tuple[str, ...] | None
    handles: Place


def hooks(document: Document, files: tuple[str, ...]) -> Iterator[Hook]:
    """The checking hooks of a configuration; `files` are the project's, relative to the root."""
    top = document.data
    stages = _words(top.get("default_stages"))
    for number, repository in enumerate(top.get("repos") or []):
        if not isinstance(repository, dict):
            continue
        for index, hook in enumerate(repository.get("hooks") or []):
            if isinstance(hook, dict) and (
                found := _hook(document, hook, ("repos", number, "hooks", index), stages, files)
            ):
                yield found


def _hook(
    document: Document,
    hook: dict[str, Any],
    keys: tuple[str | int, ...],
    stages: tuple[str, ...],
    files: tuple[str, ...],
) -> Hook | None:
    name = scalar(hook.get("id") or "")
    command = _command(hook, name)
    call = unwrap(command)
    check = check_of(call)
    if check is None:
        return None
    tool, args = check
    place = Place(document.path, document.locate(*keys, "id"))
    own = _words(hook.get("stages")) or stages
    passes = hook.get("pass_filenames", name not in PASSES_NO_FILES)
    return Hook(
        id=name,
        tool=tool,
        args=args,
        place=place,
        stages=own,
        stages_place=Place(document.path, document.locate(*keys, "stages")),
        passed=_selected(document.data, hook, files) if passes is not False else None,
        handles=Place(document.path, document.locate(*keys, "args" if "args" in hook else "id")),
    )


def _command(hook: dict[str, Any], name: str) -> list[str]:
    args = [scalar(arg) for arg in hook.get("args") or []]
    entry = hook.get("entry")
    if isinstance(entry, str):
        try:
            return [*shlex.split(entry), *args]
        except ValueError:
            return []
    return [*HOOKS.get(name, ()), *args] if name in HOOKS else []


def _words(value: Any) -> tuple[str, ...]:
    return tuple(map(scalar, value)) if isinstance(value, list) else ((str(value),) if isinstance(value, str) else ())


def _selected(top: dict[str, Any], hook: dict[str, Any], files: tuple[str, ...]) -> tuple[str, ...]:
    """The Python files that pre-commit hands to the hook: `files` and `exclude` are searched in each path."""
    patterns = []
    for holder in (top, hook):
        for key, wanted in (("files", True), ("exclude", False)):
            text = holder.get(key)
            if isinstance(text, str) and text:
                try:
                    patterns.append((re.compile(text), wanted))
                except re.error:
                    return ()
    python = [path for path in files if path.endswith((".py", ".pyi"))]
    return tuple(path for path in python if all(bool(pattern.search(path)) == wanted for pattern, wanted in patterns))
