"""What a shell script runs, and which failures it loses: tree-sitter-bash, no execution.

Follows POSIX and bash: `set -e` does not see a failure left of `&&` or `||`, in a condition, or left of a pipe
without `pipefail`; without `set -e` only the last command decides.
"""

import functools
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from aether_lint.scopes.shell_failures import (
    Loss,
    can_fail,
    is_success_exit,
    is_test,
    leaves,
    lost_by,
    tells_apart,
    text_of,
)
from aether_lint.scopes.shell_failures import (
    arms as arms_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

UNKNOWN = "\ufffd"  # stands in a word for what is computed at run time
MAX_DEPTH = 60  # nesting of statements; the deepest labelled script has 9
MAX_CALLS = 3  # nested shell functions that are followed


class Options(Struct, frozen=True):
    """How the shell was started: `bash -e`, `bash -eo pipefail`, plain."""

    errexit: bool
    pipefail: bool


class ShellCommand(Struct, frozen=True):
    """One simple command. `line` and `column` are 0-based in the script, columns in characters."""

    words: tuple[str, ...]
    line: int
    column: int
    end_line: int
    end_column: int
    cwd: str
    loss: Loss | None = None
    guards: tuple[str, ...] = ()
    assigned: tuple[tuple[str, str], ...] = ()  # `SKIP=mypy pre-commit run`


class Skip(Struct, frozen=True):
    """An `exit 0` (or `return 0`) that a test of presence leads to, before the script's work is done."""

    line: int
    column: int
    end_column: int
    test: str
    when: bool  # the outcome of the test that leads there


class Script(Struct):
    """The commands of a script in order, and the places where it gives up with success."""

    commands: list[ShellCommand]
    skips: list[Skip]


@functools.cache
def _parser() -> "Parser":
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def parse_script(text: str, options: Options, env: Mapping[str, str] | None = None, cwd: str = "") -> Script:
    """Read a script. `env` gives the variables that are known where it starts."""
    root = _parser().parse(text.encode("utf-8", "replace")).root_node
    reader = _Reader(text, options, dict(env or {}), cwd)
    reader.body(root, _State(None, True, (), 0))
    return Script(reader.commands, reader.skips)


class _State(Struct, frozen=True):
    """What holds around a statement: an outer loss, whether it decides the script's status, the tests around it."""

    loss: Loss | None
    decides: bool
    guards: tuple[str, ...]
    depth: int
    calls: int = 0


class _Reader:
    """Walks statements in order and keeps what earlier ones changed: shell options, folder, variables."""

    def __init__(self, text: str, options: Options, env: dict[str, str], cwd: str) -> None:
        self.text = text
        self.lines = text.encode("utf-8", "replace").split(b"\n")
        self.errexit = options.errexit
        self.pipefail = options.pipefail
        self.env = env
        self.cwd = cwd
        self.functions: dict[str, Node] = {}
        self.commands: list[ShellCommand] = []
        self.skips: list[Skip] = []
        self.trap: Loss | None = None

    def body(self, node: "Node", state: _State) -> None:
        """The statements of a program or block; the last one decides its status."""
        statements = [child for child in node.named_children if child.type not in ("comment", "heredoc_body")]
        for index, statement in enumerate(statements):
            last = index == len(statements) - 1
            following = text_of(statements[index + 1]) if not last else ""
            self.statement(statement, state, last, following)

    def statement(self, node: "Node", state: _State, last: bool, following: str) -> None:
        decides = (state.decides and last) or self.errexit
        loss = state.loss or self.trap
        if loss is None and not decides and not self._read_later(following) and not leaves(node, self.text):
            why = (
                "`set +e` is in force"
                if re.search(r"set\s+\+\w*e", self.text)
                else "the shell goes on without `set -e`"
            )
            loss = Loss("no set -e", f"{why}, so only the last command decides")
        self.node(node, _State(loss, state.decides and last, state.guards, state.depth + 1, state.calls))

    def _read_later(self, following: str) -> bool:
        return ("$?" in following or "PIPESTATUS" in following) and tells_apart(self.text)

    def node(self, node: "Node", state: _State) -> None:
        if state.depth > MAX_DEPTH:
            return
        match node.type:
            case "command":
                self.command(node, state)
            case "list":
                self.and_or(node, state)
            case "pipeline":
                self.pipeline(node, state)
            case "redirected_statement" | "negated_command":
                for child in node.named_children:
                    if not child.type.endswith("redirect"):
                        self.node(child, _deeper(state))
            case "if_statement":
                self.condition(node, state)
            case "subshell":
                errexit, pipefail, cwd = self.errexit, self.pipefail, self.cwd
                self.body(node, _deeper(state))
                self.errexit, self.pipefail, self.cwd = errexit, pipefail, cwd
            case "function_definition":
                self._define(node)
            case "variable_assignment" | "declaration_command":
                self.assignment(node, state)
            case (
                "while_statement" | "for_statement" | "case_statement" | "case_item" | "do_group" | "compound_statement"
            ):
                self.body_of(node, state)
            case _:
                return

    def body_of(self, node: "Node", state: _State) -> None:
        if node.type in ("do_group", "compound_statement", "case_item"):
            self.body(node, _deeper(state))
            return
        for child in node.named_children:
            if child.type in ("do_group", "compound_statement", "case_item"):
                self.node(child, _deeper(state))

    def _define(self, node: "Node") -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None and body is not None:
            self.functions[text_of(name)] = body

    def assignment(self, node: "Node", state: _State) -> None:
        declared = [child for child in node.named_children if child.type == "variable_assignment"]
        for one in declared if node.type == "declaration_command" else [node]:
            name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
            if name is not None:
                word = self.word(value) if value is not None else ""
                if UNKNOWN in word:
                    self.env.pop(text_of(name), None)
                else:
                    self.env[text_of(name)] = word
        for inner in _substitutions(node):
            self.body(inner, _deeper(state))

    def and_or(self, node: "Node", state: _State) -> None:
        left, right = node.named_children[0], node.named_children[-1]
        operator = next((child.type for child in node.children if child.type in ("&&", "||")), "&&")
        loss = state.loss
        if operator == "||" and loss is None:
            loss = lost_by(right, self.text)
        elif operator == "&&" and loss is None and not state.decides and self.errexit and not is_test(left):
            loss = Loss("&&", "`set -e` does not see a failure left of `&&`")
        guards = (*state.guards, text_of(left)) if is_test(left) else state.guards
        self.node(left, _State(loss, state.decides, state.guards, state.depth + 1, state.calls))
        if is_success_exit(right):
            self._skip(right, text_of(left), operator == "&&")
        self.node(right, _State(state.loss, state.decides, guards, state.depth + 1, state.calls))

    def pipeline(self, node: "Node", state: _State) -> None:
        parts = [child for child in node.named_children if child.type != "comment"]
        for index, part in enumerate(parts):
            loss = state.loss
            if index < len(parts) - 1 and not self.pipefail and loss is None and "PIPESTATUS" not in self.text:
                words = self._first_words(parts[index + 1]) or ("it",)
                receiver = words[0]
                if any("baseline" in word or word == "reviewdog" for word in words):
                    receiver = ""  # it judges what it is given
                loss = (
                    None
                    if not receiver
                    else Loss(f"| {receiver}", f"a pipe without `pipefail` returns the status of `{receiver}`")
                )
            self.node(part, _State(loss, state.decides, state.guards, state.depth + 1, state.calls))

    def condition(self, node: "Node", state: _State) -> None:
        tests = node.children_by_field_name("condition")
        text = " ".join(text_of(test) for test in tests if test.is_named)
        arms = arms_of(node)
        told_apart = any(can_fail(arm, self.text) for arm in arms)
        loss = state.loss or (
            None if told_apart else Loss("if", "its status only chooses a branch, and no branch fails")
        )
        for test in tests:
            if test.is_named and not is_test(test):
                self.node(test, _State(loss, True, state.guards, state.depth + 1, state.calls))
        for position, arm in enumerate(arms):
            guards = (*state.guards, text)
            for statement in arm:
                if is_success_exit(statement):
                    self._skip(statement, text, position == 0)
            for index, statement in enumerate(arm):
                last = index == len(arm) - 1
                following = text_of(arm[index + 1]) if not last else ""
                inner = _State(state.loss, state.decides, guards, state.depth + 1, state.calls)
                if statement.type == "elif_clause":
                    self.condition(statement, inner)
                else:
                    self.statement(statement, inner, last, following)

    def _skip(self, node: "Node", test: str, when: bool) -> None:
        while node.type == "compound_statement" and node.named_children:
            node = node.named_children[-1]
        row, column = node.start_point
        self.skips.append(Skip(row, self._column(row, column), self._column(*node.end_point), test, when))

    def command(self, node: "Node", state: _State) -> None:
        for inner in _substitutions(node):
            self.body(inner, _State(state.loss, True, state.guards, state.depth + 1, state.calls))
        words = self.words(node)
        if not words:
            return
        match words[0]:
            case "set":
                self._set(words[1:])
            case "cd" if len(words) > 1:
                self.cwd = _join(self.cwd, words[1])
            case "pushd" if len(words) > 1:
                self.cwd = _join(self.cwd, words[1])
            case "export" | "readonly":
                return
            case "trap" if len(words) > 2 and re.search(r"\bexit 0\b", words[1]) and {"EXIT", "ERR"} & set(words):
                self.trap = Loss("trap", "a trap ends the script with 0")
            case name if name in self.functions and state.calls < MAX_CALLS:
                called = _State(state.loss, True, state.guards, state.depth + 1, state.calls + 1)
                self.node(self.functions[name], called)
            case _:
                start, end = node.start_point, node.end_point
                self.commands.append(
                    ShellCommand(
                        words=tuple(words),
                        line=start[0],
                        column=self._column(*start),
                        end_line=end[0],
                        end_column=self._column(*end),
                        cwd=self.cwd,
                        loss=state.loss,
                        guards=state.guards,
                        assigned=self._assigned(node),
                    )
                )

    def _assigned(self, node: "Node") -> tuple[tuple[str, str], ...]:
        """Variables set in front of a command, for that command alone."""
        found = []
        for child in node.named_children:
            if child.type == "variable_assignment":
                name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is not None:
                    found.append((text_of(name), self.word(value) if value is not None else ""))
        return tuple(found)

    def _set(self, arguments: list[str]) -> None:
        for index, argument in enumerate(arguments):
            following = arguments[index + 1] if index + 1 < len(arguments) else ""
            turned_on = argument.startswith("-")
            if argument[:1] not in "+-" or argument.startswith("--"):
                continue
            if "e" in argument[1:]:
                self.errexit = turned_on
            if "o" in argument[1:] and following == "pipefail":
                self.pipefail = turned_on
            if "o" in argument[1:] and following == "errexit":
                self.errexit = turned_on

    def words(self, node: "Node") -> list[str]:
        """The command name and its arguments; variables that are known are filled in and split."""
        found: list[str] = []
        for child in node.named_children:
            if child.type in ("variable_assignment", "comment") or child.type.endswith("redirect"):
                continue
            target = child.named_children[0] if child.type == "command_name" and child.named_children else child
            word = self.word(target)
            if target.type in ("simple_expansion", "expansion") and UNKNOWN not in word:
                found += shlex.split(word) if word.count("'") % 2 == word.count('"') % 2 == 0 else [word]
            else:
                found.append(word)
        return found

    def _first_words(self, node: "Node") -> tuple[str, ...]:
        while node.type != "command" and node.named_children:
            node = node.named_children[0]
        return tuple(self.words(node)) if node.type == "command" else ()

    def word(self, node: "Node") -> str:
        match node.type:
            case "raw_string":
                return text_of(node)[1:-1]
            case "string":
                return "".join(self.word(child) for child in _string_parts(node))
            case "concatenation":
                return "".join(self.word(child) for child in node.children)
            case "simple_expansion" | "expansion":
                name = re.fullmatch(r"\$\{?(\w+)(?::?-([^}$]*))?\}?", text_of(node))
                return self.env.get(name[1], name[2] or UNKNOWN) if name else UNKNOWN
            case "command_substitution" | "process_substitution" | "arithmetic_expansion":
                return UNKNOWN
            case "ansi_c_string":
                return text_of(node)[2:-1]
            case _:
                return re.sub(r"\\\r?\n\s*|\\(.)", r"\1", text_of(node))

    def _column(self, row: int, column: int) -> int:
        return len(self.lines[row][:column].decode("utf-8", "replace")) if row < len(self.lines) else 0


def _deeper(state: _State) -> _State:
    return _State(state.loss, state.decides, state.guards, state.depth + 1, state.calls)


def _string_parts(node: "Node") -> Iterator["Node"]:
    return (child for child in node.children if child.type != '"')


def _substitutions(node: "Node") -> Iterator["Node"]:
    """Command substitutions below a node, outermost ones only."""
    stack = list(reversed(node.named_children))
    while stack:
        child = stack.pop()
        if child.type == "command_substitution":
            yield child
        elif child.type in ("string", "concatenation", "variable_assignment", "command_name"):
            stack += reversed(child.named_children)


def _join(folder: str, path: str) -> str:
    import posixpath

    if UNKNOWN in path or path.startswith(("/", "~", "-")):
        return UNKNOWN
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined
