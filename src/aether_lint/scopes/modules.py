"""First-party modules of a project: what a gate ought to cover, told from packaging metadata and layout."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from aether_lint.scopes import layout
from aether_lint.scopes.documents import Document
from aether_lint.scopes.tree import Tree

MIN_TESTS = 5  # test files, and more than half of all, that make a folder a test suite


class Module(Struct, frozen=True):
    """One first-party module. `names` are the dotted names it can be imported by, the likeliest first."""

    path: str  # relative to the root
    names: tuple[str, ...]
    source_root: str  # folder the first name starts from, "" is the root


class FirstParty(Struct):
    """The modules that count, those kept apart (reason -> paths), and the folders that imports start from."""

    modules: tuple[Module, ...]
    apart: dict[str, tuple[str, ...]]
    source_roots: tuple[str, ...]

    def paths(self) -> frozenset[str]:
        """Paths of the modules that count."""
        return frozenset(module.path for module in self.modules)


def first_party(tree: Tree, documents: Mapping[str, Document], generated: Iterable[str] = ()) -> FirstParty:
    """Split the project's Python files into modules that count and those apart, with the reason.

    `documents` are the parsed configuration files by path; `generated` are files whose header says that a
    program wrote them.
    """
    projects = _project_folders(tree, documents)
    roots = _source_roots(tree, documents, projects)
    packages = {path.rpartition("/")[0] for path in tree.files if path.endswith("__init__.py")}
    closed = {folder for folder in projects if _src_layout(folder, packages, roots, projects)}
    machine_made = set(generated)
    apart: dict[str, list[str]] = {}
    modules = []
    suites = _test_suites(tree)
    for path in tree.files:
        if not path.endswith(".py"):
            continue
        project = _nearest(path, projects)
        reason = _reason(path, project, packages, roots, project in closed)
        if not reason and path in machine_made:
            reason = "generated"
        if not reason and path.partition("/")[0] in suites:
            reason = "tests"
        if reason:
            apart.setdefault(reason, []).append(path)
        else:
            modules.append(Module(path, _names(path, packages, roots), _nearest(path, roots)))
    return FirstParty(tuple(modules), {key: tuple(found) for key, found in sorted(apart.items())}, tuple(sorted(roots)))


def _test_suites(tree: Tree) -> set[str]:
    """Top folders that hold tests by what is in them, whatever they are called (`t/`)."""
    counts: dict[str, list[int]] = {}
    for path in tree.files:
        top, _, rest = path.partition("/")
        if rest.endswith(".py") and not rest.endswith("__init__.py"):
            found = counts.setdefault(top, [0, 0])
            found[0] += 1
            found[1] += bool(layout.TEST_FILE.match(path.rpartition("/")[2]))
    return {top for top, (files, tests) in counts.items() if tests >= MIN_TESTS and 2 * tests > files}


def _project_folders(tree: Tree, documents: Mapping[str, Document]) -> set[str]:
    """Folders with packaging metadata of their own, and the root."""
    found = {""}
    names = tree.names()
    for path in tree.files:
        folder, _, name = path.rpartition("/")
        if name == "setup.py" and f"{folder}/__init__.py" not in names:
            found.add(folder)
        elif name in ("pyproject.toml", "setup.cfg") and (document := documents.get(path)) is not None:
            tables = ("project", "build-system", "metadata", "options")
            if any(table in document.data for table in tables) or document.get("tool", "poetry"):
                found.add(folder)
    return found


def _source_roots(tree: Tree, documents: Mapping[str, Document], projects: set[str]) -> set[str]:
    folders = tree.directories()
    roots = set(projects)
    for project in projects:
        declared = [(project and f"{project}/src") or "src"]
        for name in ("pyproject.toml", "setup.cfg", "pytest.ini", "tox.ini"):
            if (document := documents.get(posixpath.join(project, name))) is not None:
                declared += [posixpath.normpath(posixpath.join(project, part)) for part in _declared(document)]
        roots.update("" if folder == "." else folder for folder in declared if folder in folders or folder == ".")
    return roots


def _declared(document: Document) -> Iterator[str]:
    """Folders that a packaging table calls the start of imports, relative to the project's folder."""
    tool: Any = document.get("tool")
    if not isinstance(tool, dict):
        for section, key in (
            ("options.packages.find", "where"),
            ("pytest", "pythonpath"),
            ("tool:pytest", "pythonpath"),
        ):
            yield from str(document.get(section, key) or "").split()
        for line in str(document.get("options", "package_dir") or "").splitlines():
            yield line.partition("=")[2].strip() or "."
        return
    tables = (
        ("setuptools", "packages", "find", "where"),
        ("setuptools", "package-dir"),
        ("pdm", "build", "package-dir"),
        ("uv", "build-backend", "module-root"),
        ("pytest", "ini_options", "pythonpath"),
        ("hatch", "build", "targets", "wheel", "sources"),
        ("hatch", "build", "dev-mode-dirs"),
    )
    for keys in tables:
        yield from _strings(document.get("tool", *keys))
    for package in document.get("tool", "poetry", "packages") or ():
        if isinstance(package, dict):
            yield from _strings(package.get("from"))
    for package in _strings(document.get("tool", "hatch", "build", "targets", "wheel", "packages")):
        yield posixpath.dirname(package) or "."


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
    elif isinstance(value, dict):
        yield from (item for key, item in value.items() if isinstance(item, str) and key in ("", "*"))
        yield from (key for key, item in value.items() if item == "")


