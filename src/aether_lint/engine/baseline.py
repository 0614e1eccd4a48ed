"""The findings that a team has accepted: a JSON file of fingerprints, made to be read in a review."""

import json
import os
import tempfile
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from aether_lint.config import ConfigError
from aether_lint.files import NotRegularError, TooLargeError, read_regular
from aether_lint.model import Finding

VERSION = 1
_LIMIT = 100_000_000  # bytes; a finding takes 200


class Entry(Struct, frozen=True, order=True):
    """One accepted finding. `path` is relative to the root; only the fingerprint is compared."""

    path: str
    code: str
    scope: str
    fingerprint: str


class Baselined(Struct, frozen=True):
    """The findings of a run, told apart; `stale` are the entries that no finding matches (any more)."""

    kept: list[Finding]
    known: list[Finding]
    stale: list[Entry]


def read_baseline(path: str) -> list[Entry]:
    """The entries of a baseline file. Raises `ConfigError`: a baseline that cannot be read is no empty one."""
    try:
        text = read_regular(path, _LIMIT).decode("utf-8")
        document = json.loads(text)
    except (NotRegularError, TooLargeError) as error:
        raise ConfigError(path, str(error).removeprefix(path).strip()) from error
    except FileNotFoundError as error:
        raise ConfigError(path, "the baseline does not exist", help="make it with `--write-baseline`") from error
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    except json.JSONDecodeError as error:
        message = f"is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise ConfigError(path, message, line=error.lineno, column=error.colno, help=_REMEDY) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(path, "is no baseline", help=_REMEDY) from error
    return _entries(path, document)


_REMEDY = "mend it, or write it anew with `--write-baseline`"


def _entries(path: str, document: Any) -> list[Entry]:
    version = document.get("version") if isinstance(document, dict) else None
    if version != VERSION:
        said = f"has version {version}" if isinstance(version, int) else "is no baseline"
        raise ConfigError(path, f"{said}; this release reads version {VERSION}", help=_REMEDY)
    entries: list[Entry] = []
    listed = document.get("findings")
    for number, item in enumerate(listed if isinstance(listed, list) else [None], 1):
        values = [item.get(key) for key in Entry.__struct_fields__] if isinstance(item, dict) else [None]
        if not all(isinstance(value, str) for value in values):
            raise ConfigError(path, f"finding {number} is not understood", help=_REMEDY)
        entries.append(Entry(*values))
    return entries


def compare(findings: Sequence[Finding], entries: Iterable[Entry]) -> Baselined:
    """Tell the findings that the baseline lists from the others. Findings have their fingerprints."""
    listed = {entry.fingerprint: entry for entry in entries}
    known = [finding for finding in findings if finding.fingerprint in listed]
    matched = {finding.fingerprint for finding in known}
    return Baselined(
        kept=[finding for finding in findings if finding.fingerprint not in listed],
        known=known,
        stale=sorted(entry for fingerprint, entry in listed.items() if fingerprint not in matched),
    )


def renewed(findings: Iterable[Finding], before: Iterable[Entry] = (), judged: Collection[str] = ()) -> list[Entry]:
    """The entries for the findings of a run. Those of `before` stay whose files were not `judged` in it."""
    entries = {Entry(f.path, f.code, f.scope, f.fingerprint) for f in findings}
    return sorted(entries | {entry for entry in before if entry.path not in judged})


def write_baseline(path: str, entries: Iterable[Entry]) -> None:
    """Write a baseline file, whole or not at all: one line a finding, sorted. Raises `OSError`."""
    # ASCII escapes also carry the bytes of file names that are not UTF-8
    keys = Entry.__struct_fields__
    lines = [json.dumps({key: getattr(entry, key) for key in keys}) for entry in sorted(set(entries))]
    listed = "".join(f"\n    {line}," for line in lines).removesuffix(",")
    text = f'{{\n  "version": {VERSION},\n  "findings": [{listed}{chr(10) + "  " if lines else ""}]\n}}\n'
    real = os.path.realpath(path)
    descriptor, temporary = tempfile.mkstemp(prefix=".baseline.", dir=os.path.dirname(real))
    try:
        with open(descriptor, "wb") as file:
            file.write(text.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(real))
        os.replace(temporary, real)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    """The mode of a file that exists, else that of a new one."""
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
