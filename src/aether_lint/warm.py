"""The answer of a run that was asked the same before, when nothing that it depends on has changed.

A miss costs the look; a hit is most of what a user waits for, hence this module alone obeys a diet: it
imports none of re, typing, dataclasses, pathlib, msgspec, click, pathspec, rich, json, subprocess.

Never a stale answer: an entry names every file and folder that the answer was made of, also those that were
looked for in vain, with a stamp taken before they were read. It is kept only if all of them had been at rest
for longer than the coarsest clock of a file system ticks, so that any later change shows in a stamp.
"""

import marshal
import os
import sys
import time

from aether_lint import __version__

FOLDER = ".aether_lint_cache"
REST_NANOSECONDS = 2_000_000_000  # FAT has the coarsest clock
MOST_PATHS = 100_000  # beyond, looking at the stamps costs more than half a second
KEPT = 20  # entries in a folder: one for each way of calling
_BROKEN_PIPE = 2  # as for any run whose answer did not get through

_VARIABLES = (
    "CI", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM", "COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "GITLAB_CI", "HOME",
    "LANG", "LANGUAGE", "LINES", "NO_COLOR", "PATH", "PY_COLORS", "TERM", "TERM_PROGRAM", "TZ", "USERPROFILE",
    "VIRTUAL_ENV", "WT_SESSION", "XDG_CONFIG_HOME",
)  # fmt: skip
_PREFIXES = ("AETHER_LINT_", "GIT_", "LC_", "MYPY", "PYTHON", "RUFF_")

Stamp = tuple[int, ...]


def replay(arguments: list[str]) -> int | None:
    """Write what the same run wrote, and return its exit code; None if there is no such run or it is out of date."""
    if arguments[:1] != ["check"] or "-" in arguments:
        return None
    try:
        key = _key(arguments)
        for folder in _candidates(arguments):
            entry = _load(os.path.join(folder, FOLDER, _name(key)), key)
            if entry:
                stamps, code, out, err = entry
                return _write(out, err, code) if all(_stamp(path) == stamp for path, stamp in stamps.items()) else None
    except (OSError, ValueError):  # the working directory is gone, a NUL in an argument: for the real run to say
        pass
    return None


class Snapshot:
    """The state of the world at the start of a run; make it when what the run reads is known and not yet read.

    `started` is the time in nanoseconds before discovery began. `folders` are absolute paths of all folders that
    were searched: whatever lies in them is taken for read. `files` are those of single files, present or not.
    """

    def __init__(self, started: int, folders: "set[str]", files: "set[str]") -> None:
        self._started = started
        paths = files | folders | _program_paths()
        for folder in folders:
            paths |= _files_in(folder)
        self._stamps = {} if len(paths) > MOST_PATHS else {path: _stamp(path) for path in sorted(paths)}

    def remember(self, arguments: list[str], roots: list[str], code: int, out: bytes, err: bytes) -> bool:
        """Keep the outcome of this run in the first of `roots` where `replay` looks for it. False if it cannot."""
        if arguments[:1] != ["check"] or not self._stamps or not self._at_rest():
            return False
        try:
            key = _key(arguments)
            candidates = _candidates(arguments)
            folder = next((root for root in roots if root in candidates), None)
            if folder is None or not _is_own_folder(os.path.join(folder, FOLDER)):
                return False
            _store(os.path.join(folder, FOLDER), _name(key), key, (self._stamps, code, out, err))
        except (OSError, ValueError):
            return False
        return True

    def _at_rest(self) -> bool:
        latest = self._started - REST_NANOSECONDS
        return all(stamp is None or max(stamp[0], stamp[1]) < latest for stamp in self._stamps.values())


