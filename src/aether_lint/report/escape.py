"""Text from paths and source made harmless: nothing that is printed can drive a terminal or a CI runner."""

# CI runners look for these anywhere in a line: GitHub's older form, Azure Pipelines, TeamCity.
_RUNNER_COMMANDS = ("##[", "##vso[", "##teamcity[")


def escape(text: str) -> str:
    r"""One printable line that shows the text.

    Characters that are no graphic characters (control characters, ESC, line ends, bidirectional overrides,
    zero-width and other format characters) become escapes such as `\x1b` or `\u202e`; a byte of a file name that
    is not UTF-8 (PEP 383) becomes `\xff`. Openings of CI runner commands are broken up.
    """
    if not text.isprintable():
        text = "".join(character if character.isprintable() else _escaped(character) for character in text)
    if "##" in text:
        for command in _RUNNER_COMMANDS:
            text = text.replace(command, rf"#\x23{command[2:]}")
    return text


def escape_path(path: str) -> str:
    """A path for the start of a line: as `escape`, and a name like `::error …` is no workflow command."""
    shown = escape(path)
    return f"./{shown}" if shown.lstrip().startswith("::") else shown


def without_surrogates(text: str) -> str:
    r"""The text for a format with its own escapes (JSON): only what is no character becomes `\xff`."""
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return "".join(_escaped(character) if "\ud800" <= character <= "\udfff" else character for character in text)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # PEP 383: a byte that did not decode
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
