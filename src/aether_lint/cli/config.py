"""`aether-lint config`: show the settings in force for a path, and where they come from."""

import json
import os

import click

from aether_lint.cli.exit_codes import INCOMPLETE, OK
from aether_lint.cli.outcome import Outcome
from aether_lint.config import ConfigError, Root, RootFinder, Setting, settings
from aether_lint.report.escape import escape
from aether_lint.rules.registry import load_rules

_EVIDENCE = {
    "config": "it holds the configuration",
    "git": "it is the top of a git repository",
    "packaging": "it holds the packaging metadata",
    "named": "it was named",
    "folder": "nothing above the file says more: the files named are the whole program",
}


@click.command("config")
@click.argument("path", default=".")
@click.option("--config", "config_path", metavar="FILE", help="Use this configuration in place of the project's.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(path: str, config_path: str | None, output_format: str) -> Outcome:
    """Show the settings in force for PATH, and where each comes from."""
    if not os.path.exists(path):
        raise click.UsageError(f"`{escape(path)}` does not exist")
    rules = load_rules()
    known = {*rules, *(rule.name for rule in rules.values())}
    absolute = os.path.abspath(path)
    folder, named = (absolute, absolute) if os.path.isdir(absolute) else (os.path.dirname(absolute), "")
    try:
        root = RootFinder().root_of(folder, named)
        in_force = settings(root.path, known, path=config_path or "")
    except ConfigError as error:
        return Outcome(INCOMPLETE, stderr=f"aether-lint: error: {escape(str(error))}\n")
    return Outcome(OK, stdout=_as_json(root, in_force) if output_format == "json" else _as_text(root, in_force))


def _as_text(root: Root, in_force: list[Setting]) -> str:
    lines = [f"# root: {escape(root.path)} ({_EVIDENCE[root.evidence]})"]
    values = [f"{setting.key} = {escape(_toml(setting.value))}" for setting in in_force]
    width = max(len(value) for value in values if len(value) <= 60)
    lines += [f"{value:{width}}  # {escape(setting.origin)}" for value, setting in zip(values, in_force, strict=True)]
    return "".join(f"{line}\n" for line in lines)


def _as_json(root: Root, in_force: list[Setting]) -> str:
    document = {
        "root": root.path,
        "evidence": root.evidence,
        "settings": {setting.key: {"value": setting.value, "origin": setting.origin} for setting in in_force},
    }
    return json.dumps(document, indent=2) + "\n"


def _toml(value: object) -> str:
    """A value as a TOML file spells it."""
    match value:
        case bool():
            return str(value).lower()
        case tuple() | list():
            return f"[{', '.join(_toml(item) for item in value)}]"
        case dict():
            pairs = ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case str():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
