"""Which files that nobody asked about the code needs all the same: tests and scripts that it imports."""

from collections.abc import Sequence

from aether_lint.engine.discover import SourceFile
from aether_lint.facts import ModuleFacts
from aether_lint.link.roots import ModuleTable


class ImportedFiles:
    """Answers for `spare`, the files of a project that are read only if one of the others, `read`, imports them."""

    def __init__(self, read: Sequence[SourceFile], spare: Sequence[SourceFile], src: Sequence[str]) -> None:
        self._spare = {file.relative: file for file in spare}
        self._table = ModuleTable([file.relative for file in (*read, *spare)], src) if spare else None

    def __call__(self, modules: Sequence[ModuleFacts]) -> list[SourceFile]:
        """The spare files that these modules import, each once, in order of path."""
        if self._table is None:
            return []
        found: set[str] = set()
        for module in modules:
            for name in module.imports:
                split = self._table.split(_absolute(name, module.path), module.path)
                if split and split[0] in self._spare:
                    found.add(split[0])
        return [self._spare[relative] for relative in sorted(found)]


def _absolute(name: str, path: str) -> str:
    """An imported name without leading dots; `path` is that of the importing module."""
    level = len(name) - len(name.lstrip("."))
    return ".".join([*path.split("/")[:-level], name[level:]]) if level else name
