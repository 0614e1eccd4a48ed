"""`aether-lint check`: find places that fail open."""

import os
import sys
from typing import Any

import click

from aether_lint.cli.exit_codes import exit_code
from aether_lint.cli.options import engine, selection
from aether_lint.cli.outcome import Outcome
from aether_lint.cli.output import Target, deliver
from aether_lint.config import ConfigError
from aether_lint.engine.run import CheckRequest, check
from aether_lint.engine.trace import Trace
from aether_lint.model import SEVERITIES, FileError, Report
from aether_lint.report import FORMATS

STDIN = "-"
UNNAMED = "<stdin>"


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
@click.option("--output-file", metavar="FILE", default="", help="Write there instead of to stdout.")
@click.pass_obj
def command(
    arguments: tuple[str, ...],
    /,
    paths: tuple[str, ...],
    exit_zero: bool,
    stdin_filename: str | None,
    quiet: bool,
    show_suppressed: bool,
    output_format: str,
    output_file: str,
    **request: Any,
) -> Outcome:
    """Find places that fail open.

    Reads the current folder unless paths are given; `-` reads one module from stdin. Exit codes: 0 clean, 1 findings,
    2 wrong usage, or something could not be analyzed.
    """
    stdin = _stdin(paths, stdin_filename)
    name = stdin_filename or UNNAMED
    request |= {"paths": paths or (".",), "cwd": os.getcwd(), "show_suppressed": show_suppressed}
    request |= {"stdin": stdin, "stdin_filename": "" if stdin is None else name}
    trace = Trace()
    report = _report(CheckRequest(**request), trace)
    code = exit_code(report, exit_zero=exit_zero)
    target = Target(output_format, output_file, quiet, show_suppressed)
    outcome = deliver(report, code, target, {} if stdin is None else {name: stdin})
    if stdin is not None or output_file or request["write_baseline"] or request["no_cache"]:
        return outcome
    return outcome.then(lambda code, out, err: trace.remember(arguments, code, out, err))


def _report(request: CheckRequest, trace: Trace) -> Report:
    """The report of a run; of a configuration that nothing can be checked with, in the format asked for, too."""
    try:
        return check(request, trace)
    except ConfigError as error:
        message = f"{error.message}; {error.help}" if error.help else error.message
        path = os.path.relpath(error.path).replace(os.sep, "/")
        return Report(errors=[FileError(path, "config", message, error.line, error.column)])


def _stdin(paths: tuple[str, ...], filename: str | None) -> bytes | None:
    """What was piped in, or None where no path is `-`."""
    if STDIN not in paths:
        if filename is not None:
            raise click.UsageError("`--stdin-filename` belongs to `-`: aether-lint check - --stdin-filename src/app.py")
        return None
    if len(paths) > 1:
        raise click.UsageError("`-` stands alone: stdin is one module, checked against the project on disk")
    return sys.stdin.buffer.read()
