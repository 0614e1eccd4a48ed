"""Which modules a set of modules reaches through imports: mypy reports on those too when it follows imports.

Read off the text, not a tree: an import statement in a docstring may add an edge, which only ever makes a
scope look wider, never narrower.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping

from aether_lint.scopes.import_lines import Statement
from aether_lint.scopes.modules import Module
from aether_lint.scopes.project import Project


def by_name(modules: Iterable[Module]) -> dict[str, str]:
    """Dotted name -> path; the first name of a module wins over another's later names."""
    found: dict[str, str] = {}
    ordered = list(modules)
    for position in range(max((len(module.names) for module in ordered), default=0)):
        for module in ordered:
            if position < len(module.names):
                found.setdefault(module.names[position], module.path)
    return found


def reached(project: Project, start: Iterable[str]) -> frozenset[str]:
    """Paths of first-party modules that `start` (paths) reaches through imports, `start` included."""
    names = by_name(project.party.modules)
    module_of = {module.path: module for module in project.party.modules}
    seen = set(start)
    queue = sorted(seen)
    while queue:
        path = queue.pop()
        for name in _imported(project.imports(path), path, module_of.get(path)):
            for target in _resolve(name, names):
                if target not in seen:
                    seen.add(target)
                    queue.append(target)
    return frozenset(seen)


def third_party(project: Project, folder: str = "") -> tuple[str, ...]:
    """Top-level packages that modules below `folder` import and that are neither the project's nor Python's."""
    party = project.party
    own = {name.partition(".")[0] for name in by_name(party.modules)}
    own |= {path.partition("/")[0].removesuffix(".py") for paths in party.apart.values() for path in paths}
    own |= {name.partition(".")[0] for name in sys.stdlib_module_names}
    below = [module for module in party.modules if not folder or module.path.startswith(folder + "/")]
    imported = (name for one in below for name in _imported(project.imports(one.path), one.path, one))
    found = {name.partition(".")[0] for name in imported}
    return tuple(sorted(name for name in found - own if name.isidentifier()))


def _imported(statements: Iterable[Statement], path: str, module: Module | None) -> Iterator[str]:
    own = module.names if module else ()
    is_package = path.endswith("__init__.py")
    for dots, base, names, plain in statements:
        if plain:
            yield from (part.split()[0] for part in plain.split(",") if part.split())
            continue
        bases = [base]
        if dots:
            bases = [".".join(filter(None, (_ancestor(name, len(dots) - is_package), base))) for name in own]
        items = [part.split()[0] for part in names.strip("()").replace("\n", " ").split(",") if part.split()]
        for start in bases:
            yield start
            yield from (f"{start}.{item}" for item in items)


def _ancestor(name: str, levels: int) -> str:
    parts = name.split(".")
    return ".".join(parts[: len(parts) - levels]) if levels else name


def _resolve(name: str, names: Mapping[str, str]) -> Iterator[str]:
    """The module called `name` and the packages above it, which an import loads too."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        if (path := names.get(".".join(parts[:end]))) is not None:
            yield path
