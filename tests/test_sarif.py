"""The SARIF output holds only properties that SARIF 2.1.0 defines, with the types and bounds it gives them.

The types below transcribe the part of the specification that is used (section numbers of the OASIS standard).
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field, json

from aether_lint.model import FileError, Finding, NotChecked, Related, Report, Span
from aether_lint.report import Context, render
from aether_lint.rules.registry import load_rules

Positive = Annotated[int, Meta(ge=1)]
Natural = Annotated[int, Meta(ge=0)]
Level = Literal["none", "note", "warning", "error"]
# RFC 3986 relative reference: no scheme, percent-encoded
UriReference = Annotated[str, Meta(pattern=r"^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$")]


class Strict(Struct, forbid_unknown_fields=True, rename="camel"):
    pass


class Message(Strict):  # 3.11
    text: str


class MultiformatMessage(Strict):  # 3.12
    text: str
    markdown: str = ""


class Region(Strict):  # 3.30
    start_line: Positive
    start_column: Positive = 1
    end_line: Positive = 1
    end_column: Positive = 1


class ArtifactLocation(Strict):  # 3.4
    uri: UriReference
    uri_base_id: Literal["%SRCROOT%"]


class PhysicalLocation(Strict):  # 3.29
    artifact_location: ArtifactLocation
    region: Region | None = None


class Location(Strict):  # 3.28
    physical_location: PhysicalLocation
    id: Natural = 0
    message: Message | None = None


class ReportingConfiguration(Strict):  # 3.50
    enabled: bool
    level: Level


class ReportingDescriptor(Strict):  # 3.49
    id: str
    name: str
    short_description: MultiformatMessage
    help: MultiformatMessage
    default_configuration: ReportingConfiguration
    properties: dict[str, Any]
    help_uri: Annotated[str, Meta(pattern="^https://")] = "https://"


class ToolComponent(Strict):  # 3.19
    name: Literal["aether-lint"]
    version: str
    semantic_version: str
    rules: list[ReportingDescriptor]


class Tool(Strict):  # 3.18
    driver: ToolComponent


class DescriptorReference(Strict):  # 3.52
    id: str


class Notification(Strict):  # 3.58
    level: Level
    descriptor: DescriptorReference
    message: Message
    locations: list[Location]


class Invocation(Strict):  # 3.20
    execution_successful: bool
    tool_execution_notifications: list[Notification]


class Suppression(Strict):  # 3.35
    kind: Literal["inSource", "external"]
    status: Literal["accepted", "underReview", "rejected"]


class Result(Strict):  # 3.27
    rule_id: str
    level: Level
    message: Message
    locations: list[Location]
    properties: dict[str, Any]
    rule_index: Natural = 0
    related_locations: list[Location] = []
    partial_fingerprints: dict[str, str] = {}
    suppressions: list[Suppression] = []


class Run(Strict):  # 3.14
    tool: Tool
    column_kind: Literal["utf16CodeUnits", "unicodeCodePoints"]
    invocations: list[Invocation]
    results: list[Result]
    properties: dict[str, Any]


class Log(Strict):  # 3.13
    version: Literal["2.1.0"]
    runs: list[Run]
    schema: str = field(name="$schema")


FINDING = Finding(
    code="AET101",
    name="fallback-on-import-error",
    family="fallback",
    severity="info",
    confidence="high",
    message="m",
    help="h",
    path="a b/ü:\udcff\n.py",
    span=Span(2, 3, 4, 5),
    related=(Related("c.py", Span(1, 1, 1, 2), "r"),),
    fingerprint="0" * 64,
)


def _log(report: Report) -> Log:
    context = Context(sources=lambda path: (), rules=load_rules, page=lambda rule: rule.summary, show_suppressed=True)
    return json.decode(render("sarif", report, context), type=Log)


def test_a_full_report_is_valid_sarif() -> None:
    report = Report(
        findings=[FINDING],
        suppressed=[FINDING],
        errors=[FileError("b.py", "syntax", "invalid syntax", 3, 7), FileError("pipe", "not-regular", "a FIFO")],
        files=3,
        analysed=1,
        not_checked=[NotChecked("gates", "nothing to check")],
    )
    (run,) = _log(report).runs
    assert run.results[0].locations[0].physical_location.artifact_location.uri == "a%20b/%C3%BC%3A%FF%0A.py"
    assert [bool(result.suppressions) for result in run.results] == [False, True]
    assert [rule.id for rule in run.tool.driver.rules] == list(load_rules())
    assert not run.invocations[0].execution_successful


def test_an_execution_is_successful_only_when_everything_was_analyzed() -> None:
    def successful(report: Report) -> bool:
        return _log(report).runs[0].invocations[0].execution_successful

    assert successful(Report(files=1, analysed=1))
    assert successful(Report(findings=[FINDING], files=1, analysed=1))
    assert not successful(Report(files=2, analysed=1))
    assert not successful(Report(errors=[FileError("pyproject.toml", "config", "m")], files=1, analysed=1))
