"""What CI and the hooks run: events, matrices, task runners; what mutes a check; what never runs."""

from pathlib import Path

import pytest

from aether_lint.config.settings import Config
from aether_lint.scopes.observations import DeadWorkflow, MissingGate, SoftGate
from aether_lint.scopes.observe import survey
from gates_project import of_kind, project

JOB = "{on}\njobs:\n  checks:\n    runs-on: ubuntu-latest\n{job}    steps:\n      - run: {run}\n"
CONFIGURED = {"pyproject.toml": "[tool.pylint.main]\njobs = 2\n", "requirements.txt": "pylint\n"}


def workflow(run: str, on: str = "on: pull_request", job: str = "") -> dict[str, str]:
    return {".github/workflows/checks.yml": JOB.format(on=on, job=job, run=run)}


def runs_on_pull_requests(root: Path, tool: str) -> bool:
    rows = survey(str(root), Config(), use_cache=False).rows
    return any(row.tool == tool and row.on_pull_requests == "yes" for row in rows)


@pytest.mark.parametrize(
    ("on", "job", "expected"),
    [
        ("on: pull_request", "", True),
        ("on: [push, pull_request]", "", True),
        ("on: push", "", True),
        ("on:\n  push:\n    branches: ['**']", "", True),
        ("on:\n  push:\n    branches: [main]", "", False),
        ("on:\n  push:\n    tags: ['v*']", "", False),
        ("on:\n  schedule:\n    - cron: '0 0 * * *'", "", False),
        ("on:\n  pull_request:\n    types: [closed]", "", False),
        ("on:\n  pull_request:\n    types: [opened, synchronize]", "", True),
        ("on: merge_group", "", True),
        ("on: pull_request", "    if: github.event_name == 'push'\n", False),
        ("on: pull_request", "    if: github.ref == 'refs/heads/main'\n", False),
        ("on: pull_request", "    if: github.event_name == 'push' || github.event_name == 'pull_request'\n", True),
        ("on: workflow_dispatch", "", False),
    ],
)
def test_events_decide_whether_pull_requests_run_it(tmp_path: Path, on: str, job: str, expected: bool) -> None:
    project(tmp_path, {**CONFIGURED, **workflow("pylint app", on, job)})
    assert runs_on_pull_requests(tmp_path, "pylint") == expected
    assert bool(of_kind(tmp_path, MissingGate)) != expected


def test_needed_job_that_does_not_run_takes_its_dependants_with_it(tmp_path: Path) -> None:
    text = (
        "on: pull_request\njobs:\n  build:\n    runs-on: x\n    if: github.ref == 'refs/heads/main'\n    steps:\n"
        "      - run: make\n  lint:\n    runs-on: x\n    needs: build\n    steps:\n      - run: pylint app\n"
    )
    project(tmp_path, {**CONFIGURED, ".github/workflows/a.yml": text})
    assert not runs_on_pull_requests(tmp_path, "pylint")
    project(tmp_path, {".github/workflows/a.yml": text.replace("needs: build", "needs: build\n    if: always()")})
    assert runs_on_pull_requests(tmp_path, "pylint")


RUNNERS = {
    "make": ("make lint", {"Makefile": "T := app\nlint: style\nstyle:\n\t@uv run pylint $(T)\n"}),
    "make in a folder": ("make -C tools lint", {"tools/Makefile": "lint:\n\tpylint ../app\n"}),
    "script": ("./scripts/lint.sh", {"scripts/lint.sh": "#!/bin/bash\nset -e\npylint app\n"}),
    "script without extension": ("scripts/check", {"scripts/check": '#!/bin/sh -e\nexport P=""\n${P}pylint app\n'}),
    "bash script": ("bash scripts/lint.sh", {"scripts/lint.sh": "pylint app\n"}),
    "tox": ("tox -e lint", {"tox.ini": "[tox]\nenvlist = py\n[testenv:lint]\ncommands =\n    pylint {posargs:app}\n"}),
    "tox factors": ("tox -e py-lint", {"tox.ini": "[testenv]\ncommands =\n    lint: pylint app\n    test: pytest\n"}),
    "tox.toml": ("tox", {"tox.toml": 'env_list = ["lint"]\n[env.lint]\ncommands = [["pylint", "app"]]\n'}),
    "nox": ("nox -s lint", {"noxfile.py": '@nox.session\ndef lint(session):\n    session.run("pylint", "app")\n'}),
    "nox default": (
        "nox",
        {"noxfile.py": '@nox.session()\ndef lint(s):\n    s.run(\n        "pylint", *s.posargs\n    )\n'},
    ),
    "task": ("task py:lint", {"Taskfile.yml": "version: '3'\ntasks:\n  py:lint:\n    cmds:\n      - pylint app\n"}),
    "just": ("just lint", {"justfile": "lint: style\n\nstyle:\n    pylint app\n"}),
    "poe": ("uv run poe lint", {"pyproject.toml": '[tool.pylint]\n[tool.poe.tasks]\nlint = "pylint app"\n'}),
    "poe sequence": (
        "poe all",
        {"pyproject.toml": '[tool.pylint]\n[tool.poe.tasks]\nlint = "pylint app"\nall.sequence = ["lint"]\n'},
    ),
    "pdm": ("pdm run lint", {"pyproject.toml": '[tool.pylint]\n[tool.pdm.scripts]\nlint = {cmd = "pylint app"}\n'}),
    "hatch": (
        "hatch run lint:all",
        {"pyproject.toml": '[tool.pylint]\n[tool.hatch.envs.lint.scripts]\nall = ["style"]\nstyle = "pylint app"\n'},
    ),
    "environment": ("$TOOL app", {}),
    "matrix": ("${{ matrix.tool.run }}", {}),
}


