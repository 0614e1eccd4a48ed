"""Every finding in a Python file that parses is the same (rule, line, column) in the runner, flake8 and pylint."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from aether_lint.rules.registry import load_rules

pytestmark = pytest.mark.once

FIXTURES = Path(__file__).parent / "fixtures"
Places = set[tuple[str, str, int, int]]  # path relative to the fixtures, code, line and column from 1

NAMES = {rule.name: code for code, rule in load_rules().items()}
PREVIEW = ",".join(code for code, rule in load_rules().items() if rule.preview)


def _parses(path: Path) -> bool:
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.fixture(scope="module")
def files() -> list[str]:
    paths = [path for path in sorted(FIXTURES.rglob("*.py")) if path.is_file() and _parses(path)]
    assert paths
    return [path.relative_to(FIXTURES).as_posix() for path in paths]


def _process(module: str, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=FIXTURES,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert result.stdout, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def runner(files: Sequence[str]) -> Places:
    document = json.loads(_process("aether_lint", "check", "--output-format", "json", *files))
    return {(item["path"], item["code"], item["line"], item["column"]) for item in document["findings"]}


def test_the_fixtures_have_findings(runner: Places) -> None:
    assert len(runner) > 20


def test_flake8_finds_the_same(runner: Places, files: Sequence[str]) -> None:
    output = _process(
        "flake8", "--isolated", "--select=AET", "--jobs=2", "--format=%(path)s\t%(code)s\t%(row)d\t%(col)d", *files
    )
    lines = [line.split("\t") for line in output.splitlines()]
    found = {(path.removeprefix("./"), code, int(row), int(column)) for path, code, row, column in lines}
    assert found == runner


def test_pylint_finds_the_same(runner: Places, files: Sequence[str]) -> None:
    output = _process(
        "pylint",
        "--rcfile=",
        "--load-plugins=aether_lint.pylint_plugin",
        "--disable=all",
        f"--enable={','.join(NAMES)}",
        "--output-format=json2",
        "--jobs=2",
        *files,
    )
    found = {
        (message["path"].replace(os.sep, "/"), NAMES[message["symbol"]], message["line"], message["column"] + 1)
        for message in json.loads(output)["messages"]
        if message["symbol"] in NAMES
    }
    assert found == runner
