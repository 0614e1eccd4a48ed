"""Comments that suppress findings, and comments that suppress nothing."""

import argparse
from collections.abc import Sequence

import pytest
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import given
from hypothesis import strategies as st

from aether_lint.engine.noqa import NoqaLines, is_silenced
from aether_lint.engine.suppress import Suppressed, read_comments, suppress
from aether_lint.lower.comments import directives, suppressions_of, suppressions_of_config, text_of
from aether_lint.model import Finding, Span
from aether_lint.rules.registry import load_rules

TODAY = "2026-06-15"
RULES = ("AET501", "AET502", "AET511")  # any rules do: what they find is given here


def at(line: int, code: str = "AET501", path: str = "app.py") -> Finding:
    return Finding(
        code=code,
        name="any",
        family="gates",
        severity="error",
        confidence="high",
        message="m",
        help="h",
        path=path,
        span=Span(line, 1, line, 2),
    )


def judged(
    text: str, *findings: Finding, path: str = "app.py", ran: Sequence[str] = RULES, noqa: bool = True
) -> Suppressed:
    def read(asked: str) -> bytes:
        assert asked == path
        return text.encode()

    return suppress(findings, read_comments((path,), read), read, ran=ran, today=TODAY, noqa=noqa)


def lines_kept(text: str, *findings: Finding, path: str = "app.py") -> list[int]:
    outcome = judged(text, *findings, path=path)
    assert sorted((*outcome.kept, *outcome.suppressed), key=repr) == sorted(findings, key=repr)
    return [finding.span.line for finding in outcome.kept]


def complaints(text: str, *findings: Finding, path: str = "app.py", ran: Sequence[str] = RULES) -> list[str]:
    return [finding.message for finding in judged(text, *findings, path=path, ran=ran).idle]


# --- what is suppressed


@pytest.mark.parametrize(
    "comment",
    [
        "# aether: ignore[AET501]",
        "# aether: ignore[AET501] -- the reason",
        "#aether:ignore[AET502, AET501] -- no blanks",
        "# aether: ignore[narrow-mypy-scope] -- by name",
        "# aether: ignore[AET501] until=2026-06-15 -- the last day counts",
        "# type: ignore  # aether: ignore[AET501]",
        "# aether: ignore[AET501] -- why  # pragma: no cover",
        "# aether: ignore-file[AET501] -- generated",
        "# noqa",
        "# NoQA",
        "# noqa: AET501",
        "# noqa:E501,AET501",
        "# noqa: E501 AET5",
    ],
)
def test_a_comment_on_the_line_suppresses(comment: str) -> None:
    assert lines_kept(f"x = 1  {comment}\n", at(1)) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# aether: ignore[AET502]",
        "# aether: ignore[AET50]",
        "# aether: ignore",
        "# aether: ignore[]",
        "# aether: ignore AET501",
        "# aether: ignore[AET501] because",
        "# aether: ignore[AET501, AET999]",
        "# aether: ignore[AET501] until=2026-06-14 -- over",
        "# aether: ignore[AET501] until=soon",
        "# aether: ignore[AET501] until=2026-02-30",
        "# aether: ignores[AET501]",
        "# Aether: ignore[AET501]",
        "# noqa: E501",
        "# noqa: aet501",
    ],
)
def test_other_comments_suppress_nothing(comment: str) -> None:
    assert lines_kept(f"x = 1  {comment}\n", at(1)) == [1]


def test_a_comment_alone_counts_for_the_next_line() -> None:
    text = "# aether: ignore[AET501] -- why\nx = 1\ny = 2\n"
    assert lines_kept(text, at(1), at(2), at(3)) == [3]


def test_comments_alone_can_be_stacked() -> None:
    text = "# aether: ignore[AET501] -- why\n    # aether: ignore[AET502] -- why\nx = 1\n"
    assert lines_kept(text, at(3), at(3, "AET502")) == []


def test_a_comment_behind_code_counts_for_its_own_line_only() -> None:
    assert lines_kept("x = 1  # aether: ignore[AET501]\ny = 2\n", at(1), at(2)) == [2]


