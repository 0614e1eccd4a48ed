"""Least fixpoints of monotone equations, solved on demand.

A memoised recursion that cuts cycles gives answers that depend on where it began. Here every key that a
question needs is solved to the end before the answer is kept, so answers do not depend on the order of questions.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


DEPTH = 24  # equations evaluated inside one another; each takes up to ten frames of the interpreter's 1,000


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
        """The answers at `key` and at all that it depends on.

        What an equation asks for is answered first, so that most equations are evaluated once; again are those that
        depend on themselves, and those at the end of a chain that is too long to follow at once.
        """
        solved, bottom, equation = self._solved, self._bottom, self._equation
        found: dict[Key, Answer] = {key: bottom}
        users: dict[Key, dict[Key, None]] = {}
        work = [key]
        waiting = {key}

        def evaluate(current: Key, depth: int) -> None:
            def ask(other: Key) -> Answer:
                known = solved.get(other)
                if known is not None:
                    return known
                if other not in found:
                    found[other] = bottom
                    if depth < DEPTH:
                        evaluate(other, depth + 1)  # noqa: F821 - deleted when all is answered
                    else:
                        work.append(other)
                        waiting.add(other)
                users.setdefault(other, {})[current] = None
                return found[other]

            answer = equation(current, ask)
            if answer != found[current]:
                found[current] = answer
                for user in users.get(current, ()):
                    if user not in waiting:
                        waiting.add(user)
                        work.append(user)

        while work:
            current = work.pop()
            waiting.discard(current)
            evaluate(current, 0)
        del evaluate  # it refers to itself: with the collector off, all that it refers to would stay [40 of 135 MB]
        return found
