"""Keeps two processes from writing to one folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Lock an existing folder against other processes that use this function.

    The lock ends with the block, or with the process. File systems without locks ignore it.

    Raises:
        ValueError: another process has locked it.
        OSError: the folder cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"{folder}: another process writes to this folder; wait for it, or name another one"
            ) from None
        except OSError:
            pass  # no locks on this file system
        yield
    finally:
        os.close(descriptor)
