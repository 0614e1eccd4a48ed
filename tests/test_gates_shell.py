"""Which failures a script loses: the reader's verdict is compared with what bash does when the check fails."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from aether_lint.scopes.commands import check_of, unwrap
from aether_lint.scopes.shell import Options, parse_script

pytestmark = pytest.mark.once

SCRIPTS = {
    "alone": "mypy .",
    "or true": "mypy . || true",
    "or colon": "mypy . || :",
    "or echo": "mypy . || echo failed",
    "or exit": "mypy . || exit 3",
    "or block that exits": "mypy . || { echo failed; exit 1; }",
    "or block that does not": "mypy . || { echo failed; }",
    "or exit 0": "mypy . || exit 0",
    "not last": "mypy .\necho done",
    "set +e": "set +e\nmypy .\necho done",
    "set +e, last": "set +e\nmypy .",
    "set +e and back": "set +e\necho start\nset -e\nmypy .\necho done",
    "status kept": "set +e\nmypy .\nrc=$?\nset -e\nexit $rc",
    "status of a pipe kept": "set +e\nmypy . | cat\nrc=${PIPESTATUS[0]}\nset -e\nexit $rc",
    "status of a pipe kept, not used": "set +e\nmypy . | cat\nrc=${PIPESTATUS[0]}\necho $rc",
    "pipe": "mypy . | cat",
    "pipe with pipefail": "set -o pipefail\nmypy . | cat",
    "last in a pipe": "echo x | mypy .",
    "left of and": "mypy . && echo fine\necho done",
    "left of and, last": "mypy . && echo fine",
    "right of and": "cd . && mypy .\necho done",
    "if": "if mypy .; then echo fine; fi",
    "if with else": "if mypy .; then echo fine; else echo failed; fi",
    "if that exits": "if ! mypy .; then exit 1; fi",
    "flag": "failed=0\nmypy . || failed=1\nexit $failed",
    "flag that nobody reads": "mypy . || failed=1\necho done",
    "function": "check() { mypy .; }\ncheck\necho done",
    "function muted": "check() { mypy .; }\ncheck || true",
    "subshell": "(mypy .)\necho done",
    "subshell with set +e": "(set +e; mypy .; true)\nmypy --version || true",
    "substitution": "out=$(mypy .)\necho done",
    "loop": "for part in a b; do mypy $part; done\necho done",
    "trap": "trap 'exit 0' EXIT\nmypy .",
    "continued line": "mypy \\\n  --strict \\\n  . || true",
    "quoted": 'echo "mypy . || true"\nmypy .',
    "bash -c": "bash -c 'mypy . || true'",
    "case": "case x in\n  x) mypy . ;;\nesac\necho done",
}


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a mypy that always fails."""
    folder = tmp_path_factory.mktemp("bin")
    stub = folder / "mypy"
    stub.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    stub.chmod(0o755)
    return folder


def loses(text: str, options: Options) -> bool:
    """The reader's verdict: every run of mypy in the script can fail unnoticed."""
    found = []
    for command in parse_script(text, options).commands:
        call = unwrap(command.words)
        if call.inline:
            found.append(loses(call.inline, Options(errexit=False, pipefail=False)) or command.loss is not None)
        elif check_of(call) is not None:
            found.append(command.loss is not None)
    return all(found)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("flags", ["-e", "-eo pipefail", "+e"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_verdict_is_that_of_bash(stubs: Path, name: str, flags: str) -> None:
    environment = {**os.environ, "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(
        ["bash", *flags.split(), "-c", SCRIPTS[name]], env=environment, capture_output=True, cwd=stubs, check=False
    )
    options = Options(errexit=flags.startswith("-e"), pipefail="pipefail" in flags)
    assert loses(SCRIPTS[name], options) == (run.returncode == 0)


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        ("uv run --frozen mypy app", "mypy"),
        ("uv run --with types-redis -- python -m mypy app", "mypy"),
        ("uv tool run ruff==0.9.1 check .", "ruff"),
        ("uvx ruff@latest check", "ruff"),
        ("poetry run python -m pytest -q", "pytest"),
        ("coverage run --source app -m pytest", "pytest"),
        ("env CI=1 timeout 10m .venv/bin/pytest", "pytest"),
        ("docker compose run --rm web flake8 app", "flake8"),
        ("sudo -E nice xvfb-run -a pytest", "pytest"),
        ("ruff format --check .", "ruff format"),
        ("ruff .", "ruff"),
        ("dmypy run -- app", "mypy"),
        ("python -m unittest discover", "unittest"),
        ("coverage report --fail-under=80", "coverage"),
        ("python shop/manage.py test shop --parallel", "django test"),
        ("coverage run --source=shop manage.py test", "django test"),
        ("python manage.py migrate", None),
        ("mypy --version", None),
        ("mypy --install-types --non-interactive app", "mypy"),
        ("ruff clean", None),
        ("python app/mypy_report.py", None),
        ("echo mypy app", None),
        ("pip install mypy", None),
        ("pre-commit install", None),
        ("pre-commit run --all-files", "pre-commit"),
    ],
)
def test_tool_behind_what_starts_it(line: str, tool: str | None) -> None:
    command = parse_script(line, Options(errexit=True, pipefail=False)).commands[0]
    check = check_of(unwrap(command.words))
    assert (check[0] if check else None) == tool
