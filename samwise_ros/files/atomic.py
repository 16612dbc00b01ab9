"""Replaces files atomically: a reader sees the old file or the new file, both complete."""

import errno
import fcntl
import os
import re
import secrets
import stat
from contextlib import suppress
from io import BufferedWriter
from pathlib import Path
from types import TracebackType

_TOKEN_BYTES = 8
# A file name has at most 255 bytes; a prefix of the target's name leaves room for the rest.
_NAME_BYTES = 150
_TOKEN = f"[0-9a-f]{{{2 * _TOKEN_BYTES}}}"
_PART_NAME = re.compile(rf"[.].*[.]{_TOKEN}[.]part")


class AtomicFile:
    """A new file that takes the place of another one when it is complete.

    The new file is written beside the target, then renamed. Each writer has its own temporary
    file, so several processes may write to one path: the last one wins. Temporary files of
    processes that were killed are removed. In a ``with`` block, the file is committed at the end,
    and discarded after an exception::

        with AtomicFile(path) as stream:
            stream.write(data)

    Attributes:
        stream: the temporary file, opened for writing. A library that needs a path may write to
            ``stream.name``.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Create the temporary file, and the folder if it is missing.

        Args:
            path: a regular file, a new name, or a link to one of them. A link stays, and its
                target is replaced.
            durable: sync the file to disk before it is renamed, so that it survives a power
                failure. This takes milliseconds: leave it out for results of many files.

        Raises:
            OSError: the path is a folder, device, FIFO or socket, or the temporary file cannot be
                created.
        """
        self._target, self._durable = Path(os.path.realpath(path)), durable
        mode = _replaceable_mode(self._target)
        self._target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(self._target)
        self.stream = _new_part(self._target)
        if mode is not None:
            os.fchmod(self.stream.fileno(), mode)

    def commit(self) -> None:
        """Replace the target.

        Raises:
            OSError: the data cannot be written, for example if the disk is full; the old file
                stays, and `discard` removes the new one.
        """
        self.stream.flush()
        if self._durable:
            os.fsync(self.stream.fileno())
        os.replace(self.stream.name, self._target)
        self.stream.close()
        if self._durable:
            _sync_folder(self._target.parent)

    def discard(self) -> None:
        """Remove the temporary file and keep the target as it was."""
        with suppress(FileNotFoundError):
            os.unlink(self.stream.name)
        with suppress(OSError):  # The buffered data is dropped anyway.
            self.stream.close()

    def __enter__(self) -> BufferedWriter:
        """Return the stream."""
        return self.stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit the file, or discard it after an exception."""
        try:
            if error is None:
                self.commit()
        finally:
            self.discard()


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Replace a file's content, or create the file.

    Args:
        path: the file; see `AtomicFile`.
        data: its new content.
        durable: see `AtomicFile`.

    Raises:
        OSError: the file cannot be written; names it. The old file stays.
    """
    try:
        with AtomicFile(path, durable=durable) as stream:
            stream.write(data)
    except OSError as error:  # that of a full disk has no name
        error.filename = error.filename or str(path)
        raise


def is_part(path: Path) -> bool:
    """Return whether a file is a temporary one, also of a process that was killed.

    >>> is_part(Path(".scores.json.0123456789abcdef.part")), is_part(Path("scores.json"))
    (True, False)
    """
    return bool(_PART_NAME.fullmatch(path.name))


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
    pattern = re.compile(re.escape(prefix) + _TOKEN + "[.]part")
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
