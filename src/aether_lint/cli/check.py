"""`aether-lint check`: find places that fail open."""

import os
import sys
from typing import Any

import click

from aether_lint.cli.exit_codes import exit_code
from aether_lint.cli.options import engine, selection
from aether_lint.cli.outcome import Outcome
from aether_lint.cli.source_lines import SourceLines
from aether_lint.engine.run import CheckRequest, check
from aether_lint.model import SEVERITIES, Report
from aether_lint.report import FORMATS, Context, render
from aether_lint.report.style import PLAIN, style_for
from aether_lint.report.summary import error_line
from aether_lint.rules.registry import load_rules, rule_page

STDIN = "-"
_TEXT_FORMATS = ("text", "concise")


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH | -]...")
@selection
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Least severity that makes the exit code 1.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 despite findings; an incomplete answer is still 2.")
@engine
@click.option("--stdin-filename", metavar="PATH", help="Where the text read from `-` belongs.")
@click.option("--baseline", metavar="FILE", help="Do not show findings that this file lists.")
@click.option("--write-baseline", is_flag=True, help="Write the findings of this run to the baseline.")
@click.option("--show-suppressed", is_flag=True, help="Show what comments suppress, too.")
@click.option("--quiet", "-q", is_flag=True, help="No summary.")
@click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output-file", metavar="FILE", help="Write there instead of to stdout.")
def command(
    paths: tuple[str, ...],
    exit_zero: bool,
    stdin_filename: str | None,
    quiet: bool,
    show_suppressed: bool,
    output_format: str,
    output_file: str | None,
    **request: Any,
) -> Outcome:
    """Find places that fail open.

    Reads the current folder unless paths are given; `-` reads one module from stdin. Exit codes: 0 clean, 1 findings,
    2 wrong usage, or something could not be analyzed.
    """
    if STDIN in paths and len(paths) > 1:
        raise click.UsageError("`-` stands alone: stdin is one module, checked against the project on disk")
    if stdin_filename is not None and STDIN not in paths:
        raise click.UsageError("`--stdin-filename` belongs to `-`: `aether-lint check - --stdin-filename src/app.py`")
    stdin = sys.stdin.buffer.read() if STDIN in paths else None
    report = check(
        CheckRequest(
            paths=paths or (".",),
            cwd=os.getcwd(),
            stdin=stdin,
            stdin_filename=stdin_filename or "",
            show_suppressed=show_suppressed,
            **request,
        )
    )
    overlay = {} if stdin is None else {stdin_filename or "": stdin}
    context = Context(
        sources=SourceLines(os.getcwd(), overlay),
        rules=load_rules,
        page=rule_page,
        style=PLAIN if output_file else style_for(sys.stdout),
        quiet=quiet,
        show_suppressed=show_suppressed,
    )
    return _outcome(
        report, context, output_format, output_file, exit_code(report, request["fail_on"], exit_zero=exit_zero)
    )
