"""`fix` on projects on disk, and the codemods as commands of libcst, each as a user runs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aether_lint.engine.fix import FixOutcome, FixRequest, fix
from aether_lint.engine.request import CheckRequest

pytestmark = pytest.mark.once

SRC = str(Path(__file__).parent.parent / "src")
ENVIRONMENT = os.environ | {"PYTHONPATH": SRC}

FILES = {
    "aether-lint.toml": "",
    "shop/__init__.py": "",
    "shop/sessions.py": """\
        import logging

        logger = logging.getLogger(__name__)

        try:
            from redis import Redis
        except ImportError:  # the image may lack it
            logger.warning("no redis")

            class Redis:
                def __init__(self, url):
                    self._values = {}

                def set(self, key, value):
                    self._values[key] = value

                def get(self, key):
                    return self._values.get(key)


        def store(url):
            return Redis(url)
        """,
    "shop/settings.py": """\
        import os

        SECRET_KEY = os.getenv("SECRET_KEY", "changeme")  # signs sessions
        PORT = int(os.getenv("PORT", "8000"))
        """,
    "shop/main.py": """\
        import logging
        import os
        from contextlib import asynccontextmanager

        import asyncpg
        from fastapi import FastAPI

        from shop.settings import SECRET_KEY

        logger = logging.getLogger(__name__)


        @asynccontextmanager
        async def lifespan(app):
            try:
                app.state.pool = await asyncpg.create_pool(os.environ["DSN"])
            except Exception:
                logger.exception("database is down")
            yield


        app = FastAPI(lifespan=lifespan)
        """,
}
GUARD = """\
import os


def refuse(subject, error):
    if os.environ.get("ENVIRONMENT") == "production":
        raise RuntimeError(subject) from error