@pytest.mark.parametrize("name", RUNNERS)
def test_what_a_runner_starts_is_followed(tmp_path: Path, name: str) -> None:
    run, files = RUNNERS[name]
    job = "    env:\n      TOOL: pylint\n    strategy:\n      matrix:\n        tool:\n          - run: pylint app\n"
    project(tmp_path, {**CONFIGURED, **workflow(run, job=job), **files})
    assert runs_on_pull_requests(tmp_path, "pylint")


def test_reusable_workflow_and_local_action_run_on_the_events_of_their_callers(tmp_path: Path) -> None:
    files = {
        ".github/workflows/pull.yml": "on: pull_request\njobs:\n  lint:\n    uses: ./.github/workflows/lint.yml\n",
        ".github/workflows/lint.yml": JOB.format(on="on: workflow_call", job="", run="x").replace(
            "run: x", "uses: ./.github/actions/lint"
        ),
        ".github/actions/lint/action.yml": (
            "runs:\n  using: composite\n  steps:\n    - run: pylint app\n      shell: bash\n"
        ),
    }
    project(tmp_path, {**CONFIGURED, **files})
    assert runs_on_pull_requests(tmp_path, "pylint")


def test_pre_commit_runs_what_its_hooks_say_without_those_that_are_skipped(tmp_path: Path) -> None:
    hooks = "repos:\n  - repo: local\n    hooks:\n      - id: lint\n        entry: pylint\n        language: system\n"
    files = {**CONFIGURED, ".pre-commit-config.yaml": hooks}
    project(tmp_path, {**files, **workflow("pre-commit run --all-files")})
    assert runs_on_pull_requests(tmp_path, "pylint")
    project(tmp_path, workflow("SKIP=lint pre-commit run --all-files"))
    assert not runs_on_pull_requests(tmp_path, "pylint")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", True),
        ("  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n", True),
        ("  rules:\n    - if: $CI_COMMIT_TAG\n", False),
        ("  only: [main]\n", False),
        ("  only: [merge_requests]\n", True),
        ("  extends: .base\n", False),
    ],
)
def test_gitlab_rules(tmp_path: Path, rules: str, expected: bool) -> None:
    text = f".base:\n  only: [tags]\nlint:\n  script:\n    - pylint app\n{rules}"
    project(tmp_path, {**CONFIGURED, ".gitlab-ci.yml": text})
    assert runs_on_pull_requests(tmp_path, "pylint") == expected


MUTED = {
    "make": ({"Makefile": "lint:\n\t-pylint app\n"}, "make lint", "Makefile", 2),
    "make with tail": ({"Makefile": "lint:\n\tpylint app; echo done\n"}, "make lint", "Makefile", 2),
    "script": ({"lint.sh": "#!/bin/bash\npylint app\necho done\n"}, "./lint.sh", "lint.sh", 2),
    "tox": ({"tox.ini": "[testenv]\ncommands =\n    - pylint app\n"}, "tox -e x", "tox.ini", 3),
    "tox outcome": ({"tox.ini": "[testenv]\nignore_outcome = true\ncommands = pylint app\n"}, "tox -e x", "tox.ini", 3),
    "nox": (
        {"noxfile.py": '@nox.session\ndef a(session):\n    session.run("pylint", success_codes=[0, 1])\n'},
        "nox",
        "noxfile.py",
        3,
    ),
    "task": (
        {"Taskfile.yml": "tasks:\n  lint:\n    cmds:\n      - cmd: pylint app\n        ignore_error: true\n"},
        "task lint",
        "Taskfile.yml",
        4,
    ),
    "outer": ({"Makefile": "lint:\n\tpylint app\n"}, "make lint || true", ".github/workflows/checks.yml", 6),
}


