"""# not-analyzed

## What it does
Says inside flake8 and pylint that a file could not be analyzed: its text is nested too deeply, or aether-lint itself
failed on it. The program `aether-lint` reports the same as an error, and exits with 2.

## Why is this bad?
Nothing is known about the file. Without this message it would look clean.

## Example
A module with an expression of 20,000 terms, which exhausts the stack of the parser.

## Fix
Mend what the message names. If it says that aether-lint crashed, report it with the file that it names.

## Options
None. Leaving the file out is a choice: `exclude`.
"""

from aether_lint.model import FileError, Finding, Span
from aether_lint.rules.rule import Rule


def select(error: FileError) -> bool:
    """Every error."""
    return True


def finding(error: FileError) -> Finding:
    """The error as a finding at its place, or at the start of the file."""
    line, column = max(error.line, 1), max(error.column, 1)
    return Finding(
        code=RULE.code,
        name=RULE.name,
        family="lint",
        severity="error",
        confidence="high",
        message=f"not analyzed ({error.kind}): {error.message}",
        help="",
        path=error.path,
        span=Span(line, column, line, column + 1),
    )


RULE = Rule(
    code="AET000",
    name="not-analyzed",
    summary="The file could not be analyzed.",
    severity="error",
    observes=FileError,
    select=select,
    finding=finding,
    references=("CWE-636",),
)
