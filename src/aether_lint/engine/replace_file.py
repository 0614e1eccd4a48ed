"""Put new bytes in the place of a file, whole or not at all, and keep what else the file is."""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress

SUFFIX = ".aether-lint.tmp"


class NotWrittenError(Exception):
    """The file is as it was; the text says why, in words for the user."""


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Write `after` where `before` is. Mode, owner and extended attributes stay; a symbolic link is followed.

    The new file is written beside the old one, flushed to disk and renamed over it: whoever reads, and whatever
    is killed, sees one or the other. Raises `NotWrittenError` where the file is no longer `before`, is not a
    regular file, has other hard links (they would keep the old text), may not be written, or the disk is full.
    """
    real = os.path.realpath(path)
    try:
        status = _checked(real, before)
        temporary = _written_beside(real, after, status)
    except OSError as error:
        raise NotWrittenError(_words(error)) from error
    try:
        _check_unchanged(real, status)
        os.replace(temporary, real)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise NotWrittenError(_words(error)) from error
        raise
    _flush_folder(os.path.dirname(real))


def _checked(path: str, before: bytes) -> os.stat_result:
    with open(path, "rb", opener=_open_plainly) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotWrittenError("not a regular file")
        if status.st_nlink > 1:
            raise NotWrittenError(f"it has {status.st_nlink} hard links; the others would keep the old text")
        if not os.access(path, os.W_OK):
            raise NotWrittenError("it may not be written (permission denied)")
        if hashlib.sha256(file.read(len(before) + 1)).digest() != hashlib.sha256(before).digest():
            raise NotWrittenError("it has changed meanwhile")
    return status


def _open_plainly(path: str, flags: int) -> int:
    """Open without waiting for the other end of a named pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))


def _check_unchanged(path: str, status: os.stat_result) -> None:
    now = os.stat(path)
    if (now.st_ino, now.st_size, now.st_mtime_ns) != (status.st_ino, status.st_size, status.st_mtime_ns):
        raise NotWrittenError("it has changed meanwhile")


def _written_beside(path: str, data: bytes, like: os.stat_result) -> str:
    """The path of a new file in the same folder with these bytes, on disk, and with the attributes of `path`."""
    folder, name = os.path.split(path)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=SUFFIX, dir=folder)
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            _keep_attributes(path, descriptor, like)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


def _keep_attributes(path: str, descriptor: int, like: os.stat_result) -> None:
    made = os.fstat(descriptor)
    if hasattr(os, "fchown") and (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
        try:
            os.fchown(descriptor, like.st_uid, like.st_gid)
        except OSError as error:
            raise NotWrittenError("its owner or group could not be kept") from error
    if hasattr(os, "listxattr"):
        _copy_extended_attributes(path, descriptor)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _copy_extended_attributes(path: str, descriptor: int) -> None:
    """As far as the system allows: those of the security modules are its own to set."""
    with suppress(OSError):
        for name in os.listxattr(path):
            with suppress(OSError):
                os.setxattr(descriptor, name, os.getxattr(path, name))


def _flush_folder(folder: str) -> None:
    """Make the rename itself durable, where a folder can be opened (not on Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _words(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
