"""`aether-lint fix`: make places fail closed."""

import os
from typing import Any

import click
from msgspec import structs

from aether_lint.cli.exit_codes import FOUND, INCOMPLETE, OK, exit_code
from aether_lint.cli.options import engine, selection
from aether_lint.cli.outcome import Outcome
from aether_lint.cli.output import Target, deliver
from aether_lint.config import ConfigError
from aether_lint.engine.fix import FixOutcome, FixRequest, fix
from aether_lint.engine.run import CheckRequest
from aether_lint.model import Finding, Report
from aether_lint.report.escape import escape, escape_path
from aether_lint.report.summary import count, place


@click.command("fix")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@selection
@engine
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--unsafe-fixes/--no-unsafe-fixes", default=None, help="Apply fixes that change the failing path, too.")
@click.option("--quiet", "-q", is_flag=True, help="Neither findings nor a summary.")
def command(paths: tuple[str, ...], diff: bool, unsafe_fixes: bool | None, quiet: bool, **request: Any) -> Outcome:
    """Make places fail closed: apply the safe fixes, or all of them.

    Exit codes: 0 everything is mended, 1 findings remain (with --diff: a diff is shown), 2 wrong usage, or something
    could not be analyzed or written.
    """
    if "-" in paths:
        raise click.UsageError("`fix` works on files: `-` cannot be written back")
    check = CheckRequest(paths=paths or (".",), cwd=os.getcwd(), **request)
    try:
        outcome = fix(FixRequest(check=check, diff=diff, unsafe_fixes=unsafe_fixes))
    except ConfigError as error:
        return Outcome(INCOMPLETE, stderr=f"aether-lint: error: {escape(str(error))}\n")
    return _shown_diff(outcome) if diff else _applied(outcome, quiet=quiet)


def _shown_diff(outcome: FixOutcome) -> Outcome:
    """The diffs on stdout, where `git apply` can take them; the rest on stderr."""
    diffs = "".join(_visible(diff.text) for diff in outcome.diffs)
    code = INCOMPLETE if exit_code(outcome.report) == INCOMPLETE else FOUND if diffs else OK
    would = f"would fix {count(len(outcome.fixed), 'finding')} in {count(len(outcome.diffs), 'file')}"
    rest = deliver(_errors_alone(outcome.report), code, Target("text", quiet=True), {})
    return Outcome(code, diffs, f"{rest.stderr}{rest.stdout}{_refusals(outcome)}{would}\n")


def _applied(outcome: FixOutcome, *, quiet: bool) -> Outcome:
    code = INCOMPLETE if outcome.not_written else exit_code(outcome.report)
    lines = [f"fixed {_line(finding)}" for finding in outcome.fixed]
    lines += [f"gone with it {_line(finding)}" for finding in outcome.healed]
    failures = [
        f"{escape_path(failed.path)}: error: not written: {escape(failed.reason)}" for failed in outcome.not_written
    ]
    shown = "" if quiet else "".join(f"{line}\n" for line in lines)
    rest = deliver(
        outcome.report if not quiet else _errors_alone(outcome.report), code, Target("text", quiet=quiet), {}
    )
    changed = f"Fixed {count(len(outcome.fixed), 'finding')} in {count(len(outcome.written), 'file')}.\n"
    stderr = "".join(f"{line}\n" for line in failures) + _refusals(outcome) + rest.stderr
    return Outcome(code, shown + rest.stdout + ("" if quiet else changed), stderr)


def _errors_alone(report: Report) -> Report:
    return structs.replace(report, findings=[])


def _line(finding: Finding) -> str:
    where = place(finding.path, finding.span.line, finding.span.column)
    return f"{where}: {finding.code} {escape(finding.message)}"


def _refusals(outcome: FixOutcome) -> str:
    return "".join(f"not fixed {_line(refused.finding)}: {escape(refused.reason)}\n" for refused in outcome.refused)


def _visible(diff: str) -> str:
    """A diff whose lines cannot drive a terminal; tabs and the CR of a line end are harmless and kept."""
    return "".join(f"{_visible_line(line)}\n" for line in diff.removesuffix("\n").split("\n"))


def _visible_line(line: str) -> str:
    text = line.removesuffix("\r")
    return "\t".join(escape(part) for part in text.split("\t")) + line[len(text) :]
