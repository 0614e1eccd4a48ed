"""Programs and actions that check something, and those that only start others. Tables only."""

from typing import Literal

from aether_lint.catalog.word_list import word_set

Kind = Literal["types", "lint", "format", "tests", "security", "coverage", "hooks"]

# Program -> what it checks. The name is that of the console script or of `python -m NAME`.
SPELLED = {"ruff": "ruff check"}
"""How a command begins that is known here by the name of its tool alone."""

CHECKS: dict[str, Kind] = {
    **dict.fromkeys(("mypy", "dmypy", "pyright", "basedpyright", "ty", "pyre", "pytype", "pyrefly", "zuban"), "types"),
    **dict.fromkeys(
        (
            "ruff",
            "flake8",
            "pflake8",
            "pylint",
            "pycodestyle",
            "pydocstyle",
            "pyflakes",
            "prospector",
            "pylama",
            "vulture",
            "deptry",
            "lint-imports",
            "import-linter",
            "interrogate",
            "refurb",
            "flynt",
            "autoflake",
            "yamllint",
            "actionlint",
            "zizmor",
            "shellcheck",
            "hadolint",
            "codespell",
            "sqlfluff",
            "tomlcheck",
            "check-manifest",
            "twine",
            "pyroma",
            "griffe",
            "slotscheck",
            "xenon",
            "radon",
            "pyupgrade",
        ),
        "lint",
    ),
    **dict.fromkeys(("black", "isort", "yapf", "ruff format"), "format"),
    **dict.fromkeys(
        (
            "pytest",
            "py.test",
            "nose2",
            "nosetests",
            "unittest",
            "django test",
            "trial",
            "stestr",
            "behave",
            "testslide",
            "ward",
            "hypothesis",
            "schemathesis",
            "mutmut",
            "robot",
        ),
        "tests",
    ),
    **dict.fromkeys(
        (
            "bandit",
            "safety",
            "pip-audit",
            "semgrep",
            "gitleaks",
            "detect-secrets",
            "detect-secrets-hook",
            "trufflehog",
            "trivy",
            "grype",
            "snyk",
            "checkov",
            "tfsec",
            "terrascan",
            "kube-score",
            "kubesec",
            "kube-linter",
            "kubeval",
            "kubeconform",
            "conftest",
            "opa",
            "osv-scanner",
            "pysa",
            "dodgy",
            "whispers",
            "nuclei",
            "guarddog",
            "pip-licenses",
            "dep-scan",
            "liccheck",
        ),
        "security",
    ),
    **dict.fromkeys(("diff-cover", "coverage"), "coverage"),
    **dict.fromkeys(("pre-commit", "prek"), "hooks"),
}

# The configured tools that AET521 asks for, with the tools that would do instead.
EQUIVALENT: dict[str, frozenset[str]] = {
    "mypy": frozenset(("mypy", "dmypy")),
    "pyright": frozenset(("pyright", "basedpyright")),
    "ty": frozenset(("ty",)),
    "ruff": frozenset(("ruff",)),
    "flake8": frozenset(("flake8", "pflake8")),
    "pylint": frozenset(("pylint",)),
    "pytest": word_set("pytest py.test nose2 nosetests unittest trial stestr") | {"django test"},
}

# Options that turn every finding into success.
SOFT_FLAGS: dict[str, frozenset[str]] = {
    "ruff": frozenset(("--exit-zero",)),
    "flake8": frozenset(("--exit-zero",)),
    "pflake8": frozenset(("--exit-zero",)),
    "pylint": frozenset(("--exit-zero",)),
    "bandit": frozenset(("--exit-zero",)),
    "prospector": frozenset(("--zero-exit",)),
    "safety": frozenset(("--continue-on-error",)),
    "hadolint": frozenset(("--no-fail",)),
    "checkov": frozenset(("--soft-fail", "-s")),
    "tfsec": frozenset(("--soft-fail",)),
    "vulture": frozenset(()),
}

# Formatters pass whatever they find unless they are told to compare.
COMPARES: dict[str, frozenset[str]] = {
    "ruff format": frozenset(("--check", "--diff")),
    "black": frozenset(("--check", "--diff")),
    "isort": frozenset(("--check", "--check-only", "-c", "--diff")),
    "yapf": frozenset(("--diff", "-d", "--quiet", "-q")),
}