def test_a_comment_for_the_file_counts_everywhere() -> None:
    assert lines_kept("x = 1\n# aether: ignore-file[AET501]\n", at(1), at(2), at(2, "AET502")) == [2]


def test_text_in_a_string_is_no_comment() -> None:
    text = 'x = "# aether: ignore[AET501]"\ny = """\n# aether: ignore[nonsense\n"""\n'
    assert lines_kept(text, at(1)) == [1]
    assert complaints(text) == []


def test_every_line_end_and_encoding_is_read() -> None:
    text = "# é\r\nx = 1  # aether: ignore[AET501]\r\n"
    assert lines_kept(text, at(2)) == []
    assert lines_kept(text.replace("\r\n", "\r"), at(2)) == []
    source = "# coding: latin-1\nx = 'é'  # aether: ignore[AET501]\n".encode("latin-1")
    assert [found.span for found in suppressions_of(source)] == [Span(2, 10, 2, 34)]
    assert suppressions_of(b"\xef\xbb\xbf# aether: ignore[AET501]\n")[0].span == Span(1, 1, 1, 25)


@pytest.mark.parametrize("path", ["pyproject.toml", "setup.cfg", ".github/workflows/ci.yml", "Makefile"])
def test_other_files_have_the_same_comments(path: str) -> None:
    text = "[a]\n# aether: ignore[AET501] -- why\nb = 1\n  run: mypy . || true  # aether: ignore[AET502] -- why\n"
    assert lines_kept(text, at(3, path=path), at(4, "AET502", path), at(4, path=path), path=path) == [4]
    assert complaints(text, at(3, path=path), path=path) == [
        "this comment suppresses AET502, which finds nothing on the line it is for"
    ]


def test_noqa_is_for_python_alone() -> None:
    assert lines_kept("b = 1  # noqa\n", at(1, path="setup.cfg"), path="setup.cfg") == [1]


def test_a_host_may_apply_noqa_itself() -> None:
    text = "x = 1  # noqa\ny = 2  # aether: ignore[AET501]\n"
    assert [finding.span.line for finding in judged(text, at(1), at(2), noqa=False).kept] == [1]


def test_a_file_that_flake8_leaves_out_is_silent() -> None:
    assert lines_kept("x = 1\n# flake8: noqa\n", at(1)) == []
    assert lines_kept("# flake8: noqa: E501\nx = 1\n", at(2)) == [2]
    assert lines_kept("# flake8: noqa: AET5\nx = 1\n", at(2)) == []


def test_comments_about_comments_cannot_be_suppressed() -> None:
    assert lines_kept("# aether: ignore-file[AET001]\nx = 1  # noqa: E501\n", at(2, "AET001")) == [2]


def test_the_text_of_a_file_that_is_gone_silences_nothing() -> None:
    def gone(path: str) -> bytes:
        raise FileNotFoundError(path)

    outcome = suppress([at(1)], {"app.py": suppressions_of(b"x = 1  # noqa\n")}, gone, ran=RULES, today=TODAY)
    assert outcome.kept == [at(1)]
    assert read_comments(["app.py"], gone) == {}


# --- what is said about comments


def test_an_unused_comment_is_reported_at_its_place() -> None:
    (finding,) = judged("x = 1  # aether: ignore[AET501] -- why\n").idle
    assert (finding.code, finding.severity, finding.span) == ("AET001", "warning", Span(1, 8, 1, 39))
    assert finding.help == "delete the comment"


def test_of_several_codes_the_unused_are_named() -> None:
    (finding,) = judged("x = 1  # aether: ignore[AET501, AET502]\n", at(1)).idle
    assert finding.message == "this comment suppresses AET502, which finds nothing on the line it is for"
    assert finding.help == "delete AET502 from it"


def test_unused_is_said_only_of_rules_that_ran() -> None:
    assert complaints("x = 1  # aether: ignore[AET501]\n", ran=()) == []
    assert complaints("x = 1  # noqa: AET50\n", ran=("AET501",)) == []


