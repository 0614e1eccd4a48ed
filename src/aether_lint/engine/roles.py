"""What a file is for, by its path below the root. What a file says of itself is for `lower` and `link`."""

from collections.abc import Callable
from typing import Literal

Role = Literal["service", "script", "test", "migration", "sample"]

# Anywhere below the root.
_TEST_FOLDERS = frozenset(("tests", "test", "testing", "unittests", "e2e", "__tests__"))
_SAMPLE_FOLDERS = frozenset(
    ("examples", "example", "samples", "sample", "demos", "demo", "tutorials", "tutorial", "notebooks", "cookbook")
)
_SCRIPT_FOLDERS = frozenset(("scripts", "script"))
# At the top level only: inside a service, `docs` is a route and `tools` are what an agent calls.
_TOP_SAMPLE_FOLDERS = frozenset(("docs", "doc"))
_TOP_SCRIPT_FOLDERS = frozenset(("tools", "bin", "hack", "ci", ".ci", ".github", "benchmarks", "benchmark", "dev"))
_TOP_SCRIPT_FILES = frozenset(("setup.py", "noxfile.py", "fabfile.py", "versioneer.py", "manage.py"))


def role_of(relative: str, is_test_path: Callable[[str], bool] | None = None) -> Role:
    """The role of the file at `relative`, a path below the root with `/`.

    `is_test_path` says of a path whether the config's `test-paths` name it.
    """
    folder, _, name = relative.rpartition("/")
    if _is_test_name(name) or (is_test_path is not None and is_test_path(relative)):
        return "test"
    if not folder:
        return "script" if name in _TOP_SCRIPT_FILES else "service"
    return role_of_folder(folder)


def role_of_folder(folder: str) -> Role:
    """The role of the files in a folder, given by its path below the root with `/`; their own names may say more."""
    parts = folder.lower().split("/")
    if any(part in _TEST_FOLDERS or part.endswith("_tests") for part in parts):
        return "test"
    if any(part == "alembic" or part.endswith("migrations") for part in parts):
        return "migration"
    if parts[0] in _TOP_SAMPLE_FOLDERS or not _SAMPLE_FOLDERS.isdisjoint(parts):
        return "sample"
    if parts[0] in _TOP_SCRIPT_FOLDERS or not _SCRIPT_FOLDERS.isdisjoint(parts):
        return "script"
    return "service"


def _is_test_name(name: str) -> bool:
    stem = name.lower().rpartition(".")[0]
    return stem.startswith("test_") or stem.endswith(("_test", "_tests")) or stem in ("conftest", "tests")
