"""Controls that answer yes, or end as after a passed check, on the side of a decision where something is missing."""

import sys
from collections.abc import Iterator

from aether_lint.catalog import deployment
from aether_lint.detect import answers, failure
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.answers import Control
from aether_lint.detect.arms import Decision, refuses
from aether_lint.detect.causes import explained, handler_span, own, weakest
from aether_lint.detect.checkpoints import HANDING_ON, Checkpoint, is_secret
from aether_lint.detect.gaps import Gap, What
from aether_lint.detect.swallows import broadness
from aether_lint.facts import (
    NEXT,
    RETURN,
    Atom,
    Cond,
    Const,
    Display,
    Failed,
    Opaque,
    Range,
    Ref,
    Result,
    Some,
    Value,
    failures_in,
)  # fmt: skip
from aether_lint.link.absence import Chain, Root
from aether_lint.link.names import last_name
from aether_lint.link.nature import is_quiet
from aether_lint.model import Confidence, Span

ASKED_MODULES = frozenset({
    "ftplib", "hashlib", "hmac", "http", "imaplib", "secrets", "smtplib", "socket", "sqlite3", "ssl", "subprocess",
    "urllib",
})  # fmt: skip
"""Modules of the standard library that ask another machine, or prove something."""


def answered(at: Checkpoint) -> Iterator[Gap]:
    """Decisions of a function whose degraded side lets through."""
    return _Answers(at).answered()


