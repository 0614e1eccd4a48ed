"""The codemods as commands of `python -m libcst.tool codemod -x aether_lint.codemods.MODULE.CLASS`."""

import importlib
from collections.abc import Sequence
from typing import ClassVar, Protocol, cast

import libcst as cst
from libcst.codemod import CodemodContext, SkipFile, VisitorBasedCodemodCommand

from aether_lint.codemods.target import Target


class Linter(Protocol):
    """What a command asks the linter for."""

    def targets_in(self, path: str, codemod: str) -> list[Target]:
        """The targets that the findings of a file have for a codemod."""


class TargetedCodemod(VisitorBasedCodemodCommand):
    """Fixes the given targets, or, without any, those that the linter finds in the file.

    As a command it makes safe and unsafe edits alike: naming the codemod is the consent.
    """

    CODEMOD: ClassVar[str]

    def __init__(self, context: CodemodContext, targets: Sequence[Target] | None = None) -> None:
        super().__init__(context)
        self.targets = targets

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Raises `SkipFile` where there is nothing to do."""
        from aether_lint.codemods.apply import apply

        text = tree.code
        targets = self._linted() if self.targets is None else self.targets
        if not targets:
            raise SkipFile(f"nothing to do for {self.CODEMOD}")
        applied = apply(text, targets)
        for target, outcome in zip(targets, applied.outcomes, strict=True):
            if outcome:
                self.warn(f"line {target.span.line}: {outcome}")
        return tree if applied.text == text else cst.parse_module(applied.text, tree.config_for_parsing)

    def _linted(self) -> list[Target]:
        if not self.context.filename:
            raise SkipFile("findings need a file, not standard input")
        # A command is a host like flake8: it stands above the engine, while the transformers of this
        # package stand below it. The engine is therefore looked up at run time.
        engine = cast(Linter, importlib.import_module("aether_lint.engine.fix"))
        return engine.targets_in(self.context.filename, self.CODEMOD)