def test_an_unused_noqa_is_reported_where_it_names_us() -> None:
    assert complaints("x = 1  # noqa: E501, AET501\n") == [
        "this comment suppresses AET501, which finds nothing on the line it is for"
    ]
    assert complaints("x = 1  # noqa\ny = 1  # noqa: E501\n") == []
    assert complaints("x = 1  # noqa: E501, AET501\n", at(1)) == []


def test_of_two_comments_for_one_finding_both_are_used() -> None:
    assert complaints("# aether: ignore-file[AET501]\nx = 1  # aether: ignore[AET501]\n", at(2)) == []


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# aether: ignore", "no rule is named"),
        ("# aether: ignore[]", "no rule is named"),
        ("# aether: ignore AET501", "no rule is named"),
        ("# aether: ignore-next-line[AET501]", "`ignore-next-line` is not known"),
        ("# aether: disable[AET501]", "`disable` is not known"),
        ("# aether: ignore[AET501] because", "what follows the rules is not understood"),
        ("# aether: ignore[AET501] until=2026-13-01", "`2026-13-01` is no day"),
        ("# aether: ignore[AET501] until=2026-02-30 -- x", "`2026-02-30` is no day"),
        ("# aether: ignore[AET598]", "`AET598` is no rule; did you mean `AET5"),
        ("# aether: ignore[E501]", "`E501` is no rule"),
        ("# aether: ignore[narow-mypy-scope]", "did you mean `narrow-mypy-scope`?"),
    ],
)
def test_a_malformed_comment_is_reported_whatever_ran(comment: str, words: str) -> None:
    (message,) = complaints(f"x = 1  {comment}\n", ran=())
    assert message.startswith("this comment suppresses nothing: ")
    assert words in message


def test_an_expired_comment_is_reported_with_its_last_day() -> None:
    (message,) = complaints("x = 1  # aether: ignore[AET501] until=2026-06-14 -- migration\n", at(1), ran=())
    assert message == "this comment suppressed AET501 until 2026-06-14, which has passed"


@pytest.mark.parametrize("prose", ["# aether: the trading platform", "# Aether: ignore", "# aether: see docs [1]"])
def test_prose_about_a_project_of_our_name_is_no_comment_for_us(prose: str) -> None:
    assert complaints(f"x = 1  {prose}\n") == []


def test_the_example_of_the_page_holds() -> None:
    rule = load_rules()["AET001"]
    for example in rule.examples:
        (bad,), (good,) = example.bad.values(), example.good.values()
        assert "ignore" in bad
        assert suppressions_of(good.encode()) == ()


# --- properties


@given(st.text(alphabet="# aether:ignore-file[]AET501,until=2026-01-31 noqaé\t", max_size=60))
def test_parsing_a_comment_never_raises(text: str) -> None:
    list(directives(f"# aether: {text}", 1, 1))
    suppressions_of(f"x = 1  #{text}\n".encode())
    suppressions_of_config(f"#{text}\n".encode())


@given(st.binary(max_size=80).map(lambda raw: b"# aether: ignore[AET501] # noqa\n" + raw))
def test_any_bytes_have_comments_or_none(source: bytes) -> None:
    suppressions_of(source)
    suppressions_of_config(source)
    text_of(source)


LINES = (
    "x = 1",
    "x = 1  # noqa",
    "y = (  # noqa: E501",
    ")",
    's = """a',
    '"""',
    '"""  # noqa: AET501',
    "z = 1 + \\",
    "",
    "'''",
    "# noqa:AET5",
)


@given(st.lists(st.sampled_from(LINES), max_size=9), st.integers(1, 9))
def test_noqa_holds_where_flake8_says(lines: list[str], line: int) -> None:
    text = "".join(f"{part}\n" for part in lines)
    options = argparse.Namespace(hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0)
    processor = FileProcessor("app.py", options, text.splitlines(keepends=True))
    physical = processor.noqa_line_for(line)
    if physical is None:
        return
    expected = Violation("AET501", "app.py", line, 1, "m", physical).is_inline_ignored(False)
    holding = NoqaLines(text).holding(line)
    assert (holding is not None and is_silenced("AET501", holding[1])) == expected
