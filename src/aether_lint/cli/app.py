"""The command group. A command's module, and what it imports, is loaded when that command runs."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from aether_lint import __version__
from aether_lint.cli.exit_codes import INCOMPLETE, INTERRUPTED, OK
from aether_lint.cli.outcome import Outcome, emit, silence
from aether_lint.report.escape import escape

COMMANDS = {
    "check": "Find places that fail open.",
    "fix": "Make places fail closed.",
    "explain": "Show the page of a rule.",
    "rules": "List the rules.",
    "config": "Show the settings in force for a path, and where they come from.",
    "gates": "Show what the project's own static checks cover.",
}


class LazyGroup(click.Group):
    """Knows its commands by name; `aether_lint.cli.NAME` holds each as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"aether_lint.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aether-lint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find fail-open code in Python back ends, and mend it.

    Exit codes: 0 clean, 1 findings, 2 wrong usage or an incomplete answer.
    """


def run(arguments: Sequence[str]) -> int:
    """Run the program and give back its exit code. Commands return an `Outcome`, or an exit code of click's own."""
    try:
        outcome = cli.main(list(arguments), prog_name="aether-lint", standalone_mode=False, obj=tuple(arguments))
        if isinstance(outcome, Outcome):
            emit(outcome)
            return outcome.code
    except click.ClickException as error:
        error.show()
        return INCOMPLETE
    except (KeyboardInterrupt, click.Abort):
        print("aether-lint: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        silence(sys.stdout.fileno())
        return INCOMPLETE
    except Exception as error:  # Python's own answer would be 1, which says "findings"
        print(f"aether-lint: error: {_crash(error)}", file=sys.stderr)
        return INCOMPLETE
    return outcome if isinstance(outcome, int) else OK


def _crash(error: Exception) -> str:
    """What to say of an exception that nobody expected, with the place that raised it."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"crashed with {type(error).__name__}: {escape(str(error))} ({place}); this is a bug of aether-lint"