@pytest.mark.parametrize("name", MUTED)
def test_failure_is_lost_where_the_place_says(tmp_path: Path, name: str) -> None:
    files, run, path, line = MUTED[name]
    project(tmp_path, {**files, **workflow(run)})
    found = [one for one in of_kind(tmp_path, SoftGate) if isinstance(one, SoftGate)]
    assert [(one.place.path, one.place.span.line) for one in found] == [(path, line)]


def test_function_of_make_is_no_command_of_the_shell(tmp_path: Path) -> None:
    recipe = 'lint:\n\tpylint -j 2 $(if $(only),-k "$(only)") \\\n\t\t--output out.txt \\\n\t\tapp\n'
    project(tmp_path, {**CONFIGURED, "Makefile": recipe, **workflow("make lint")})
    assert runs_on_pull_requests(tmp_path, "pylint")
    assert of_kind(tmp_path, SoftGate) == []


ABSENT = {  # what a script of checks gives up for, and whether that is a hole
    '[[ -z "$AUDIT_TOKEN" ]]': True,
    "[[ ${#files[@]} -eq 0 ]]": False,
}


@pytest.mark.parametrize("test", ABSENT)
def test_script_that_gives_up(tmp_path: Path, test: str) -> None:
    script = (
        f"#!/bin/bash\nfiles=(locks/*.json)\nif {test}; then\n  echo 'nothing found, skipping'\n  exit 0\nfi\n"
        'for file in "${files[@]}"; do\n  grep -q resolved "$file" || exit 1\ndone\n'
    )
    project(tmp_path, {"check-locks.sh": script, **workflow("./check-locks.sh")})
    assert bool(of_kind(tmp_path, SoftGate)) is ABSENT[test]


FINE = {
    "shell: bash": "pylint app | tee x\n        shell: bash",
    "cleanup": "docker rm -f db || true",
    "coverage upload": "codecov --file coverage.xml || true",
    "told apart": "pylint app || code=$?; [ ${code:-0} -lt 4 ] || exit 1",
    "git diff": "|\n          black .\n          git diff --exit-code",
    "judged by a baseline": "mypy app | uv run mypy-baseline filter",
    "a code told apart": (
        "|\n          set +e\n          pytest integration\n          code=$?\n"
        '          if [ "$code" = "5" ]; then\n            echo "no tests"\n            exit 0\n          fi\n'
        "          exit $code"
    ),
    "report judged by a later script": (
        "|\n          pip-audit -f json > ${{ github.workspace }}/audit.json || true\n"
        "      - run: |\n          python ${{ github.workspace }}/judge.py \\\n            --report audit.json"
    ),
    "report judged by the next step": (
        "bandit -r app -f json -o bandit.json || true\n"
        '      - run: |\n          python -c "\n          import json, sys\n'
        "          sys.exit(any(json.load(open('bandit.json'))['results']))\n          \""
    ),
    "only when something changed": (
        '|\n          if [ "${{ needs.changes.outputs.python }}" != "true" ]; then exit 0; fi\n          pylint app'
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_no_finding(tmp_path: Path, name: str) -> None:
    project(tmp_path, workflow(FINE[name]))
    assert of_kind(tmp_path, SoftGate) == []


def test_folded_and_quoted_scripts_have_their_places(tmp_path: Path) -> None:
    text = (
        "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: >-\n          uv run\n"
        '          pylint app\n          || true\n      - run: "pylint app || true"\n'
    )
    project(tmp_path, {".github/workflows/a.yml": text})
    found = [one for one in of_kind(tmp_path, SoftGate) if isinstance(one, SoftGate)]
    assert [(one.place.span.line, one.place.span.column) for one in found] == [(7, 11), (10, 15)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("on: pull_request\njobs:\n  a: [\n", 4),
        ("on: pull_request\non: push\njobs: {}\n", 2),
        ("on: pull_request\njobs:\n  a:\n    steps:\n      - run: x\n", 3),
        ("on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - name: x\n", 6),
        ("on: pull_request\n", 1),
        ("on: workflow_call\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pytest\n", 1),
    ],
)
def test_workflow_that_never_runs(tmp_path: Path, text: str, line: int) -> None:
    project(tmp_path, {".github/workflows/a.yml": text})
    found = [one for one in of_kind(tmp_path, DeadWorkflow) if isinstance(one, DeadWorkflow)]
    assert [one.place.span.line for one in found] == [line]


def test_checks_of_a_rejected_workflow_do_not_count(tmp_path: Path) -> None:
    text = (
        "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pylint app\n      - name: left over\n"
    )
    project(tmp_path, {**CONFIGURED, ".github/workflows/a.yml": text})
    assert not runs_on_pull_requests(tmp_path, "pylint")
    assert of_kind(tmp_path, MissingGate)