class _Answers:
    def __init__(self, at: Checkpoint) -> None:
        self.at = at

    def answered(self) -> Iterator[Gap]:
        """Decisions whose degraded side answers that the caller may pass, or ends as if it may."""
        for decision in self.at.decisions:
            index = self._candidate(decision)
            if index is None:
                continue
            cause = self._cause(decision)
            if cause is None or refuses(decision.taken, self.at.program, self.at.module, self.at.function):
                continue
            seen = self._answer(decision, index, *cause)
            if seen is not None:
                yield seen

    def _candidate(self, decision: Decision) -> int | None:
        """The effect with which the degraded side answers."""
        if self._is_rest(decision):
            return None
        effects = self.at.function.effects
        for index in decision.taken.effects:
            own = effects[index].when in decision.taken.guards
            kind = effects[index].kind
            if own and (kind == "return" or (kind == "bind" and self._returned_later(index))):
                return index
        if self.at.denials and isinstance(decision.guard.cond, Failed) and decision.guard.cond.handler >= 0:
            return -1  # the handler may end as if the check had passed
        return None

    def _is_rest(self, decision: Decision) -> bool:
        """Whether a side is no more than what follows the refusals: the answer at the end is that of a passed check."""
        if failures_in(decision.guard.cond):
            return False
        cond, first = decision.guard.cond, min(decision.taken.effects, default=-1)
        follows = min(decision.other.effects, default=-1) < first
        if isinstance(cond, Some):  # also what several earlier exits leave over
            return follows or not all(isinstance(part, Atom) for part in cond.conds)
        effects = self.at.function.effects
        asked = [effects[i].value for i in decision.other.effects if effects[i].kind == "return"]
        return follows and not any(answers.decided_by_run(value, self.at.function) for value in asked)

    def _returned_later(self, index: int) -> bool:
        effect = self.at.function.effects[index]
        return isinstance(effect.value, Const) and any(
            e.kind == "return" and e.value == Ref(effect.place) for e in self.at.function.effects[index:]
        )

    def _answer(self, decision: Decision, index: int, root: Root, chain: Chain, level: Confidence) -> Gap | None:
        if index < 0:
            return self._ends(decision, root, chain, level)
        effect = self.at.function.effects[index]
        if effect.kind == "return" and self.at.is_nothing(effect.value):
            ended = self._ends(decision, root, chain, level)
            if ended is not None:
                return ended
        control = self.at.control or answers.told_by_fields(self.at.function)
        if answers.says(effect.value, self.at.function, control) is not True or not self._may_refuse(control, index):
            return None
        subject = control.subject if control is not None else "the check"
        confidence = weakest(level, control.confidence if control is not None else "medium")
        return self._gap(decision, effect.span, "answers", subject, root, self._text(effect.value), chain, confidence)

    def _may_refuse(self, control: Control | None, but: int) -> bool:
        """Whether the function can answer anything else: with what the run says, or with a no."""
        if self.at.denials:
            return True
        for index, effect in answers.returns(self.at.function):
            if index != but and (
                answers.says(effect.value, self.at.function, control) is False
                or answers.decides_in_field(effect.value, self.at.function)
                or (control is not None and answers.decided_by_run(effect.value, self.at.function))
            ):
                return True
        return False

    def _ends(self, decision: Decision, root: Root, chain: Chain, level: Confidence) -> Gap | None:
        """A handler around refusals that goes on: what they would have refused passes."""
        cond = decision.guard.cond
        if not isinstance(cond, Failed) or cond.handler < 0:
            return None
        attempt = self.at.function.attempts[cond.attempt]
        handler = attempt.handlers[cond.handler]
        inside = [(i, c) for i, c in self.at.denials if i in decision.other.effects]
        if not inside or not handler.exits & (NEXT | RETURN) or self._answers_otherwise(decision):
            return None
        if failure.refuses(self.at.program, self.at.module, self.at.function, cond.attempt, cond.handler):
            return None
        if handler.exits & NEXT and failure.raised_later(
            self.at.program, self.at.module, self.at.function, cond.attempt, cond.handler
        ):
            return None
        if self._is_in_loop(attempt.body.start) or self._does_the_work(decision, cond, inside[-1][0]):
            return None
        return self._gap(decision, handler.span, "goes on", inside[0][1], root, "", chain, level)

    def _answers_otherwise(self, decision: Decision) -> bool:
        """Whether the degraded side returns something else than a passed check does."""
        passing = [
            e.value for i, e in answers.returns(self.at.function)
            if i not in {d for d, _ in self.at.denials} and i not in decision.taken.effects
        ]  # fmt: skip
        given = [
            self.at.function.effects[i].value
            for i in decision.taken.effects
            if self.at.function.effects[i].kind == "return"
        ]
        nothing = all(self.at.is_nothing(v) for v in passing)
        return not nothing or not all(self.at.is_nothing(v) for v in given)

    def _does_the_work(self, decision: Decision, failed: Failed, denial: int) -> bool:
        """Whether what the refusals protect is done in the `try` itself: an error leaves it undone."""
        effects = self.at.function.effects
        end = self.at.function.attempts[failed.attempt].handlers[failed.handler].effects.end
        degraded = (*decision.taken.effects, *range(end, len(effects)))
        if any(effects[i].kind == "call" and last_name(effects[i]) in HANDING_ON for i in degraded):
            return False
        after = [effects[i] for i in decision.other.effects if i > denial and effects[i].kind == "call"]
        return any(not is_quiet(call) for call in after)

    def _is_in_loop(self, index: int) -> bool:
        return any(loop.effects.start <= index < loop.effects.end for loop in self.at.function.loops)

    def _cause(self, decision: Decision) -> tuple[Root, Chain, Confidence] | None:
        """Why the degraded side runs, and how surely that is a failure and not an expected outcome."""
        level: Confidence = "high"
        for failed in failures_in(decision.guard.cond):
            attempt = self.at.function.attempts[failed.attempt]
            if failed.handler < 0:
                return None
            broad = broadness(self.at.program, self.at.module, self.at.function, attempt, failed.handler)
            if broad is None:
                return None
            level = weakest(level, broad)
            if not self._goes_out(attempt.body):
                return None  # an error of what only looks at its argument is an answer about that argument
        roots = explained(self.at.program.absences.of_cond(decision.guard.cond, self.at.module, self.at.function))
        roots = tuple((r, c) for r, c in roots if self._is_cause(r))
        if not roots or self._is_part(decision.guard.cond):
            return None
        root, chain = own(roots, self.at.module, self.at.function, decision)
        first = min(decision.taken.effects, default=-1)
        if first >= 0 and not self.at.is_open(first, root):
            return None
        return root, chain, level

    def _goes_out(self, body: Range) -> bool:
        """Whether the `try` asks a service, a library or the project, not the standard library alone."""
        for index in range(body.start, body.end):
            effect = self.at.function.effects[index]
            if effect.kind != "call" or is_quiet(effect):
                continue
            for thing in self.at.program.things.callees(effect, self.at.module, self.at.function):
                top = thing.name.partition(".")[0]
                if top not in sys.stdlib_module_names or top in ASKED_MODULES:
                    return True
        return False

    def _is_cause(self, root: Root) -> bool:
        if root.kind == "unset":
            return is_secret(root.name) or deployment.is_address(root.name)
        return root.kind == "import" or (root.kind == "call" and self._is_failure(root))

    def _is_failure(self, root: Root) -> bool:
        """Whether a handler of the `try` catches failures as such, not an expected outcome alone."""
        where = self.at.program.names.function(f"{root.path}:{root.function}")
        if where is None:
            return True
        home, owner = where
        attempt = owner.attempts[root.attempt]
        numbers = range(len(attempt.handlers))
        return any(broadness(self.at.program, home, owner, attempt, number) is not None for number in numbers)

    def _is_part(self, cond: Cond) -> bool:
        """Whether a condition holds for one element of a tuple: what makes the others true does not explain it."""
        if not isinstance(cond, Atom) or not cond.positive or not isinstance(cond.value, Ref):
            return False
        bound = [e.value for e in self.at.function.effects if e.kind == "bind" and e.place == cond.value.name]
        return any(isinstance(v, Opaque) and v.op == "part" for v in bound)

    def _gap(
        self, decision: Decision, span: Span, what: What, control: str, root: Root, by: str, chain: Chain,
        confidence: Confidence,
    ) -> Gap:  # fmt: skip
        failed = failures_in(decision.guard.cond)
        anchor = (
            Anchor(self.at.module.path, self.at.function.key, "attempt", failed[0].attempt)
            if failed
            else Anchor(self.at.module.path, self.at.function.key, "guard", decision.taken.guards[0])
        )
        handler = handler_span(self.at.function, decision)
        return Gap(anchor, self.at.function.key, span, what, control, root, by, chain, confidence, handler)

    def _text(self, value: Value | None) -> str:
        match value:
            case Const(found):
                return repr(found)
            case Result(index):
                call = self.at.function.effects[index]
                key = next((f"{k}={_literal(v)}" for k, v in call.keywords if _literal(v)), "")
                return f"{last_name(call)}({key})"
            case Display("dict", (first, *_), (key_of_first, *_)):
                return f"{{{_literal(key_of_first)}: {_literal(first)}, ...}}"
            case Display(_, (first, *_), _):
                return f"({_literal(first)}, ...)"
            case _:
                return "an empty answer"


def _literal(value: Value) -> str:
    return repr(value.value) if isinstance(value, Const) else ""
