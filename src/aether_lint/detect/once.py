"""Answers of detectors that other detectors ask for again."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from aether_lint.link import Module, Program

Answer = TypeVar("Answer")


def once(ask: Callable[[Program, Module], Answer]) -> Callable[[Program, Module], Answer]:
    """Answers for each module of a program once; the program keeps the answers."""

    @wraps(ask)
    def remembered(program: Program, module: Module) -> Answer:
        kept: dict[str, Answer] = program.kept.setdefault(ask, {})
        if module.path not in kept:
            kept[module.path] = ask(program, module)
        return kept[module.path]

    return remembered
