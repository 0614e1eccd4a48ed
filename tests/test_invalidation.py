"""What an edit in one module does to findings in another, with the index and the answers of the last run at hand."""

from pathlib import Path

import pytest

from aether_lint.engine.run import CheckRequest, check

pytestmark = pytest.mark.once

CALLER = """
from contextlib import asynccontextmanager

from fastapi import FastAPI
from shop.database import connect


@asynccontextmanager
async def lifespan(app):
    {start}
    yield


app = FastAPI(lifespan=lifespan)
"""
CALLEE = '''
import logging

import asyncpg

log = logging.getLogger(__name__)
pool = None


async def connect(url="postgres://db/shop"):
    """Open the pool."""
    global pool
    try:
        pool = await asyncpg.create_pool(url)
    except OSError as exc:
        log.error("no database: %s", exc)
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "aether-lint.toml").touch()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").touch()
    (tmp_path / "shop/database.py").write_text(CALLEE, encoding="utf-8")
    (tmp_path / "shop/app.py").write_text(CALLER.format(start="await connect()"), encoding="utf-8")
    return tmp_path


def found(root: Path) -> list[tuple[str, str, int]]:
    report = check(CheckRequest(cwd=str(root)))
    assert report.errors == []
    return [(finding.code, finding.path, finding.span.line) for finding in report.findings]


def test_edit_of_the_caller_takes_the_finding_of_the_callee_away_and_brings_it_back(root: Path) -> None:
    there = found(root)
    assert [(code, path) for code, path, _ in there] == [("AET402", "shop/database.py")]
    caller = root / "shop/app.py"
    caller.write_text(CALLER.format(start="app.state.ready = True"), encoding="utf-8")
    assert found(root) == []
    caller.write_text(CALLER.format(start="await connect()"), encoding="utf-8")
    assert found(root) == there


def test_lines_that_move_in_the_callee_move_its_finding(root: Path) -> None:
    ((code, path, line),) = found(root)
    (root / path).write_text("# moved\n\n" + CALLEE, encoding="utf-8")
    assert found(root) == [(code, path, line + 2)]


def test_edit_of_the_configuration_counts(root: Path) -> None:
    assert found(root)
    (root / "aether-lint.toml").write_text('ignore = ["AET402"]\n', encoding="utf-8")
    assert found(root) == []
