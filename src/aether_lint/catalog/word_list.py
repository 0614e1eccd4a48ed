"""How a table of plain words is written: one text, words between blanks."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())
