"""The index on disk: one sqlite file in `.aether_lint_cache/` at the root of a project.

It is an accelerator. Whatever is wrong with it (corrupt, locked, read-only, foreign) costs time, never a
finding: a row counts only if the file's stamp or content says so, and what cannot be written is not kept.
"""

import os
import sqlite3
import stat
import zlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing, suppress

from msgspec import Struct

FOLDER = ".aether_lint_cache"
FILE = "index.sqlite"
RACY_NANOSECONDS = 2_000_000_000  # the coarsest clock of a file system in use (FAT)
BUSY_SECONDS = 5.0  # a writer holds the lock for one transaction: 20 ms for 10 MB of facts
_SCHEMA = 1
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of aether-lint.\n"
_CREATE = """
CREATE TABLE IF NOT EXISTS module (
    flavor TEXT NOT NULL, path BLOB NOT NULL, size INTEGER, mtime INTEGER, ctime INTEGER, inode TEXT,
    taken INTEGER, digest BLOB, checksum INTEGER, facts BLOB, PRIMARY KEY (flavor, path)
);
CREATE TABLE IF NOT EXISTS origin (inode TEXT);
"""


class Stamp(Struct, frozen=True, array_like=True):
    """What the system says of a file without opening it; times in nanoseconds."""

    size: int
    mtime: int
    ctime: int
    inode: str  # 64 bits unsigned, beyond what sqlite counts

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        """The stamp in a stat result."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, str(status.st_ino))


class Row(Struct, frozen=True):
    """What is known of one file; `taken` is the time of its stamp, in nanoseconds."""

    stamp: Stamp
    taken: int
    digest: bytes
    facts: bytes

    @property
    def is_racy(self) -> bool:
        """Whether the file could have changed after its stamp was taken without that showing in the stamp."""
        return max(self.stamp.mtime, self.stamp.ctime) > self.taken - RACY_NANOSECONDS


class Loaded(Struct):
    """The rows of an index by path relative to the root; `note` says what was wrong with it, if anything."""

    rows: dict[str, Row] = {}
    note: str = ""


def load(root: str, flavor: str) -> Loaded:
    """The rows of `flavor` (the version of the facts and of Python) in the index of a root. Raises nothing."""
    path = _index_path(root)
    if not _is_own_file(path):
        return Loaded()
    try:
        return Loaded(_read(path, flavor))
    except sqlite3.OperationalError:  # locked by a hung process, no shared memory, no permission
        return Loaded()
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        _remove(path)
        return Loaded(note=f"the index in {FOLDER} was corrupt ({error}) and has been rebuilt")


def count(root: str, flavor: str) -> int:
    """How many files the index of a root knows, 0 if it cannot be read. Raises nothing."""
    path = _index_path(root)
    if not _is_own_file(path):
        return 0
    try:
        with closing(_connect(path, "mode=ro")) as connection:
            if not _made_here(connection, path):
                return 0
            found = connection.execute("SELECT count(*) FROM module WHERE flavor = ?", (flavor,)).fetchone()
    except (sqlite3.Error, ValueError, OSError):
        return 0
    return int(found[0])


def save(root: str, flavor: str, rows: Mapping[str, Row], gone: Collection[str]) -> bool:
    """Write `rows` and forget the paths `gone`, in one transaction. False if it could not be written."""
    path = _index_path(root)
    try:
        _make_folder(os.path.dirname(path))
        if os.path.lexists(path) and not _is_own_file(path):
            return False
        try:
            _write(path, flavor, rows, gone)
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            _remove(path)
            _write(path, flavor, rows, gone)
    except (OSError, sqlite3.Error):
        return False
    return True


def _index_path(root: str) -> str:
    return os.path.join(root, FOLDER, FILE)


def _is_own_file(path: str) -> bool:
    """Whether it is a regular file in a real folder: links could make us write elsewhere, a FIFO would hang."""
    try:
        folder, file = os.lstat(os.path.dirname(path)), os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(folder.st_mode) and stat.S_ISREG(file.st_mode)


def _read(path: str, flavor: str) -> dict[str, Row]:
    try:
        return _select(path, "mode=rw", flavor)
    except sqlite3.OperationalError:  # a read-only tree: WAL would need to write beside it
        return _select(path, "mode=ro&immutable=1", flavor)


def _select(path: str, mode: str, flavor: str) -> dict[str, Row]:
    with closing(_connect(path, mode)) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
            return {}
        if not _made_here(connection, path):
            return {}
        selected = connection.execute(
            "SELECT path, size, mtime, ctime, inode, taken, digest, checksum, facts FROM module WHERE flavor = ?",
            (flavor,),
        )
        return {
            os.fsdecode(name): Row(Stamp(size, mtime, ctime, inode), taken, digest, facts)
            for name, size, mtime, ctime, inode, taken, digest, checksum, facts in selected
            if zlib.crc32(facts) == checksum  # a flipped bit in a blob is not seen by sqlite
        }


def _made_here(connection: sqlite3.Connection, path: str) -> bool:
    """Whether the index was made in this place. One that came with a checkout or an archive has another inode.

    Such a one is not believed: it could hold forged facts for the very content that it came with.
    """
    origins: Iterable[tuple[str]] = connection.execute("SELECT inode FROM origin")
    return [inode for (inode,) in origins] == [str(os.stat(path).st_ino)]


def _write(path: str, flavor: str, rows: Mapping[str, Row], gone: Collection[str]) -> None:
    with closing(_connect(path, "mode=rwc")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection, path, flavor)
        connection.executemany(
            "INSERT OR REPLACE INTO module VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_values(flavor, name, row) for name, row in rows.items()),
        )
        connection.executemany(
            "DELETE FROM module WHERE flavor = ? AND path = ?", ((flavor, os.fsencode(name)) for name in gone)
        )
        connection.execute("COMMIT")


def _prepare(connection: sqlite3.Connection, path: str, flavor: str) -> None:
    """Make the tables; drop what an older version wrote for this Python, or what came from elsewhere."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, _SCHEMA):
        connection.execute("DROP TABLE IF EXISTS module")
        connection.execute("DROP TABLE IF EXISTS origin")
    for statement in _CREATE.split(";")[:-1]:
        connection.execute(statement)
    if not _made_here(connection, path):
        connection.execute("DELETE FROM module")
        connection.execute("DELETE FROM origin")
        connection.execute("INSERT INTO origin VALUES (?)", (str(os.stat(path).st_ino),))
    python = flavor.split(" ")[0]
    connection.execute("DELETE FROM module WHERE flavor LIKE ? AND flavor != ?", (f"{python} %", flavor))
    connection.execute(f"PRAGMA user_version = {_SCHEMA}")


def _values(flavor: str, name: str, row: Row) -> tuple[object, ...]:
    stamp = row.stamp
    checksum = zlib.crc32(row.facts)
    return (
        flavor, os.fsencode(name), stamp.size, stamp.mtime, stamp.ctime, stamp.inode,
        row.taken, row.digest, checksum, row.facts,
    )  # fmt: skip


def _connect(path: str, mode: str) -> sqlite3.Connection:
    name = os.fsencode(path)
    quoted = "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"%{byte:02x}" for byte in name)
    if os.name == "nt":
        from urllib.request import pathname2url

        quoted = pathname2url(path)
    return sqlite3.connect(f"file:{quoted}?{mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _make_folder(folder: str) -> None:
    """Make the cache folder, with the marks that keep it out of commits and backups. Raises `OSError`."""
    if os.path.isdir(folder) and not os.path.islink(folder):
        return
    os.mkdir(folder)
    for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
        with open(os.path.join(folder, name), "x", encoding="ascii") as file:
            file.write(text)


def _remove(path: str) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            os.unlink(path + suffix)
