"""Configuration files of the gates: places of keys, files that are not valid, edits that keep everything else."""

from pathlib import Path

import pytest

from aether_lint.model import Fix, Span
from aether_lint.rules.registry import load_rules
from aether_lint.scopes.documents import DocumentError, parse_ini, parse_toml, parse_yaml
from aether_lint.scopes.edit import apply
from aether_lint.scopes.observations import DeadWorkflow, Observation
from gates_project import project, seen

pytestmark = pytest.mark.once

TOML = """# größer
[tool.mypy]   # table
files = [
    "äpp/one.py",  # first
    'two',
]
plugins.x = 1
inline = { key = "v", other = [1, 2] }

[[tool.mypy.overrides]]
module = "a"

[[tool.mypy.overrides]]
module = "b"
"quoted key" = true
"""


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("tool", "mypy"), (2, 2, 11)),
        (("tool", "mypy", "files"), (3, 1, 2)),
        (("tool", "mypy", "files", 0), (4, 5, 17)),
        (("tool", "mypy", "files", 1), (5, 5, 10)),
        (("tool", "mypy", "plugins", "x"), (7, 1, 14)),
        (("tool", "mypy", "inline", "other", 1), (8, 35, 36)),
        (("tool", "mypy", "overrides", 0, "module"), (11, 1, 13)),
        (("tool", "mypy", "overrides", 1, "module"), (14, 1, 13)),
        (("tool", "mypy", "overrides", 1, "quoted key"), (15, 1, 20)),
        (("tool", "mypy", "missing"), (2, 2, 11)),
    ],
)
def test_places_of_toml_keys(keys: tuple[str | int, ...], place: tuple[int, int, int]) -> None:
    span = parse_toml("x.toml", TOML).locate(*keys)
    assert (span.line, span.column, span.end_column) == place


def test_places_of_ini_keys() -> None:
    text = "# top\n[mypy]\nfiles =\n    a,\n    b\n; note\nStrict: True\n\n[mypy-app.*]\nignore_errors = True\n"
    document = parse_ini("mypy.ini", text)
    assert document.locate("mypy", "files") == Span(3, 1, 5, 6)
    assert document.locate("mypy", "strict").line == 7
    assert document.locate("mypy-app.*", "ignore_errors") == Span(10, 1, 10, 21)


def test_places_of_yaml_keys() -> None:
    document = parse_yaml("a.yml", "on: push\njobs:\n  a:\n    steps:\n      - name: x\n        run: y\n")
    assert document.locate("jobs", "a", "steps", 0, "run") == Span(6, 9, 6, 12)
    assert document.locate("jobs", "a", "steps", 0).line == 5


