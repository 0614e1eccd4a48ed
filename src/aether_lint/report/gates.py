"""The table of the gates: text, JSON and Markdown. Pure functions of what was measured."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aether_lint.model import Report
from aether_lint.report.escape import escape, escape_path, without_surrogates
from aether_lint.report.style import PLAIN, Style

if TYPE_CHECKING:
    from aether_lint.scopes.observations import GateRow

FORMATS = ("text", "json", "markdown")
HEADINGS = ("tool", "configured on", "modules", "rules", "pull requests", "blocks")


class Picture(Struct, frozen=True):
    """What is shown: the rows, and with `show_modules` the modules that count and those that do not, by reason."""

    rows: "Sequence[GateRow]"
    modules: Sequence[str]
    apart: Mapping[str, Sequence[str]]
    show_modules: bool = False
    style: Style = PLAIN


def render_gates(output_format: str, picture: Picture, report: Report) -> str:
    """The table in one of `FORMATS`, ending in a line end."""
    match output_format:
        case "json":
            return _json(picture, report)
        case "markdown":
            return _markdown(picture, report)
    return _text(picture)


def coverage(row: "GateRow") -> str:
    """`120/120 (100 %)`, or `-` where it is not measured."""
    if row.covered < 0:
        return "-"
    percent = f"{100 * row.covered / row.total:.1f}".removesuffix(".0") if row.total else "0"
    return f"{row.covered}/{row.total} ({percent} %)"


def numbers(before: "Sequence[GateRow]", after: "Sequence[GateRow]") -> Iterator[tuple[str, int, int]]:
    """Tools whose number of covered modules changed: tool, before, after."""
    old = {row.tool: row.covered for row in before}
    for row in after:
        if row.covered >= 0 and old.get(row.tool, -1) not in (-1, row.covered):
            yield row.tool, old[row.tool], row.covered


def _cells(row: "GateRow") -> tuple[str, ...]:
    cells = (row.tool, row.configured_on, coverage(row), row.strictness, row.on_pull_requests, row.blocks)
    return tuple(escape(cell) for cell in cells)


def _text(picture: Picture) -> str:
    table = [HEADINGS, *(_cells(row) for row in picture.rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]
    lines[0] = picture.style.strong(lines[0])
    apart = ", ".join(f"{len(paths)} {escape(reason)}" for reason, paths in picture.apart.items())
    lines.append(f"{len(picture.modules)} first-party modules" + (f"; not counted: {apart}" if apart else ""))
    if picture.show_modules:
        lines += [f"  {escape_path(path)}" for path in picture.modules]
        for reason, paths in picture.apart.items():
            lines.append(f"not counted, {escape(reason)}:")
            lines += [f"  {escape_path(path)}" for path in paths]
    return "".join(f"{line}\n" for line in lines)


def _markdown(picture: Picture, report: Report) -> str:
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *(_cells(row) for row in picture.rows)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    if report.findings:
        lines.append("")
        lines += [
            f"- **{finding.code}** `{escape_path(finding.path)}:{finding.span.line}` {_inline(finding.message)}"
            for finding in report.findings
        ]
    if report.errors:
        lines.append("")
        lines += [f"- not measured: `{escape_path(error.path)}` {_inline(error.message)}" for error in report.errors]
    if picture.show_modules:
        lines += ["", *(f"- `{escape_path(path)}`" for path in picture.modules)]
    return "".join(f"{line}\n" for line in lines)


def _inline(text: str) -> str:
    return escape(text).replace("<", "&lt;").replace("|", "\\|")


def _json(picture: Picture, report: Report) -> str:
    document: dict[str, object] = {
        "version": 1,
        "modules": len(picture.modules),
        "not_counted": {reason: len(paths) for reason, paths in picture.apart.items()},
        "gates": [
            {
                "tool": row.tool,
                "kind": row.kind,
                "configured_on": without_surrogates(row.configured_on),
                "covered": row.covered if row.covered >= 0 else None,
                "total": row.total,
                "percent": round(100 * row.covered / row.total, 1) if row.covered >= 0 and row.total else None,
                "strictness": row.strictness,
                "on_pull_requests": row.on_pull_requests,
                "blocks": row.blocks,
                "runs": [without_surrogates(place) for place in row.runs],
            }
            for row in picture.rows
        ],
        "findings": [
            {
                "code": finding.code,
                "name": finding.name,
                "severity": finding.severity,
                "confidence": finding.confidence,
                "message": without_surrogates(finding.message),
                "path": without_surrogates(finding.path),
                "line": finding.span.line,
                "column": finding.span.column,
            }
            for finding in report.findings
        ],
        "errors": [
            {
                "path": without_surrogates(e.path),
                "kind": e.kind,
                "message": without_surrogates(e.message),
                "line": e.line,
            }
            for e in report.errors
        ],
    }
    if picture.show_modules:
        document["module_paths"] = [without_surrogates(path) for path in picture.modules]
        document["not_counted_paths"] = {
            reason: [without_surrogates(path) for path in paths] for reason, paths in picture.apart.items()
        }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
