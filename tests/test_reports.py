"""What each format makes of one report. Snapshots are rewritten by `UPDATE_SNAPSHOTS=1 pytest`."""

import json
import os
import re
from pathlib import Path

import msgspec
import pytest

from aether_lint import __version__
from aether_lint.model import FileError, Finding, Fix, NotChecked, Related, Report, Span
from aether_lint.report import FORMATS, Context, render
from aether_lint.report.escape import escape, escape_path
from aether_lint.report.style import COLORED, PLAIN, Style, style_for
from aether_lint.rules.rule import Rule

SNAPSHOTS = Path(__file__).parent / "snapshots"

SOURCES = {
    "src/shop/sessions.py": [
        '"""Where sessions live."""',
        "",
        "try:",
        "    import redis",
        "except ImportError:",
        "    redis = None",
        "",
        "",
        "class Sessions:",
        "    def __init__(self, url):",
        "\tself.client = redis.Redis(",
        "\t    url,",
        "\t    decode_responses=True,",
        "\t)",
    ],
    "src/shop/größe.py": ['名前 = "x"; secret = os.getenv("SECRET_KEY", "changeme")  # \x1b[31m\u202e'],
}


def _finding(**changes: object) -> Finding:
    finding = Finding(
        code="AET101",
        name="fallback-on-import-error",
        family="fallback",
        severity="error",
        confidence="high",
        message="sessions move to a process-local dict when redis is not importable; each worker then has its own",
        help="let the import fail, or refuse to start: raise ... from exc",
        path="src/shop/sessions.py",
        span=Span(5, 1, 5, 20),
        fingerprint="f" * 64,
    )
    return msgspec.structs.replace(finding, **changes)


REPORT = Report(
    findings=[
        _finding(
            severity="warning",
            code="AET201",
            name="literal-secret-default",
            family="env",
            path="src/shop/größe.py",
            span=Span(1, 21, 1, 55),
            message="the secret SECRET_KEY is a literal of the repository when it is not set",
            help="read it without a default: `os.environ['SECRET_KEY']`",
            fix=Fix("require_env", "safe", "read SECRET_KEY without a default", Span(1, 21, 1, 55)),
        ),
        _finding(
            related=(
                Related("src/shop/sessions.py", Span(6, 5, 6, 17), "`redis` is None from here on"),
                Related("src/shop/missing.py", Span(3, 1, 3, 2), "used here"),
            ),
            fix=Fix("raise_on_import", "unsafe", "let the import fail", Span(3, 1, 6, 17)),
        ),
        _finding(severity="info", confidence="medium", span=Span(11, 2, 14, 3), help=""),
    ],
    suppressed=[_finding(span=Span(6, 5, 6, 10))],
    baselined=2,
    hidden_low=1,
    errors=[
        FileError("src/shop/broken.py", "syntax", "invalid syntax", 3, 7),
        FileError("pipe", "not-regular", "a FIFO"),
    ],
    files=313,
    analysed=311,
    left_out={"tests": 120, "git-ignored": 3},
    checked=["fallback", "env"],
    not_checked=[NotChecked("gates", "no configuration of mypy or ruff")],
)
CLEAN = Report(files=2, analysed=2, checked=["fallback"])


def _never(observation: object) -> bool:
    return False


def _no_finding(observation: object) -> Finding:
    raise NotImplementedError


RULE = Rule(
    code="AET101",
    name="fallback-on-import-error",
    summary="A failed import is replaced by a stand-in",
    severity="error",
    observes=object,
    select=_never,
    finding=_no_finding,
    references=("CWE-636", "https://peps.python.org/pep-0008/"),
)


def _context(*, style: Style = PLAIN, quiet: bool = False, show_suppressed: bool = False) -> Context:
    return Context(
        sources=lambda path: SOURCES.get(path, []),
        rules=lambda: {"AET101": RULE},
        page=lambda rule: f"The page of {rule.name}.",
        style=style,
        quiet=quiet,
        show_suppressed=show_suppressed,
    )


def _same_as_snapshot(name: str, text: str) -> None:
    text = text.replace(f'ersion": "{__version__}"', 'ersion": "0"')
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("output_format", FORMATS)
def test_whole_output_of_a_report(output_format: str) -> None:
    _same_as_snapshot(f"report.{output_format}", render(output_format, REPORT, _context(show_suppressed=True)))


@pytest.mark.parametrize("output_format", FORMATS)
def test_whole_output_of_a_clean_run(output_format: str) -> None:
    _same_as_snapshot(f"clean.{output_format}", render(output_format, CLEAN, _context()))


def test_whole_colored_output() -> None:
    _same_as_snapshot("report.colored", render("text", REPORT, _context(style=COLORED)))


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_suppressed_finding_is_shown_on_request_only(output_format: str) -> None:
    report = Report(suppressed=[_finding()], files=1, analysed=1)
    shown = render(output_format, report, _context(show_suppressed=True))
    assert "each worker then has its own" in shown
    assert "each worker then has its own" not in render(output_format, report, _context())