BROKEN = {
    "pyproject.toml": ("[tool.mypy]\nfiles = \n", 2),
    "ruff.toml": ("line-length = 100\n[lint\n", 2),
    ".ruff.toml": ('a = "\n', 1),
    "mypy.ini": ("[mypy]\nfiles = a\nfiles = b\n", 3),
    ".mypy.ini": ("files = a\n", 1),
    "setup.cfg": ("[mypy]\n[mypy]\n", 2),
    "tox.ini": ("[tox]\nenvlist\nx = \n[tox]\n", 4),
    ".flake8": ("exclude = a\n", 1),
    "pytest.ini": ("oops\n", 1),
    ".pre-commit-config.yaml": ("repos:\n  - repo: [\n", 3),
    ".gitlab-ci.yml": ("a:\n\t- b\n", 2),
    "pyrightconfig.json": ('{\n  "include": [\n}\n', 3),
    ".github/actions/x/action.yml": ("runs:\n  steps: {\n", 3),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_is_an_error_with_the_line_of_its_parser(tmp_path: Path, name: str) -> None:
    text, line = BROKEN[name]
    project(tmp_path, {name: text})
    errors = [(error.path, error.line) for error in seen(tmp_path)[1] if error.kind == "syntax"]
    assert errors == [(name, line)]


@pytest.mark.parametrize("name", [*BROKEN, ".github/workflows/a.yml"])
@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\x00", b"\x00", b"a: &a [*a, *a]\n", b"[" * 3000, b"- " * 3000, b"\xef\xbb\xbf"]
)
def test_hostile_bytes_never_raise(tmp_path: Path, name: str, raw: bytes) -> None:
    project(tmp_path, {name: ""})
    (tmp_path / name).write_bytes(raw)
    observations, errors = seen(tmp_path)
    assert all(isinstance(one, Observation) for one in observations)
    assert all(error.message for error in errors)


def test_broken_workflow_is_a_finding_with_the_line_of_its_parser(tmp_path: Path) -> None:
    project(tmp_path, {".github/workflows/a.yaml": "on: push\njobs:\n  a: [\n  b\n"})
    observations, errors = seen(tmp_path)
    assert errors == []
    assert [one.place.span.line for one in observations if isinstance(one, DeadWorkflow)] == [5]


EDITS = {
    "AET501": (
        "pyproject.toml",
        '# ours\n[tool.mypy]\r\nstrict = true # yes\nfiles = ["app/orders.py"]  # for now\n',
        '# ours\n[tool.mypy]\r\nstrict = true # yes\nfiles = ["app"]  # for now\n',
    ),
    "AET501 ini": (
        "mypy.ini",
        "# ours\n[mypy]\nfiles =\n    app/orders.py,\n    app/prices.py\n; end\nstrict = True\n",
        "# ours\n[mypy]\nfiles = app\n; end\nstrict = True\n",
    ),
    "AET503 ini": (
        "mypy.ini",
        "[mypy]\nfiles = app\n\n# later\n[mypy-app.*]\nignore_errors = True\nstrict = True\n",
        "[mypy]\nfiles = app\n\n# later\n[mypy-app.*]\nstrict = True\n",
    ),
    "AET504": (
        "setup.cfg",
        "[mypy]\nfiles: app\nfollow_imports: skip\n",
        "[mypy]\nfiles: app\nfollow_imports: normal\n",
    ),
    "AET511": (
        "ruff.toml",
        'line-length = 99 # wide\n# only these\ninclude = [\n  "app/orders.py", # one\n]\n\n[lint]\nselect = ["F"]\n',
        'line-length = 99 # wide\n# only these\n\n[lint]\nselect = ["F"]\n',
    ),
    "AET512": (
        "ruff.toml",
        '[lint]\nselect = ["F"]\nignore = [\n    "E501", # long\n    "F821", # names\n    "W",\n]\n',
        '[lint]\nselect = ["F"]\nignore = [\n    "E501", # long\n    "W",\n]\n',
    ),
    "AET522": (
        ".github/workflows/a.yml",
        "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: mypy app || true # soft\n",
        "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: mypy app # soft\n",
    ),
    "AET522 key": (
        ".github/workflows/a.yml",
        "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        "      - continue-on-error: true\n        run: mypy app\n",
        "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: mypy app\n",
    ),
    "AET522 hook": (
        ".pre-commit-config.yaml",
        "repos:\n- repo: https://x/mirrors-mypy # types\n  hooks:\n"
        "  - id: mypy\n    stages:\n      - manual\n    args: [--strict]\n",
        "repos:\n- repo: https://x/mirrors-mypy # types\n  hooks:\n  - id: mypy\n    args: [--strict]\n",
    ),
    "AET522 make": (
        "Makefile",
        "lint:\n\tpylint --exit-zero --jobs 2 app # all\n",
        "lint:\n\tpylint --jobs 2 app # all\n",
    ),
}
CALLER = {
    ".github/workflows/b.yml": "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make lint\n"
}


@pytest.mark.parametrize("name", EDITS)
def test_fix_changes_what_it_must_and_nothing_else(tmp_path: Path, name: str) -> None:
    path, before, after = EDITS[name]
    project(tmp_path, {path: before, **(CALLER if path == "Makefile" else {})})
    rule = load_rules()[name.split(maxsplit=1)[0]]
    findings = [rule.finding(one) for one in seen(tmp_path)[0] if isinstance(one, rule.observes) and rule.select(one)]
    assert [(finding.path, finding.fix is not None) for finding in findings] == [(path, True)]
    assert findings[0].fix is not None
    assert apply(before, findings[0].fix) == after
    project(tmp_path, {path: after})
    left = [one for one in seen(tmp_path)[0] if isinstance(one, rule.observes) and rule.select(one)]
    assert left == []


def test_edit_is_refused_when_the_text_has_changed() -> None:
    fix = Fix("config:remove", "unsafe", "", Span(2, 1, 2, 20), {"key": "include", "format": "toml"})
    with pytest.raises(ValueError, match="any more"):
        apply("a = 1\nb = 2\n", fix)
    muted = Fix("config:unmute", "unsafe", "", Span(1, 1, 1, 5), {"construct": "|| true", "format": "text"})
    with pytest.raises(ValueError, match="any more"):
        apply("mypy .\n", muted)


def test_overlay_is_measured_in_place_of_the_file(tmp_path: Path) -> None:
    project(tmp_path, {"mypy.ini": "[mypy]\nfiles = app/orders.py\n"})
    edited = {"mypy.ini": b"[mypy]\nfiles = app\n"}
    assert seen(tmp_path, edited) == ([], [])
    assert (tmp_path / "mypy.ini").read_text(encoding="utf-8").endswith("orders.py\n")


def test_unreadable_document_says_why(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="TOML"):
        parse_toml("x.toml", "a = \n")
    with pytest.raises(DocumentError, match="INI"):
        parse_ini("x.ini", "nothing\n")
    with pytest.raises(DocumentError, match="YAML"):
        parse_yaml("x.yml", "a: b: c\n")
