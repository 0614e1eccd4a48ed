"""Fingerprints that survive moved lines, and the file of accepted findings."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether_lint.config import ConfigError
from aether_lint.engine.baseline import Entry, compare, read_baseline, renewed, write_baseline
from aether_lint.engine.fingerprint import with_fingerprints
from aether_lint.model import Finding, Span


def finding(line: int, code: str = "AET201", path: str = "app.py", scope: str = "Settings", end: int = 8) -> Finding:
    return Finding(
        code=code,
        name="any",
        family="env",
        severity="error",
        confidence="high",
        message="m",
        help="h",
        path=path,
        span=Span(line, 3, line, end),
        scope=scope,
    )


def fingerprints(text: str, *findings: Finding) -> list[str]:
    return [found.fingerprint for found in with_fingerprints(findings, lambda path: text.encode())]


TEXT = "  x = 1\n  x = 2\n  x = 1\n"


def test_a_fingerprint_is_a_sha256() -> None:
    (fingerprint,) = fingerprints(TEXT, finding(1))
    assert len(bytes.fromhex(fingerprint)) == 32


def test_moved_lines_and_other_layout_keep_it() -> None:
    assert fingerprints(TEXT, finding(1)) == fingerprints("\n\n" + TEXT, finding(3))
    assert fingerprints(TEXT, finding(1)) == fingerprints("  x  =\t1\n", finding(1, end=10))
    assert fingerprints(TEXT, finding(1)) == fingerprints(TEXT.replace("\n", "\r\n"), finding(1))


def test_a_span_of_several_lines_is_its_text() -> None:
    span = Span(1, 3, 2, 8)
    over_two = Finding(**{**{f: getattr(finding(1), f) for f in Finding.__struct_fields__}, "span": span})
    joined = fingerprints("  x = 1 x = 2\n", finding(1, end=14))
    assert fingerprints(TEXT, over_two) == joined


@pytest.mark.parametrize(
    "other", [finding(1, code="AET202"), finding(1, path="b.py"), finding(1, scope=""), finding(2), finding(1, end=7)]
)
def test_code_path_scope_and_text_change_it(other: Finding) -> None:
    assert fingerprints(TEXT, finding(1)) != fingerprints(TEXT, other)


def test_equals_are_numbered_by_place_whatever_their_order() -> None:
    first, third = fingerprints(TEXT, finding(1), finding(3))
    assert first != third
    assert fingerprints(TEXT, finding(3), finding(1)) == [third, first]
    assert fingerprints(TEXT, finding(3)) == [first]


def test_a_file_that_is_gone_still_has_fingerprints() -> None:
    def gone(path: str) -> bytes:
        raise FileNotFoundError(path)

    (found,) = with_fingerprints([finding(1, path=os.fsdecode(b"\xff.py"))], gone)
    assert found.fingerprint


def test_what_was_written_is_known_and_what_is_new_is_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "baseline.json")
    before = with_fingerprints([finding(1), finding(2)], lambda _: TEXT.encode())
    write_baseline(path, renewed(before))
    after = with_fingerprints([finding(2), finding(4)], lambda _: ("\n" + TEXT.replace("2", "3")).encode())
    outcome = compare(after, read_baseline(path))
    assert outcome.known == [after[0]]
    assert outcome.kept == [after[1]]
    assert [entry.fingerprint for entry in outcome.stale] == [before[1].fingerprint]


def test_the_file_is_sorted_with_a_finding_on_each_line(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    findings = with_fingerprints([finding(1, path="b.py"), finding(1), finding(2)], lambda _: TEXT.encode())
    write_baseline(str(path), renewed(findings))
    text = path.read_text(encoding="ascii")
    write_baseline(str(path), renewed(findings[::-1]))
    assert path.read_text(encoding="ascii") == text
    assert len(text.splitlines()) == len(findings) + 5
    assert [item["path"] for item in json.loads(text)["findings"]] == ["app.py", "app.py", "b.py"]


def test_a_run_over_a_part_keeps_the_entries_of_the_rest() -> None:
    before = [Entry("a.py", "AET201", "", "1"), Entry("b.py", "AET201", "", "2")]
    assert renewed([], before, judged={"a.py"}) == [before[1]]


def test_writing_follows_a_link_keeps_the_mode_and_leaves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "baseline.json"
    write_baseline(str(target), [])
    assert json.loads(target.read_text()) == {"version": 1, "findings": []}
    target.chmod(0o640)
    (tmp_path / "link.json").symlink_to(target)
    write_baseline(str(tmp_path / "link.json"), [Entry("a.py", "AET201", "", "1")])
    assert (tmp_path / "link.json").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path / "real") == ["baseline.json"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_baseline(str(tmp_path / "missing" / "baseline.json"), [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"version": 1,\n "findings": [}', ":2:15: is not valid JSON"),
        ("[]", "is no baseline; this release reads version 1"),
        ('{"version": 2}', "has version 2"),
        ('{"version": 1}', "finding 1 is not understood"),
        ('{"version": 1, "findings": [{"path": 1}]}', "finding 1 is not understood"),
        ("[" * 100_000, "is no"),
    ],
)
def test_a_baseline_that_is_not_understood_is_no_empty_one(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_baseline(str(path))
    assert words in str(caught.value)


def test_a_baseline_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist; make it with `--write-baseline`"):
        read_baseline(str(tmp_path / "missing.json"))
    with pytest.raises(ConfigError, match="is a folder"):
        read_baseline(str(tmp_path))
    (tmp_path / "latin.json").write_bytes(b'"\xe9"')
    with pytest.raises(ConfigError, match="is no baseline"):
        read_baseline(str(tmp_path / "latin.json"))


ENTRIES = st.builds(Entry, st.text(), st.sampled_from(("AET101", "AET201")), st.text(), st.text(min_size=1))


@given(st.lists(ENTRIES, max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    path = str(tmp_path_factory.mktemp("baseline") / "b.json")
    write_baseline(path, entries)
    assert read_baseline(path) == sorted(set(entries))