# Words in front of a command that start it: the number of words of their own, besides options.
WRAPPERS: dict[tuple[str, ...], int] = {
    ("uv", "run"): 0,
    ("uvx",): 0,
    ("uv", "tool", "run"): 0,
    ("poetry", "run"): 0,
    ("pdm", "run"): 0,
    ("pipenv", "run"): 0,
    ("rye", "run"): 0,
    ("pixi", "run"): 0,
    ("pipx", "run"): 0,
    ("conda", "run"): 0,
    ("micromamba", "run"): 0,
    ("mamba", "run"): 0,
    ("coverage", "run"): 0,
    ("env",): 0,
    ("sudo",): 0,
    ("time",): 0,
    ("nice",): 0,
    ("nohup",): 0,
    ("exec",): 0,
    ("command",): 0,
    ("xvfb-run",): 0,
    ("dotenv", "run"): 0,
    ("doppler", "run"): 0,
    ("infisical", "run"): 0,
    ("timeout",): 1,
    ("retry",): 0,
    ("xargs",): 0,
    ("npx",): 0,
    ("docker", "compose", "run"): 1,
    ("docker", "compose", "exec"): 1,
    ("docker-compose", "run"): 1,
    ("docker-compose", "exec"): 1,
    ("docker", "run"): 1,
    ("docker", "exec"): 1,
}

# Options of wrappers that take a value.
WRAPPER_VALUES = word_set(
    "--with --with-editable --with-requirements --extra --group --only-group --no-group --python -p --package --from "
    "--project --directory --env-file --index --index-url --extra-index-url -n --name --prefix -e --env -u --user -w "
    "--workdir -v --volume --rcfile --source --omit --include -m -s --signal -k --spec --environment -c --command "
    "--network --entrypoint --platform -f --file -P -I -L -d --max-args --max-procs"
)

# Actions that run a check: name -> (tool, kind of default behaviour).
ACTIONS: dict[str, str] = {
    "pre-commit/action": "pre-commit",
    "astral-sh/ruff-action": "ruff",
    "chartboost/ruff-action": "ruff",
    "psf/black": "black",
    "isort/isort-action": "isort",
    "jakebailey/pyright-action": "pyright",
    "tsuyoshicho/action-mypy": "mypy",
    "jpetrucciani/mypy-check": "mypy",
    "py-actions/flake8": "flake8",
    "aquasecurity/trivy-action": "trivy",
    "gitleaks/gitleaks-action": "gitleaks",
    "trufflesecurity/trufflehog": "trufflehog",
    "pypa/gh-action-pip-audit": "pip-audit",
    "returntocorp/semgrep-action": "semgrep",
    "semgrep/semgrep-action": "semgrep",
    "snyk/actions/python": "snyk",
    "anchore/scan-action": "grype",
    "bridgecrewio/checkov-action": "checkov",
    "actions/dependency-review-action": "dependency-review",
    "github/codeql-action/analyze": "codeql",
    "PyCQA/bandit-action": "bandit",
    "hadolint/hadolint-action": "hadolint",
    "ibiqlik/action-yamllint": "yamllint",
    "tox-dev/action-pre-commit-uv": "pre-commit",
    "j178/prek-action": "pre-commit",
    "oxsecurity/megalinter": "megalinter",
    "super-linter/super-linter": "super-linter",
    "github/super-linter": "super-linter",
    "trunk-io/trunk-action": "trunk",
    "google/osv-scanner-action": "osv-scanner",
    "raven-actions/actionlint": "actionlint",
    "rhysd/actionlint": "actionlint",
    "zizmorcore/zizmor-action": "zizmor",
}

# Actions that publish, deploy or push.
DEPLOY_ACTIONS = word_set(
    "pypa/gh-action-pypi-publish docker/build-push-action redhat-actions/push-to-registry azure/webapps-deploy "
    "aws-actions/amazon-ecs-deploy-task-definition google-github-actions/deploy-cloudrun azure/k8s-deploy "
    "google-github-actions/deploy-appengine superfly/flyctl-actions akhileshns/heroku-deploy appleboy/ssh-action"
)