@pytest.mark.parametrize("output_format", FORMATS)
def test_quiet_output_still_names_what_was_not_analyzed(output_format: str) -> None:
    text = render(output_format, REPORT, _context(quiet=True))
    assert "broken.py" in text
    assert "invalid syntax" in text


def test_quiet_text_of_a_clean_run_is_empty() -> None:
    assert render("text", CLEAN, _context(quiet=True)) == ""


HOSTILE = "a\n::error file=x::forged\r\x1b]0;title\x07\u202eevil\u2066\x85\u2028##[error]forged\udcff|<img src=x>`@team"


@pytest.mark.parametrize("output_format", FORMATS)
def test_nothing_from_paths_or_source_can_drive_a_terminal_or_runner(output_format: str) -> None:
    hostile = _finding(
        path=f"{HOSTILE}.py",
        message=f"message {HOSTILE}",
        help=f"help {HOSTILE}",
        related=(Related(HOSTILE, Span(1, 1, 1, 2), HOSTILE),),
        fix=Fix("m", "safe", HOSTILE, Span(1, 1, 1, 2)),
        span=Span(1, 1, 1, 9),
    )
    report = Report(
        findings=[hostile],
        errors=[FileError(HOSTILE, "syntax", HOSTILE, 1)],
        files=2,
        analysed=1,
        left_out={HOSTILE: 1},
        not_checked=[NotChecked(HOSTILE, HOSTILE)],
    )
    context = Context(sources=lambda path: [HOSTILE], rules=dict, page=str, style=PLAIN)
    text = render(output_format, report, context)
    allowed = {"\n"} | ({"\u2060"} if output_format == "markdown" else set())
    assert {character for character in text if not character.isprintable()} <= allowed
    if output_format != "github":
        assert not re.search(r"^\s*::", text, re.MULTILINE)
    else:
        assert all(line.startswith(("::error file=a\\n", "Found", "Analyzed", "Not")) for line in text.splitlines())
        assert len(re.findall("^::error ", text, re.MULTILINE)) == 2
    if output_format in ("text", "concise", "github", "markdown"):
        assert "##[" not in text
    text.encode()


def test_a_path_that_looks_like_a_workflow_command_starts_no_line() -> None:
    report = Report(findings=[_finding(path="::error file=x::y.py")], files=1, analysed=1)
    assert render("concise", report, _context()).startswith("./::error")
    assert escape_path(" ::add-mask") == "./ ::add-mask"


def test_escapes_show_the_character() -> None:
    assert escape("ok ü 名 😀") == "ok ü 名 😀"
    assert escape("\x1b\n\udcff\u202e\x00") == r"\x1b\n\xff\u202e\x00"


def _carets(lines: list[str], span: Span) -> tuple[str, str]:
    report = Report(findings=[_finding(span=span, related=(), help="")], files=1, analysed=1)
    context = Context(sources=lambda path: lines, rules=dict, page=str)
    rows = render("text", report, context).split("\n")
    position = next(number for number, row in enumerate(rows) if "^" in row)
    return rows[position - 1], rows[position]


def test_carets_stand_below_wide_characters_and_tabs() -> None:
    source, carets = _carets(['\t名前 = f("x")'], Span(1, 7, 1, 13))
    assert source == '1 |     名前 = f("x")'
    assert carets == "  |            ^^^^^^"


def test_a_long_line_is_cut_around_the_place() -> None:
    source, carets = _carets(["x" * 5000 + "HERE" + "y" * 5000], Span(1, 5001, 1, 5005))
    assert len(source) < 150
    start = carets.index("^")
    assert source[start : start + 4] == "HERE"
    assert source.endswith("…")


def test_a_span_outside_the_source_costs_the_frame_only() -> None:
    report = Report(findings=[_finding(span=Span(99, 1, 99, 5))], files=1, analysed=1)
    text = render("text", report, _context())
    assert "src/shop/sessions.py:99:1" in text
    assert " | " not in text


def test_the_middle_of_a_long_span_is_cut() -> None:
    lines = [f"line{number}" for number in range(1, 41)]
    source, carets = _carets(lines, Span(1, 1, 40, 7))
    assert source == "40 | | line40"
    assert carets == "   | |______^"


class _Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "colored"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colors_follow_terminal_and_environment(environment: dict[str, str], colored: bool) -> None:
    assert style_for(_Terminal(), environment).colored is colored


def test_json_keys_come_in_the_documented_order() -> None:
    document = json.loads(render("json", REPORT, _context()))
    assert list(document) == ["version", "findings", "errors", "summary"]
    keys = (
        "code name family severity confidence message help path line column end_line end_column related fix fingerprint"
    )
    assert all(list(finding) == keys.split() for finding in document["findings"])
    related = document["findings"][1]["related"][0]
    assert list(related) == ["path", "line", "column", "end_line", "end_column", "message"]
    assert list(document["findings"][1]["fix"]) == ["applicability", "description", "codemod"]
    assert list(document["errors"][0]) == ["path", "kind", "message", "line", "column"]
    assert document["summary"]["not_analysed"] == 2


def test_github_severities() -> None:
    lines = render("github", REPORT, _context()).splitlines()
    assert [line.split(" ")[0] for line in lines[:5]] == ["::warning", "::error", "::notice", "::error", "::error"]
