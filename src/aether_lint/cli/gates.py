"""`aether-lint gates`: what the project's own static checks cover, and where they stop nothing."""

import os
import sys

import click

from aether_lint.cli.exit_codes import INCOMPLETE, exit_code
from aether_lint.cli.gates_fix import fix_gates
from aether_lint.cli.gates_report import Root, gates_report, tell
from aether_lint.cli.outcome import Outcome
from aether_lint.cli.output import Target, deliver
from aether_lint.config import ConfigError, RootFinder, load_config
from aether_lint.engine.policy import Policy, Selection
from aether_lint.report.escape import escape
from aether_lint.report.gates import FORMATS, Picture, render_gates
from aether_lint.report.style import style_for
from aether_lint.rules.registry import load_rules
from aether_lint.scopes.observe import survey


@click.command("gates")
@click.argument("path", default=".", metavar="[PATH]")
@click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--show-modules", is_flag=True, help="List the first-party modules, and what does not count.")
@click.option(
    "--fix", is_flag=True, help="Apply the fixes, and measure again. All of them are unsafe: CI may turn red."
)
@click.option("--diff", is_flag=True, help="With --fix: show what would change, and change nothing.")
@click.option("--baseline", metavar="FILE", help="Do not show findings that this file lists.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 despite findings; an incomplete answer is still 2.")
@click.option("--no-cache", is_flag=True, help="Measure anew, and keep nothing.")
@click.option("--quiet", "-q", is_flag=True, help="The table alone.")
def command(
    path: str,
    output_format: str,
    show_modules: bool,
    fix: bool,
    diff: bool,
    baseline: str | None,
    exit_zero: bool,
    no_cache: bool,
    quiet: bool,
) -> Outcome:
    """Show what the project's own static checks cover, and where they stop nothing.

    Type checkers, linters, tests and scanners: where they are configured, how many modules they cover, whether pull
    requests run them and whether their failure blocks. Exit codes: 0 clean, 1 findings, 2 wrong usage, or something
    could not be measured.
    """
    if not os.path.isdir(path):
        raise click.UsageError(f"`{escape(path)}` is no folder")
    folder = os.path.abspath(path)
    try:
        root = _root(folder, baseline)
        found = survey(root.path, root.config, not no_cache)
        if fix or diff:
            return fix_gates(root, found, write=not diff)
        report = gates_report(root, tell(root, found, {}))
    except ConfigError as error:
        return Outcome(INCOMPLETE, stderr=f"aether-lint: error: {escape(str(error))}\n")
    picture = Picture(found.rows, found.modules, found.apart, show_modules, style_for(sys.stdout))
    code = exit_code(report, exit_zero=exit_zero)
    if output_format != "text":
        return Outcome(code, render_gates(output_format, picture, report))
    table = render_gates("text", picture, report)
    rest = deliver(report, code, Target("text", quiet=quiet), {})
    return Outcome(code, table if quiet else f"{table}\n{rest.stdout}" if report.findings else table, rest.stderr)


def _root(folder: str, baseline: str | None) -> Root:
    path = RootFinder().root_of(folder, folder).path
    config = load_config(path, known=_rule_names())
    accepted = os.path.abspath(baseline) if baseline else config.baseline and os.path.join(path, config.baseline)
    return Root(path, config, Policy(config, Selection()), accepted)


def _rule_names() -> frozenset[str]:
    return frozenset(word for code, rule in load_rules().items() for word in (code, rule.name))