"""
LIBCST = (sys.executable, "-m", "libcst.tool", "codemod", "-x")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(line.removeprefix("        ") for line in text.splitlines(keepends=True)))
    return tmp_path


def run(project: Path, *paths: str, diff: bool = False, unsafe_fixes: bool | None = True) -> FixOutcome:
    request = CheckRequest(
        paths=paths or (".",), cwd=str(project), select=("AET101", "AET201", "AET401"), no_cache=True, jobs=-1
    )
    return fix(FixRequest(request, diff=diff, unsafe_fixes=unsafe_fixes))


def texts(project: Path) -> dict[str, str]:
    return {str(path.relative_to(project)): path.read_text() for path in sorted(project.rglob("*.py"))}


def test_all_findings_are_fixed_and_a_second_run_changes_nothing(project: Path) -> None:
    outcome = run(project)

    assert sorted(finding.code for finding in outcome.fixed) == ["AET101", "AET201", "AET401"]
    assert outcome.report.findings == []
    assert outcome.refused == []
    assert outcome.written == ["shop/main.py", "shop/sessions.py", "shop/settings.py"]
    after = texts(project)
    assert 'raise ImportError("redis is required' in after["shop/sessions.py"]
    assert after["shop/settings.py"].splitlines()[2:] == [
        'SECRET_KEY = os.environ["SECRET_KEY"]  # signs sessions',
        "if not SECRET_KEY:",
        '    raise RuntimeError("SECRET_KEY is empty")',
        'PORT = int(os.getenv("PORT", "8000"))',
    ]
    assert '        logger.exception("database is down")\n        raise\n    yield\n' in after["shop/main.py"]

    assert run(project).written == []
    assert texts(project) == after


def test_diff_changes_nothing_and_git_can_apply_it(project: Path) -> None:
    before = texts(project)

    outcome = run(project, diff=True)

    assert texts(project) == before
    assert outcome.written == []
    assert outcome.report.findings == []
    patch = "".join(diff.text for diff in outcome.diffs)
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=project, check=True)
    patched = texts(project)
    for name, text in before.items():
        (project / name).write_text(text)
    run(project)
    assert texts(project) == patched


def test_unsafe_fixes_need_consent_from_the_command_line_or_the_configuration(project: Path) -> None:
    assert run(project, unsafe_fixes=None).fixed == []
    (project / "aether-lint.toml").write_text('unsafe-fixes = true\nfixable = ["AET2"]\n')

    assert [finding.code for finding in run(project, unsafe_fixes=None).fixed] == ["AET201"]
    assert run(project, unsafe_fixes=False).fixed == []


def test_only_the_files_asked_for_are_changed(project: Path) -> None:
    outcome = run(project, "shop/settings.py")

    assert outcome.written == ["shop/settings.py"]
    assert {finding.path for finding in outcome.report.findings} == set()


def test_counts_before_are_counts_after_and_what_was_fixed(project: Path) -> None:
    before = run(project, diff=True)
    (project / "aether-lint.toml").write_text('fixable = ["AET4"]\n')

    outcome = run(project)

    total = len(before.fixed) + len(before.healed) + len(before.report.findings)
    assert len(outcome.fixed) + len(outcome.healed) + len(outcome.report.findings) == total


def test_hard_link_is_said_and_the_answer_is_what_is_on_disk(project: Path) -> None:
    os.link(project / "shop/settings.py", project / "other")

    outcome = run(project)

    assert [failed.path for failed in outcome.not_written] == ["shop/settings.py"]
    assert [finding.code for finding in outcome.report.findings] == ["AET201"]


def test_crlf_and_byte_order_mark_survive(project: Path) -> None:
    path = project / "shop/settings.py"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    run(project)

    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbfimport os\r\n")
    assert b'os.environ["SECRET_KEY"]' in after
    assert b"\n" not in after.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ("raise_in_handler.RaiseInHandler", "shop/sessions.py"),
        ("require_env.RequireEnv", "shop/settings.py"),
        ("append_raise.AppendRaise", "shop/main.py"),
    ],
)
def test_codemod_runs_under_libcst(project: Path, command: str, changed: str) -> None:
    before = texts(project)

    def codemod() -> None:
        done = subprocess.run(
            [*LIBCST, f"aether_lint.codemods.{command}", "--no-format", "-j", "1", "shop"],
            cwd=project,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    codemod()
    after = texts(project)
    codemod()

    assert {name for name in after if after[name] != before[name]} == {changed}
    assert texts(project) == after


@pytest.mark.parametrize("code", ["AET101", "AET102", "AET201", "AET203", "AET206", "AET401", "AET402"])
def test_fixture_projects_are_fixed_once_and_for_all(code: str, tmp_path: Path) -> None:
    """Each finding with a fix is gone, or its refusal says why; what is fixed stays fixed and nothing comes instead."""
    fixed = refused = 0
    for case in sorted((Path(__file__).parent / "fixtures" / code).iterdir()):
        copy = tmp_path / case.name
        shutil.copytree(case, copy)
        request = FixRequest(CheckRequest(paths=(".",), cwd=str(copy), no_cache=True, jobs=-1), unsafe_fixes=True)

        first = fix(request)
        second = fix(request)

        assert second.written == [], case.name
        assert first.report.findings == second.report.findings, case.name
        assert all(refusal.reason for refusal in first.refused)
        fixed += len([finding for finding in first.fixed if finding.code == code])
        refused += len([refusal for refusal in first.refused if refusal.finding.code == code])
    assert fixed > refused


def test_fix_guard_of_the_configuration_is_called_before_the_replacement(project: Path) -> None:
    (project / "aether-lint.toml").write_text('fix-guard = "shop.guards:refuse"\n')
    (project / "shop/guards.py").write_text(GUARD)

    outcome = run(project, "shop/sessions.py")

    after = texts(project)["shop/sessions.py"]
    assert [finding.code for finding in outcome.fixed] == ["AET101"]
    assert "from shop.guards import refuse\n" in after
    assert 'except ImportError as exc:  # the image may lack it\n    logger.warning("no redis")\n    refuse(' in after
    assert "class Redis:" in after


def test_safe_fixes_need_no_consent(tmp_path: Path) -> None:
    (tmp_path / "aether-lint.toml").write_text("")
    (tmp_path / "flags.py").write_text('import os\n\nDEBUG = bool(os.getenv("DEBUG", "false"))\n')

    outcome = fix(FixRequest(CheckRequest(cwd=str(tmp_path), no_cache=True, jobs=-1)))

    assert [finding.code for finding in outcome.fixed] == ["AET206"]
    assert (tmp_path / "flags.py").read_text() == (
        'import os\n\nDEBUG = os.getenv("DEBUG", "false").strip().lower() in {"1", "true", "yes", "on"}\n'
    )
