"""Which calls leave the process for an answer: over the network, to a database, to a model."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from aether_lint.catalog import remote, tokens
from aether_lint.facts import Effect, Function
from aether_lint.link.fixpoint import Fixpoint
from aether_lint.link.names import Module, Names, last_name
from aether_lint.link.subjects import CRYPTO_ROLES, SubjectTable
from aether_lint.link.things import ThingTable
from aether_lint.model import Confidence

Reached: TypeAlias = Confidence | None
"""How sure it is that a call leaves the process: high by the catalogue, medium by a name; None: nothing says so."""


class RemoteTable:
    """Answers whether calls and functions ask somebody outside of the process."""

    def __init__(self, names: Names, things: ThingTable, subjects: SubjectTable) -> None:
        self._names = names
        self._things = things
        self._subjects = subjects
        self._functions: Fixpoint[str, str] = Fixpoint(self._equation, "")

    def of_effects(self, indices: Iterable[int], module: Module, function: Function) -> tuple[int, Confidence] | None:
        """The call among some effects that leaves the process, and how sure that is.

        Of several the surest, of these the first that is named for asking (`get` before the client's constructor).
        """
        asked = [(i, c) for i in indices if (c := self.of_call(function.effects[i], module, function)) is not None]
        return max(asked, key=lambda one: (one[1] == "high", _asks(function.effects[one[0]])), default=None)

    def of_call(self, effect: Effect, module: Module, function: Function) -> Reached:
        """Whether a call leaves the process, itself or in the functions of ours that it runs."""
        return _as_confidence(self._call(effect, module, function, self._functions))

    def _equation(self, name: str, ask: Callable[[str], str]) -> str:
        where = self._names.function(name)
        if where is None:
            return ""
        module, function = where
        found = ""
        for effect in function.effects:
            found = max(found, self._call(effect, module, function, ask), key=_ORDER.index)
            if found == "high":
                break
        return found

    def _call(self, effect: Effect, module: Module, function: Function, ask: Callable[[str], str]) -> str:
        if effect.kind != "call":
            return ""
        callees = self._things.callees(effect, module, function)
        for thing in callees:
            if thing.kind in ("external", "made") and remote.of_callable(thing.name) is not None:
                return "high"
        if any(
            s.confidence == "high" and s.role not in CRYPTO_ROLES
            for s in self._subjects.of_call(effect, module, function)
        ):
            return "high"
        found = ""
        for name in self._things.called_functions(effect, module, function):
            found = max(found, ask(name), key=_ORDER.index)
        return found or ("medium" if not callees and _by_name(effect) else "")


_ORDER = ("", "low", "medium", "high")


def _as_confidence(text: str) -> Reached:
    match text:
        case "high" | "medium" | "low":
            return text
        case _:
            return None


def _asks(effect: Effect) -> bool:
    return last_name(effect) in remote.NETWORK_METHODS | remote.MODEL_METHODS


def _by_name(effect: Effect) -> bool:
    """Whether the names of an unresolved call say that it asks a service or a model."""
    method = last_name(effect)
    if method in remote.MODEL_METHODS:
        return True
    receiver = effect.place.rpartition(".")[0].replace(":", ".").replace(">", ".")
    words = frozenset(tokens.words(receiver.rpartition(".")[2]))
    return bool(words & remote.NETWORK_RECEIVERS) and bool(frozenset(tokens.words(method)) & remote.NETWORK_METHODS)
