"""Exceptions and codes that are an answer of a service that is there, not a failure of it.

The service was reached and said that the key exists already, that the row is missing, or that the record is stale:
what a handler of such an error does is no way around the service. Neither is the end of a loop or of the program.
"""

from itertools import pairwise

from aether_lint.catalog import tokens
from aether_lint.catalog.word_list import word_set

ANSWERS = frozenset({
    "already", "cancelled", "canceled", "conflict", "duplicate", "empty", "exist", "exists", "exit", "found", "index",
    "integrity", "interrupt", "key", "lookup", "stale", "stop", "such", "undefined", "unique",
})  # fmt: skip
"""Words of the names of such exceptions: `AlreadyExistsError`, `DoesNotExist`, `NoSuchKey`, `DuplicateKeyError`."""

ABOUT_THE_SERVICE: frozenset[str] = word_set(
    "module import host server service backend driver command executable plugin package distribution library connection"
)
"""What is not found here is the service itself, or what reaches it."""

CODE_WORDS: frozenset[str] = word_set("exists duplicate conflict integrity unique 404 409 410 412")
CODE_PAIRS = frozenset({("not", "found"), ("not", "exist"), ("no", "such")})
"""Of the codes that a handler compares with: `RESOURCE_DOES_NOT_EXIST`, `ResourceNotFoundException`, `404`."""


def is_answer(exception: str) -> bool:
    """Whether an exception says what a service answered, by the words of its name (without its module)."""
    parts = tokens.words(exception)
    return not ABOUT_THE_SERVICE.intersection(parts) and not ANSWERS.isdisjoint(parts)


def says_answer(code: str) -> bool:
    """Whether a code, or the name of a constant or test, says that something is not there, or there already."""
    parts = tokens.words(code)
    if ABOUT_THE_SERVICE.intersection(parts):
        return False
    return bool(CODE_WORDS.intersection(parts)) or any(pair in CODE_PAIRS for pair in pairwise(parts))
