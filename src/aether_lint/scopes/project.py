"""Everything the measurements share: the tree, the parsed configuration, the modules, the cache."""

import os
import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from aether_lint import __version__
from aether_lint.catalog.word_list import word_set
from aether_lint.model import FileError
from aether_lint.scopes import cache as answers
from aether_lint.scopes.documents import Document, DocumentError, load_kept, read_text
from aether_lint.scopes.import_lines import Statement, digest, import_lines
from aether_lint.scopes.modules import FirstParty, first_party
from aether_lint.scopes.text_scan import FileSwitches, scan_files
from aether_lint.scopes.tools import tool_versions
from aether_lint.scopes.tree import Tree

CONFIG_NAMES = word_set(
    "pyproject.toml mypy.ini .mypy.ini setup.cfg ruff.toml .ruff.toml tox.ini .flake8 .pylintrc pylintrc "
    "pytest.ini .pytest.ini .coveragerc pyrightconfig.json ty.toml .pre-commit-config.yaml .pre-commit-config.yml "
    ".gitlab-ci.yml tox.toml"
)


class Project(Struct):
    """One root with what was read of it."""

    root: str
    tree: Tree
    documents: dict[str, Document]
    broken: dict[str, FileError]
    party: FirstParty
    switches: dict[str, FileSwitches]
    cache: answers.Cache
    threshold: float
    scripts: frozenset[str]  # names that task tables of pyproject.toml files define
    consulted: set[str]  # files that were read as a whole, besides the documents
    imports_read: dict[str, str]  # digests of the import statements that were looked at

    def absolute(self, folder: str) -> str:
        """The absolute path of a folder relative to the root."""
        return os.path.join(self.root, folder) if folder else self.root

    def relative(self, path: str) -> str:
        """A tool's absolute path, relative to the root with "/"."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def text(self, path: str) -> str:
        """The text of a file that is no document. Raises DocumentError."""
        self.consulted.add(path)
        return read_text(self.root, path)

    def imports(self, path: str) -> list[Statement]:
        """The import statements of a file."""
        statements = import_lines(self.root, path)
        self.imports_read[path] = digest(statements)
        return statements

    def configured(self, folder: str, names: Iterable[str]) -> Document | None:
        """The first of `names` that is a parsed document in `folder`."""
        for name in names:
            if (document := self.documents.get(posixpath.join(folder, name))) is not None:
                return document
        return None


def is_config(path: str) -> bool:
    """Whether a file can configure a gate."""
    name = path.rpartition("/")[2]
    return name in CONFIG_NAMES or is_workflow(path) or _is_action(path)


def is_workflow(path: str) -> bool:
    """Whether GitHub reads the file as a workflow."""
    return path.startswith(".github/workflows/") and path.count("/") == 2 and path.endswith((".yml", ".yaml"))


def _is_action(path: str) -> bool:
    return path.startswith(".github/") and path.endswith(("/action.yml", "/action.yaml"))


def read_project(tree: Tree, cache: answers.Cache, threshold: float) -> tuple[Project, list[FileError]]:
    """Read the configuration and the modules. Broken configuration files are errors, not exceptions."""
    cache.state = configuration_state(tree)
    documents: dict[str, Document] = {}
    broken: dict[str, FileError] = {}
    for path in tree.files:
        if is_config(path):
            try:
                documents[path] = load_kept(tree.root, path, cache)
            except DocumentError as bad:
                broken[path] = bad.error
    switches = scan_files(tree.root, [path for path in tree.files if path.endswith(".py")], cache)
    generated = [path for path, found in switches.items() if found.generated]
    party = first_party(tree, documents, generated)
    scripts = frozenset(name for document in documents.values() for name in _script_names(document))
    project = Project(tree.root, tree, documents, broken, party, switches, cache, threshold, scripts, set(), {})
    return project, [error for path, error in broken.items() if not is_workflow(path)]


def _script_names(document: Document) -> Iterator[str]:
    for tool, table in (
        ("poe", "tasks"),
        ("pdm", "scripts"),
        ("rye", "scripts"),
        ("pixi", "tasks"),
        ("taskipy", "tasks"),
    ):
        names = document.get("tool", tool, table) if document.path.endswith("pyproject.toml") else None
        yield from names if isinstance(names, dict) else ()


def configuration_state(tree: Tree) -> str:
    """A digest of the file list, of the configuration files, and of our tools' versions."""
    configs = [path for path in tree.files if is_config(path)]
    return answers.state_of(tree.root, configs, __version__, *tool_versions(), "\0".join(tree.files))
