"""Replaces files atomically: a reader sees the old file or the new file, both complete."""

import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter
from pathlib import Path

_TOKEN_BYTES = 8
# A file name has at most 255 bytes; a prefix of the target's name leaves room for the rest.
_NAME_BYTES = 150


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content, or create the file.

    Args:
        path: the file; see `replacing`.
        data: its new content.

    Raises:
        OSError: the file cannot be written; names it. The old file stays.
    """
    try:
        with replacing(path) as file:
            file.write(data)
    except OSError as error:  # that of a full disk has no name
        error.filename = error.filename or str(path)
        raise


@contextmanager
def replacing(path: Path) -> Iterator[BufferedWriter]:
    """Write a new file that takes the place of another when the block ends without an error.

    The new file is written beside the target and synced to disk before it is renamed. Each writer
    has its own temporary file, so several processes may write to one path: the last one wins.
    Temporary files of processes that were killed are removed. A library that needs a path may
    write to ``file.name``.

    Args:
        path: a regular file, a new name, or a link to one of them. A link stays, and its target
            is replaced. The folder is created if it is missing.

    Yields:
        The temporary file, opened for writing.

    Raises:
        OSError: the path is a folder, device, FIFO or socket, or the file cannot be written; the
            old file stays.
    """
    target = Path(os.path.realpath(path))
    mode = _replaceable_mode(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(target)
    with _new_part(target) as file:
        try:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(file.name)
            raise
    _sync_folder(target.parent)


def _replaceable_mode(target: Path) -> int | None:
    """Return the permissions of the file to replace, ``None`` for a new name."""
    try:
        mode = os.lstat(target).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if not stat.S_ISREG(mode):
        reason = "Not a regular file but a device, FIFO or socket; choose another path"
        raise OSError(errno.EINVAL, reason, str(target))
    return stat.S_IMODE(mode)


def _new_part(target: Path) -> BufferedWriter:
    """Create a temporary file and lock it: the lock shows that its writer is alive."""
    while True:
        part = target.with_name(f"{_part_prefix(target)}{secrets.token_hex(_TOKEN_BYTES)}.part")
        file = part.open("xb")
        with suppress(OSError):  # A file system without locks also keeps abandoned files.
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # Another process removed it as abandoned before it was locked.


def _remove_abandoned(target: Path) -> None:
    """Remove the temporary files of this target whose writers have ended."""
    prefix = _part_prefix(target)
    pattern = re.compile(re.escape(prefix) + f"[0-9a-f]{{{2 * _TOKEN_BYTES}}}[.]part")
    for entry in os.scandir(target.parent):
        if pattern.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            # Without the right to open, lock or remove it, the file stays.
            with suppress(OSError), open(entry.path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(entry.path)


def _part_prefix(target: Path) -> str:
    name = target.name.encode(errors="surrogateescape")[:_NAME_BYTES]
    return f".{name.decode(errors='ignore')}."


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk, too."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
