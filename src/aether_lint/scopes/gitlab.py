"""GitLab pipelines: the scripts of their jobs, whether merge requests run them, and `allow_failure`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from aether_lint.scopes.documents import Document, Keys, scalar
from aether_lint.scopes.observations import Place
from aether_lint.scopes.shell_failures import Loss

RESERVED = frozenset(
    ("default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script", "spec")
)
MAX_EXTENDS = 5


class Job(Struct):
    """One job; `lines` are its script entries with their keys."""

    name: str
    lines: list[tuple[Keys, str]]
    text: str
    on_merge_requests: bool
    loss: Loss | None
    loss_place: Place | None


def jobs(document: Document) -> Iterator[Job]:
    """The jobs that have a script, templates (`.name`) resolved into those that extend them."""
    for name, value in document.data.items():
        if name in RESERVED or str(name).startswith(".") or not isinstance(value, dict):
            continue
        chain = list(_chain(document, str(name), 0))
        lines = list(_script(document, chain))
        if not lines:
            continue
        loss, place = _loss(document, chain)
        yield Job(
            str(name), lines, "\n".join(text for _, text in lines), _on_merge_requests(document, chain), loss, place
        )


def _chain(document: Document, name: str, depth: int) -> Iterator[str]:
    """A job and what it extends, nearest first."""
    yield name
    parents = document.get(name, "extends")
    for parent in [parents] if isinstance(parents, str) else (parents if isinstance(parents, list) else []):
        if depth < MAX_EXTENDS:
            yield from _chain(document, scalar(parent), depth + 1)


def _first(document: Document, chain: list[str], key: str) -> tuple[str, Any]:
    for name in chain:
        value = document.get(name, key)
        if value is not None:
            return name, value
    return "", None


def _script(document: Document, chain: list[str]) -> Iterator[tuple[Keys, str]]:
    for key in ("before_script", "script"):
        name, value = _first(document, chain, key)
        if isinstance(value, str):
            yield (name, key), value
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, str):
                    yield (name, key, index), item


def _loss(document: Document, chain: list[str]) -> tuple[Loss | None, Place | None]:
    name, value = _first(document, chain, "allow_failure")
    if value is True:
        loss = Loss("allow_failure", "`allow_failure: true` lets the pipeline pass", True)
        return loss, Place(document.path, document.locate(name, "allow_failure"))
    return None, None


def _on_merge_requests(document: Document, chain: list[str]) -> bool:
    """Whether a merge request starts the job: its rules, `only` and `except`; without any, every push does."""
    _, rules = _first(document, chain, "rules")
    if isinstance(rules, list):
        return any(_rule_lets(rule) for rule in rules if isinstance(rule, dict))
    _, only = _first(document, chain, "only")
    if only is not None:
        refs = only.get("refs", ["branches"]) if isinstance(only, dict) else only
        return any(ref in ("merge_requests", "branches") or "/" in scalar(ref) for ref in _listed(refs))
    _, skipped = _first(document, chain, "except")
    refs = skipped.get("refs", []) if isinstance(skipped, dict) else skipped or []
    return not {"merge_requests", "branches"} <= set(map(str, _listed(refs)))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _rule_lets(rule: Mapping[str, Any]) -> bool:
    if rule.get("when") == "never":
        return False
    condition = scalar(rule.get("if", ""))
    only_elsewhere = re.search(r"CI_COMMIT_TAG|CI_COMMIT_BRANCH\s*==|CI_DEFAULT_BRANCH|\"schedule\"|\"web\"", condition)
    return "merge_request" in condition or not only_elsewhere