def _key(arguments: list[str]) -> bytes:
    """Everything the answer depends on that is not in a file."""
    today = time.strftime("%Y-%m-%d")  # a suppression may end with a day
    parts = [__version__, sys.version, sys.prefix, __file__, os.getcwd(), today, *sys.path, "", *arguments, ""]
    parts += [f"{name}={os.environ.get(name)}" for name in _VARIABLES]
    parts += sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(_PREFIXES))
    for stream in (sys.stdout, sys.stderr):
        parts.append(f"{stream.encoding} {stream.errors}" if stream else "")
    for descriptor in (1, 2):
        parts.append(_terminal(descriptor))
    if hasattr(os, "geteuid"):
        parts.append(f"{os.geteuid()}:{os.getegid()}")
    return "\0".join(parts).encode("utf-8", "surrogatepass")


def _terminal(descriptor: int) -> str:
    try:
        return str(os.get_terminal_size(descriptor)) if os.isatty(descriptor) else ""
    except OSError:
        return "terminal"


def _name(key: bytes) -> str:
    return f"run-{int.from_bytes(key, 'big') % (2**61 - 1):016x}"  # a Mersenne prime mixes well; the key is compared


def _candidates(arguments: list[str]) -> list[str]:
    """Folders that may be the root of this run: those above the working directory and above the paths named."""
    here = os.getcwd()
    folders: dict[str, None] = {}
    for argument in ["", *arguments[1:]]:
        if argument.startswith("-"):
            continue
        folder = os.path.normpath(os.path.join(here, argument))
        while folder not in folders:
            folders[folder] = None
            folder = os.path.dirname(folder)
    return list(folders)


def _load(path: str, key: bytes) -> "tuple[dict[str, Stamp | None], int, bytes, bytes] | None":
    """An entry that was made here, for this key."""
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            if file.readline(100) != _header(status.st_ino, status.st_mtime_ns):
                return None
            stored, stamps, code, out, err = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return (stamps, code, out, err) if stored == key else None


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))


def _header(inode: int, mtime: int) -> bytes:
    """Inode and time of an entry's file, written into it: one that came with a checkout or archive has others.

    Such a one is not believed: it could claim for the very tree that it came with that nothing was found.
    """
    return b"%d %d\n" % (inode, mtime // 1_000_000_000)  # whole seconds survive every file system


def _store(folder: str, name: str, key: bytes, entry: "tuple[dict[str, Stamp | None], int, bytes, bytes]") -> None:
    """Write an entry whole or not at all, and drop the oldest ones."""
    temporary = os.path.join(folder, f"{name}.{os.getpid()}")
    now = time.time_ns()
    try:
        with open(temporary, "xb") as file:
            file.write(_header(os.fstat(file.fileno()).st_ino, now))
            file.write(marshal.dumps((key, *entry)))
        os.utime(temporary, ns=(now, now))
        os.replace(temporary, os.path.join(folder, name))
    except OSError:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise
    _prune(folder)


def _prune(folder: str) -> None:
    entries = [entry for entry in os.scandir(folder) if entry.name.startswith("run-")]
    for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)[:-KEPT]:
        os.unlink(entry.path)


def _is_own_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _program_paths() -> set[str]:
    """Where a change makes another program of us: installed distributions, and our code in a checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    paths = {path for path in sys.path if path} | {os.path.join(package, "__init__.py")}
    if os.path.basename(os.path.dirname(package)) not in ("site-packages", "dist-packages"):
        for folder, _, names in os.walk(package):
            if not folder.endswith("__pycache__"):
                paths.update((folder, *(os.path.join(folder, name) for name in names if name.endswith(".py"))))
    return paths


def _files_in(folder: str) -> set[str]:
    """Whatever lies in a folder and is no folder itself."""
    try:
        with os.scandir(folder) as entries:
            return {entry.path for entry in entries if not entry.is_dir(follow_symlinks=False)}
    except OSError:
        return set()


def _stamp(path: str) -> "Stamp | None":
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_mode)


def _write(out: bytes, err: bytes, code: int) -> int:
    try:
        for stream, data in ((sys.stdout, out), (sys.stderr, err)):
            rest = memoryview(data)
            while rest:  # with PYTHONUNBUFFERED, `buffer` is a raw stream, which may take a part only
                rest = rest[stream.buffer.write(rest) or 0 :]
            if data:
                stream.flush()
    except BrokenPipeError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)
        return _BROKEN_PIPE
    return code
