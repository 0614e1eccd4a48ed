"""Exceptions that are an answer of a service that is there, not a failure of it.

The service was reached and said that the key exists already, that the row is missing, or that the record is stale:
what a handler of such an error does is no way around the service.
"""

from aether_lint.catalog import tokens

ANSWERS = frozenset({
    "already", "cancelled", "canceled", "conflict", "duplicate", "exist", "exists", "found", "index", "integrity",
    "interrupt", "key", "lookup", "stale", "stop", "such", "undefined", "unique",
})  # fmt: skip
"""Words of the names of such exceptions: `AlreadyExistsError`, `DoesNotExist`, `NoSuchKey`, `DuplicateKeyError`."""

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})


def is_answer(exception: str) -> bool:
    """Whether an exception (any dotted name) says what a service answered, by the words of its name."""
    last = exception.replace(":", ".").replace(">", ".").rpartition(".")[2]
    return last not in IMPORT_ERRORS and not ANSWERS.isdisjoint(tokens.words(last))
