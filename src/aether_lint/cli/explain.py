"""`aether-lint explain`: show the page of a rule."""

import sys

import click

from aether_lint.cli.exit_codes import OK
from aether_lint.cli.outcome import Outcome
from aether_lint.report.style import Style, style_for
from aether_lint.rules.registry import UnknownSelectorError, load_rules, resolve_selector, rule_page
from aether_lint.rules.rule import Rule


@click.command("explain")
@click.argument("rule", metavar="CODE|NAME")
def command(rule: str) -> Outcome:
    """Show the page of a rule: what it does, why that is bad, how to mend it."""
    try:
        codes = resolve_selector(rule)
    except UnknownSelectorError as error:
        raise click.UsageError(str(error)) from error
    style = style_for(sys.stdout)
    pages = [_page(meant, style) for code, meant in load_rules().items() if code in codes]
    return Outcome(OK, stdout="\n".join(pages))


def _page(rule: Rule, style: Style) -> str:
    facts = f"family {rule.family}, severity {rule.severity}" + (", preview" if rule.preview else "")
    lines = rule_page(rule).split("\n")
    lines = lines[1:] if lines[0].startswith("# ") else lines  # the title, which stands above already
    body = "\n".join(style.strong(line) if line.startswith("## ") else line for line in lines).strip("\n")
    references = "".join(f"- {reference}\n" for reference in rule.references)
    return f"{style.strong(f'{rule.code} {rule.name}')} ({facts})\n\n{rule.summary}\n\n{body}\n" + (
        f"\n{style.strong('## References')}\n{references}" if references else ""
    )
