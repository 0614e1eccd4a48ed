"""Imports point one way, and syntax stays where it belongs."""

from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def test_imports_point_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    broken = lint_imports(config_filename=str(PYPROJECT), no_cache=True)
    assert not broken, capsys.readouterr().out


@pytest.mark.parametrize(
    ("distributions", "owners"),
    [
        # flake8 hands its tree to the plugin, which passes it on unread: `ast.AST` is named for its signature alone
        (("ast", "_ast"), ("aether_lint.lower", "aether_lint.flake8_plugin")),
        (("libcst",), ("aether_lint.codemods", "aether_lint.engine.fix")),
        (("astroid", "pylint"), ("aether_lint.pylint_plugin",)),
        (("flake8",), ("aether_lint.flake8_plugin",)),
        (("click",), ("aether_lint.cli",)),
    ],
    ids=lambda names: names[0],
)
def test_module_is_imported_by_its_owner_alone(distributions: tuple[str, ...], owners: tuple[str, ...]) -> None:
    importers = {
        importer
        for distribution in distributions
        if distribution in graph().modules
        for importer in graph().find_modules_that_directly_import(distribution)
    }
    assert {importer for importer in importers if not importer.startswith(owners)} == set()


def test_lowering_reads_no_catalog_and_no_configuration() -> None:
    """Facts are cached by content: what a setting or a table says must not be in them."""
    upstream = graph().find_upstream_modules("aether_lint.lower", as_package=True)
    assert {module.split(".")[1] for module in upstream if module.startswith("aether_lint.")} <= {"facts", "model"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("aether_lint", include_external_packages=True, cache_dir=None)
