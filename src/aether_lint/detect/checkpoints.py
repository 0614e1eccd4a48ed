"""A function looked at as a control: its decisions, its refusals, and what passes it."""

from functools import cached_property

from aether_lint.catalog import tokens
from aether_lint.detect import answers
from aether_lint.detect.arms import Decision, decisions
from aether_lint.detect.causes import refusal
from aether_lint.detect.denials import denials
from aether_lint.facts import Const, Function, Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.absence import Root
from aether_lint.link.names import last_name

HANDING_ON = frozenset({"call_next", "get_response", "handler", "next_handler"})
"""What a middleware calls to let a request through."""


class Checkpoint:
    """One function of a module. `control` is asked for once, by who needs it."""

    def __init__(self, program: Program, module: Module, function: Function) -> None:
        self.program = program
        self.module = module
        self.function = function
        self.decisions = decisions(program, function)
        self._control: answers.Control | None = None
        self._asked = False

    @cached_property
    def denials(self) -> list[tuple[int, str]]:
        """The refusals of the function, asked for once."""
        return denials(self.function)

    @property
    def control(self) -> answers.Control | None:
        """What the function controls, asked for once."""
        if not self._asked:
            self._asked = True
            self._control = answers.control_of(self.program, self.module, self.function)
        return self._control

    def is_nothing(self, value: Value | None) -> bool:
        return value is None or value == Const(None) or self._hands_on(value)

    def _hands_on(self, value: Value | None) -> bool:
        """Whether the request is handed to what comes after a middleware."""
        if not isinstance(value, Result):
            return False
        call = self.function.effects[value.effect]
        return call.kind == "call" and last_name(call) in HANDING_ON

    def own_returns(self, decision: Decision) -> list[int]:
        """The answers that a decision gives directly."""
        effects = self.function.effects
        return [
            i
            for i in decision.taken.effects
            if effects[i].kind == "return" and effects[i].when in decision.taken.guards
        ]

    def is_open(self, index: int, root: Root) -> bool:
        gate = self.program.gates.of_site(self.module, self.function, index)
        if gate.level in ("closed", "test", "flag"):
            return False
        return root.kind != "unset" or refusal(self.program, root.name, None) == "never"


def is_secret(variable: str) -> bool:
    """Whether a variable holds a secret, or names the file of one."""
    return tokens.secret(variable.removesuffix("_FILE").removesuffix("_file")) is not None
