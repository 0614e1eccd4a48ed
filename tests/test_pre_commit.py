"""The hooks, run by pre-commit itself.

`language` is overridden with `system`: pre-commit would otherwise install the package, which needs the network.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

MANIFEST = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"
GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
HOOKS = YAML(typ="safe").load(MANIFEST)
FALLBACK = """\
try:
    import redis
except ImportError:
    redis = None


class Sessions:
    def __init__(self, url: str) -> None:
        self._memory: dict[str, str] = {}
        self.client = redis.Redis.from_url(url) if redis is not None else None

    def save(self, key: str, value: str) -> None:
        if self.client is None:
            self._memory[key] = value
            return
        self.client.set(key, value)
"""


def _commit(folder: Path) -> None:
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "first")):
        subprocess.run([*GIT, *arguments], cwd=folder, check=True, timeout=60)


def _pre_commit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PATH": programs, "PRE_COMMIT_HOME": str(folder.parent / "cache"), "NO_COLOR": "1"},
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose pre-commit configuration uses our hooks."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    shutil.copy(MANIFEST, hooks)
    _commit(hooks)
    folder = tmp_path / "project"
    folder.mkdir()
    repository = {
        "repo": str(hooks),
        "rev": "HEAD",
        "hooks": [{"id": hook["id"], "language": "system"} for hook in HOOKS],
    }
    (folder / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [repository]}))
    (folder / "clean.py").write_text("import redis\n")
    (folder / "store.py").write_text(FALLBACK)
    _commit(folder)
    return folder


def test_the_manifest_is_valid() -> None:
    result = _pre_commit(MANIFEST.parent, "validate-manifest", str(MANIFEST))
    assert (result.returncode, result.stdout) == (0, "")


def test_the_hook_fails_on_a_finding(project: Path) -> None:
    result = _pre_commit(project, "run", "aether-lint", "--files", "store.py")
    assert result.returncode == 1
    assert "- exit code: 1" in result.stdout
    assert "AET104" in result.stdout


def test_the_hook_passes_on_clean_files(project: Path) -> None:
    result = _pre_commit(project, "run", "aether-lint", "--files", "clean.py")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("path", "matches"),
    [
        ("pyproject.toml", True),
        ("services/api/pyproject.toml", True),
        (".mypy.ini", True),
        ("ruff.toml", True),
        (".github/workflows/ci.yml", True),
        (".gitlab-ci.yml", True),
        ("app/store.py", False),
        ("docs/xmypy.ini", False),
        ("docs/.github/workflows/ci.yml", False),
    ],
)
def test_the_gates_hook_runs_when_a_configuration_changes(path: str, matches: bool) -> None:
    gates = next(hook for hook in HOOKS if hook["id"] == "aether-lint-gates")
    assert bool(re.search(gates["files"], path)) is matches
