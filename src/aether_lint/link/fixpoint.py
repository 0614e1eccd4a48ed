"""Least fixpoints of monotone equations, solved on demand.

A memoised recursion that cuts cycles gives answers that depend on where it began. Here every key that a
question needs is solved to the end before the answer is kept, so answers do not depend on the order of questions.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Fixpoint(Generic[Key, Answer]):
    """Solves `answer(key) = equation(key, answer)`, where `equation` is monotone and `bottom` the least answer.

    No answer is None.
    """

    def __init__(self, equation: Callable[[Key, Callable[[Key], Answer]], Answer], bottom: Answer) -> None:
        self._equation = equation
        self._bottom = bottom
        self._solved: dict[Key, Answer] = {}

    def __call__(self, key: Key) -> Answer:
        """The least solution at `key`."""
        known = self._solved.get(key)
        if known is not None:
            return known
        found = self._solve(key)
        self._solved.update(found)
        return found[key]

    def _solve(self, key: Key) -> dict[Key, Answer]:
        solved, bottom = self._solved, self._bottom
        found: dict[Key, Answer] = {key: bottom}
        users: dict[Key, dict[Key, None]] = {}
        work = [key]
        waiting = {key}
        while work:
            current = work.pop()
            waiting.discard(current)

            def ask(other: Key, asker: Key = current) -> Answer:
                known = solved.get(other)
                if known is not None:
                    return known
                known = found.get(other)
                if known is None:
                    known = found[other] = bottom
                    work.append(other)
                    waiting.add(other)
                    users[other] = {asker: None}
                else:
                    users.setdefault(other, {})[asker] = None
                return known

            answer = self._equation(current, ask)
            if answer != found[current]:
                found[current] = answer
                for user in users.get(current, ()):
                    if user not in waiting:
                        waiting.add(user)
                        work.append(user)
        return found
