"""Checks that run only where what they need is set: without the secret, the refusals are never reached."""

from collections.abc import Iterator

from aether_lint.catalog import denials as words
from aether_lint.catalog import tokens
from aether_lint.detect import answers
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.arms import refuses
from aether_lint.detect.causes import explained
from aether_lint.detect.checkpoints import Checkpoint, is_secret
from aether_lint.detect.gaps import Gap
from aether_lint.facts import (
    Atom,
    Cond,
    Const,
    Every,
    Function,
    Ref,
    Some,
    Value,
    negate,
)  # fmt: skip
from aether_lint.link.absence import Root, Step
from aether_lint.link.gates import guard_chain
from aether_lint.link.mentions import cond_names, folded
from aether_lint.model import Confidence

_OPTIONAL = frozenset({"captcha", "recaptcha", "turnstile", "hcaptcha"})


def unchecked(at: Checkpoint) -> Iterator[Gap]:
    """Refusals of a function that depend on something being there, where nothing refuses its absence."""
    return _Unchecked(at).unchecked()


class _Unchecked:
    def __init__(self, at: Checkpoint) -> None:
        self.at = at

    def unchecked(self) -> Iterator[Gap]:
        """Refusals that depend on a setting, a client or a module being there, where nothing refuses its absence."""
        for index, control in self.at.denials:
            for guard in guard_chain(self.at.function, self.at.function.effects[index].when):
                cond = self.at.function.guards[guard].cond
                for part in cond.conds if isinstance(cond, Every) else (cond,):
                    seen = self._skipped(index, control, guard, part)
                    if seen is not None:
                        yield seen

    def _skipped(self, index: int, control: str, guard: int, part: Cond) -> Gap | None:
        if not isinstance(part, Atom) or (part.kind, part.positive) not in (("truthy", True), ("none", False)):
            return None
        absent = negate(part)
        roots = explained(self.at.program.absences.of_cond(absent, self.at.module, self.at.function))
        asked = self._asks_for(part.value, index)
        roots = tuple((r, c) for r, c in roots if self._explains(r, control, asked))
        if not roots or self._is_refused_without(absent) or not self._goes_on_without(absent):
            return None
        if self._is_refused_by_call(part.value):
            return None
        root, chain = min(roots)
        if not self.at.is_open(index, root):
            return None
        span = self.at.function.guards[guard].span
        anchor = Anchor(self.at.module.path, self.at.function.key, "guard", guard)
        level: Confidence = "high" if root.kind == "unset" else "medium"
        chain = (*chain, *self._elsewhere(absent))
        return Gap(anchor, self.at.function.key, span, "unchecked", control, root, "", chain, level, None)

    def _elsewhere(self, absent: Cond) -> Iterator[Step]:
        """The first statement of a side of its own that runs without the check."""
        for decision in self.at.decisions:
            if decision.guard.cond == absent and decision.taken.effects:
                effect = self.at.function.effects[decision.taken.effects[0]]
                yield Step(self.at.module.path, effect.span, "this runs instead")
                return

    def _explains(self, root: Root, control: str, asked: bool) -> bool:
        """Whether a refusal that a root leaves out was to protect with what is missing: a secret, a limiter's store."""
        if root.kind != "unset":
            return False  # what is missing without a module is judged where its name is used
        if control == words.LIMIT:
            return tokens.receiver(root.name) is not None
        return asked and is_secret(root.name) and not _OPTIONAL.intersection(tokens.words(root.name))

    def _asks_for(self, value: Value, index: int) -> bool:
        """Whether what is tested is the secret itself, by its name or because the refusal compares with it."""
        name = getattr(value, "name", "")
        if is_secret(folded(name)):
            return True
        guard = self.at.function.guards[self.at.function.effects[index].when]
        return bool(name) and name in set(cond_names(guard.cond, self.at.function, 2))

    def _is_refused_without(self, absent: Cond) -> bool:
        """Whether some side that holds when the thing is missing refuses, or checks in another way."""
        for decision in self.at.decisions:
            cond = decision.guard.cond
            if absent == cond or (isinstance(cond, Some) and absent in cond.conds):
                if refuses(decision.taken, self.at.program, self.at.module, self.at.function):
                    return True
            elif isinstance(cond, Every) and absent in cond.conds and self._in_production(cond, absent):
                return refuses(decision.taken, self.at.program, self.at.module, self.at.function)
            if absent == cond and any(i in decision.taken.effects for i, _ in self.at.denials):
                return not self.at.own_returns(decision)
        return False

    def _in_production(self, cond: Every, absent: Cond) -> bool:
        """Whether what a condition asks beside the absence holds in production: then the rest is no production."""
        others = [negate(c) for c in cond.conds if c != absent]
        gates = [self.at.program.gates.of_cond(c, self.at.module, self.at.function).level for c in others]
        return "closed" in gates

    def _is_refused_by_call(self, value: Value) -> bool:
        """Whether a function of ours is handed the value and raises when it is empty."""
        for effect in self.at.function.effects:
            if effect.kind != "call" or value not in effect.args:
                continue
            for name in self.at.program.things.called_functions(effect, self.at.module, self.at.function):
                where = self.at.program.names.function(name)
                if where is not None and _raises_without(where[1], effect.args.index(value)):
                    return True
        return False

    def _goes_on_without(self, absent: Cond) -> bool:
        """Whether the function answers as after a passed check where the thing is missing."""
        refused = {i for i, _ in self.at.denials}
        for decision in self.at.decisions:
            cond = decision.guard.cond
            if absent != cond and not (isinstance(cond, Some) and absent in cond.conds):
                continue
            given = self.at.own_returns(decision)
            values = [self.at.function.effects[i].value for i in given]
            others = [e.value for i, e in answers.returns(self.at.function) if i not in refused and i not in given]
            if values and all(v is None or v == Const(None) for v in values):
                return all(self.at.is_nothing(v) for v in others)
        return True


def _raises_without(function: Function, position: int) -> bool:
    """Whether a function raises where the parameter at a position is empty, whatever else it asks."""
    params = [p for p in function.params if p.kind == "positional" and p.name not in ("self", "cls")]
    if position >= len(params):
        return False
    place = Ref(f":{function.key}>{params[position].name}")
    empty = (Atom("truthy", place, None, False), Atom("none", place))
    for effect in function.effects:
        if effect.kind == "raise" and effect.when >= 0:
            cond = function.guards[effect.when].cond
            if any(part in empty for part in (cond.conds if isinstance(cond, Every) else (cond,))):
                return True
    return False