def _src_layout(project: str, packages: set[str], roots: set[str], projects: set[str]) -> bool:
    """Whether the project's packages all live below its `src`: what lies beside it drives the development."""
    prefix = project + "/" if project else ""
    source = prefix + "src"
    inside = [p[len(prefix) :] for p in packages if p.startswith(prefix) and _nearest(p, projects) == project]
    beside = [p for p in inside if not p.startswith("src/") and not _is_beside(p.split("/"))]
    return source in roots and not beside and any(p.startswith("src/") for p in inside)


def _is_beside(folders: Iterable[str]) -> bool:
    """Whether a folder by its name holds tests, documentation, examples or tooling."""
    return any(
        layout.TEST_FOLDER.search(part)
        or part.lower() in layout.BESIDE
        or part.startswith(".")
        or layout.MIGRATION_FOLDER.match(part)
        for part in folders
    )


def _nearest(path: str, folders: Iterable[str]) -> str:
    """The deepest of `folders` that contains `path`."""
    return max((folder for folder in folders if not folder or path.startswith(folder + "/")), key=len, default="")


def _reason(path: str, project: str, packages: set[str], roots: set[str], src_only: bool) -> str:
    """Why a file does not count, empty when it does."""
    inside = path[len(project) + 1 :] if project else path
    *folders, name = inside.split("/")
    outer = project.split("/") if project else []
    if any(layout.TEST_FOLDER.search(part) for part in [*outer, *folders]) or layout.TEST_FILE.match(name):
        return "tests"
    if any(part.lower() in layout.BESIDE for part in outer):
        return "beside the packages"
    if any(layout.VENDORED_FOLDER.match(part) for part in folders):
        return "vendored"
    if layout.GENERATED_FILE.search(name) or any(layout.GENERATED_FOLDER.match(part) for part in folders):
        return "generated"
    if any(layout.MIGRATION_FOLDER.match(part) for part in folders):
        return "migrations"
    if not folders and (name in layout.TOOLING_FILES or src_only):
        return "tooling"
    current = project
    for part in folders:
        parent, current = current, f"{current}/{part}" if current else part
        if parent in packages or (current in packages and part not in ("docs", "examples", "benchmarks", "tools")):
            return ""
        if current in roots and part == "src":
            return ""
        if part.lower() in layout.BESIDE or part.startswith(".") or part.endswith((".egg-info", ".dist-info")):
            return "beside the packages"
    return "beside the packages" if src_only and _root_of(path, roots) == project else ""


def _root_of(path: str, roots: set[str]) -> str:
    return _nearest(path, roots)


def _names(path: str, packages: set[str], roots: set[str]) -> tuple[str, ...]:
    """Dotted names: from each source root that contains the file, deepest first, then by `__init__.py` files."""
    containing = sorted((r for r in roots if not r or path.startswith(r + "/")), key=len, reverse=True)
    folder = path.rpartition("/")[0]
    while folder in packages and folder:
        folder = folder.rpartition("/")[0]
    names = []
    for start in [*containing, folder]:
        name = dotted(path[len(start) + 1 :] if start else path)
        if name and name not in names:
            names.append(name)
    return tuple(names)


def dotted(path: str) -> str:
    """`a/b/__init__.py` -> `a.b`, `a/b.py` -> `a.b`."""
    return re.sub(r"(?:(?:^|/)__init__)?\.pyi?$", "", path).replace("/", ".")
