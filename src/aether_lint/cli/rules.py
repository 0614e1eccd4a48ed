"""`aether-lint rules`: list the rules."""

import json

import click

from aether_lint.cli.exit_codes import OK
from aether_lint.cli.outcome import Outcome
from aether_lint.rules.registry import load_rules
from aether_lint.rules.rule import Rule


@click.command("rules")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(output_format: str) -> Outcome:
    """List the rules."""
    rules = list(load_rules().values())
    if output_format == "json":
        return Outcome(OK, stdout=json.dumps([_as_json(rule) for rule in rules], indent=2) + "\n")
    return Outcome(OK, stdout=_table(rules))


def _table(rules: list[Rule]) -> str:
    rows = [("code", "name", "severity", "")]
    rows += [(rule.code, rule.name, rule.severity, "preview" if rule.preview else "") for rule in rules]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    summaries = ["summary", *(rule.summary for rule in rules)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width), summary])
        for row, summary in zip(rows, summaries, strict=True)
    ]
    return "".join(f"{line}\n" for line in lines)


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "severity": rule.severity,
        "preview": rule.preview,
        "summary": rule.summary,
        "references": list(rule.references),
    }
