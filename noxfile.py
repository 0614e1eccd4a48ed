"""What CI does: `nox` runs all of it, `nox -s lint` or `nox -s tests-3.12 -- tests/test_config.py` a part."""

import os
from pathlib import Path

import nox

PYTHONS = ("3.10", "3.11", "3.12", "3.13")

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "tests"]
nox.options.error_on_missing_interpreters = False  # a missing one is named as skipped, in CI too
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"


def offer_pyenv_pythons() -> None:
    """Put the interpreters of pyenv before its shims, which exist for versions that are not active too."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    folders = [str(found) for version in PYTHONS for found in sorted(versions.glob(f"{version}.*/bin"), reverse=True)]
    os.environ["PATH"] = os.pathsep.join([*folders, os.environ["PATH"]])


offer_pyenv_pythons()


def install(session: nox.Session, *groups: str) -> None:
    """Install the package as a user gets it, with its adapters, what the tests need, and more dependency groups."""
    pyproject = nox.project.load_toml("pyproject.toml")
    session.install(".[flake8,pylint]", *nox.project.dependency_groups(pyproject, "test", *groups))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, the linter on itself, and the tests whose outcome no version of Python changes."""
    install(session, "hosts")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("aether-lint", "check", "src")
    session.run("pytest", "-n", "auto", "-m", "once", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The tests, on every interpreter that is found."""
    install(session)
    session.run("pytest", "-n", "auto", "-m", "not alone and not once", *session.posargs)
    session.run("pytest", "-m", "alone", *session.posargs)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Write the pages and tables that are generated from the rules."""
    session.install("-e", ".")
    session.run("python", "docs/generate.py")
