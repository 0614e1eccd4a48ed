"""The error of a configuration that cannot be used."""

from collections.abc import Iterable


class ConfigError(Exception):
    """A configuration file that cannot be used. The run must not go on with something weaker.

    `path` is absolute; `line` and `column` are 1-based, 0 where unknown; `help` says what to do, or is empty.
    """

    def __init__(self, path: str, message: str, *, line: int = 0, column: int = 0, help: str = "") -> None:
        self.path = path
        self.line = line
        self.column = column
        self.message = message
        self.help = help
        super().__init__(path, message, line, column, help)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.path, self.message, self.line, self.column, self.help))

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.message}" + (f"; {self.help}" if self.help else "")


def _rebuild(path: str, message: str, line: int, column: int, help: str) -> ConfigError:
    return ConfigError(path, message, line=line, column=column, help=help)


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """``did you mean `x`?`` for the valid word that is spelled most like `word`, or an empty string."""
    from difflib import get_close_matches  # only on the way to an error

    candidates = {text.lower().replace("_", "-"): text for text in valid}
    matches = get_close_matches(word.lower().replace("_", "-"), candidates, n=1, cutoff=0.6)
    return f"did you mean `{candidates[matches[0]]}`?" if matches else ""
