"""aether-lint inside pylint: `load-plugins = aether_lint.pylint_plugin`.

Every rule is a message whose symbol is the rule's name. Ids follow one fixed scheme, whatever the severity:
`AET201` is `W9201`. pylint wants the ids of a checker to share their first two digits: one checker a hundred.
"""

import os
import sys
from collections.abc import Iterable
from itertools import groupby

from astroid import nodes
from pylint.checkers import BaseRawFileChecker
from pylint.lint import PyLinter

from aether_lint.config import ConfigError
from aether_lint.engine.host import HostSession
from aether_lint.report.escape import escape
from aether_lint.rules.registry import load_rules
from aether_lint.rules.rule import Rule

USAGE_ERROR = 32  # pylint's exit code for it


class FamilyChecker(BaseRawFileChecker):
    """The rules of one hundred. Picklable: pylint hands its checkers to its worker processes."""

    def __init__(self, linter: PyLinter, rules: Iterable[Rule], session: HostSession) -> None:
        rules = tuple(rules)
        self.name = f"aether-lint-{rules[0].family}"
        self.msgs = {_message_id(rule.code): ("%s", rule.name, _description(rule)) for rule in rules}
        self._codes = frozenset(rule.code for rule in rules)
        self.session = session
        super().__init__(linter)

    def process_module(self, node: nodes.Module) -> None:
        """Report the findings of a module; called by pylint once a file that parses."""
        if not node.file or node.file == "<?>":
            return
        for finding in self.session.findings_for(os.path.abspath(node.file), _text(node)):
            if finding.code in self._codes:
                self.add_message(
                    finding.name,
                    line=finding.span.line,
                    col_offset=finding.span.column - 1,
                    end_lineno=finding.span.end_line,
                    end_col_offset=finding.span.end_column - 1,
                    args=(escape(finding.message),),
                )


def register(linter: PyLinter) -> None:
    """Called by pylint for a plugin, again in each worker process."""
    session = HostSession()
    for _, rules in groupby(load_rules().values(), key=lambda rule: rule.code[:4]):
        linter.register_checker(FamilyChecker(linter, rules, session))


def load_configuration(linter: PyLinter) -> None:
    """Called by pylint once its options are known: bring the index up to date before any worker is started."""
    session = next(checker.session for checker in linter.get_checkers() if isinstance(checker, FamilyChecker))
    # pylint does not tell a plugin which files it was given; a path among the arguments is one of them
    paths = [argument for argument in sys.argv[1:] if os.path.exists(argument)]
    try:
        session.prepare(paths or ["."])
    except ConfigError as error:
        print(f"aether-lint: error: {escape(str(error))}", file=sys.stderr)
        sys.exit(USAGE_ERROR)


def _text(node: nodes.Module) -> str | bytes:
    """What pylint has read: text from stdin, which astroid keeps as UTF-8 whatever it declares, or the file."""
    if node.file_bytes is not None:
        return node.file_bytes if isinstance(node.file_bytes, str) else node.file_bytes.decode("utf-8", "replace")
    with node.stream() as stream:
        content: bytes = stream.read()
    return content


def _message_id(code: str) -> str:
    return f"W9{code.removeprefix('AET')}"


def _description(rule: Rule) -> str:
    """Plain text with no `%`: pylint formats descriptions."""
    return f"{rule.summary}. See `aether-lint explain {rule.code}`.".replace("%", "%%")
