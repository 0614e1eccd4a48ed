"""Options that several commands share."""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import click

from aether_lint.model import CONFIDENCES
from aether_lint.rules.registry import UnknownSelectorError, resolve_selector

Command = TypeVar("Command", bound=Callable[..., Any])


def selectors(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Split lists at commas and refuse what means no rule."""
    words = tuple(word.strip() for value in values for word in value.split(",") if word.strip())
    try:
        for word in words:
            resolve_selector(word)
    except UnknownSelectorError as error:
        raise click.BadParameter(str(error), ctx, parameter) from error
    return words


def _selector_option(name: str, help_text: str) -> Callable[[Command], Command]:
    return click.option(name, multiple=True, metavar="RULES", callback=selectors, help=help_text)


_SELECTION = (
    _selector_option("--select", "Rules to run: codes, prefixes of codes or names, separated by commas."),
    _selector_option("--ignore", "Rules not to run."),
    _selector_option("--extend-select", "Rules to run in addition to those selected."),
    click.option("--min-confidence", type=click.Choice(CONFIDENCES), help="Hide findings below this confidence."),
)
_ENGINE = (
    click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes to use; as many as pay by default."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the index on disk."),
    click.option("--config", "config_path", metavar="FILE", help="Use this configuration in place of the project's."),
)


def selection(command: Command) -> Command:
    """`--select`, `--ignore`, `--extend-select`, `--min-confidence`."""
    return _decorate(command, _SELECTION)


def engine(command: Command) -> Command:
    """`--jobs`, `--no-cache`, `--config`."""
    return _decorate(command, _ENGINE)


def _decorate(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)
