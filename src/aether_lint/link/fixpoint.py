"""Least fixpoints of monotone equations, solved on demand.

A memoised recursion that cuts cycles gives answers that depend on where it began. Here every key that a
question needs is solved to the end before the answer is kept, so answers do not depend on the order of questions.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Fixpoint(Generic[Key, Answer]):
    """Solves `answer(key) = equation(key, answer)`, where `equation` is monotone and `bottom` the least answer."""

    def __init__(self, equation: Callable[[Key, Callable[[Key], Answer]], Answer], bottom: Answer) -> None:
        self._equation = equation
        self._bottom = bottom
        self._solved: dict[Key, Answer] = {}

    def __call__(self, key: Key) -> Answer:
        """The least solution at `key`."""
        if key in self._solved:
            return self._solved[key]
        found = self._solve(key)
        self._solved.update(found)
        return found[key]

    def _solve(self, key: Key) -> dict[Key, Answer]:
        found: dict[Key, Answer] = {key: self._bottom}
        users: dict[Key, dict[Key, None]] = {}
        work = [key]
        waiting = {key}
        while work:
            current = work.pop()
            waiting.discard(current)

            def ask(other: Key, asker: Key = current) -> Answer:
                if other in self._solved:
                    return self._solved[other]
                if other not in found:
                    found[other] = self._bottom
                    work.append(other)
                    waiting.add(other)
                users.setdefault(other, {})[asker] = None
                return found[other]

            answer = self._equation(current, ask)
            if answer != found[current]:
                found[current] = answer
                for user in users.get(current, ()):
                    if user not in waiting:
                        waiting.add(user)
                        work.append(user)
        return found
