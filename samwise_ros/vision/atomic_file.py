"""Files that appear complete or not at all."""

import contextlib
import os
from pathlib import Path


class AtomicFile:
    """Writes to a hidden file beside the target, which replaces the target at the end.

    Attributes:
        part: the file that is written, ``.NAME.part`` in the target's folder.
        stream: the open file.
    """

    def __init__(self, path: Path) -> None:
        """Open the file for writing; its folder is created.

        Args:
            path: the target: a new name, a regular file, or a link to one.

        Raises:
            OSError: the file cannot be created, or the target is not a regular file.
        """
        self._target = path.resolve()
        if self._target.exists() and not self._target.is_file():
            raise FileExistsError(f"{path}: expected a regular file or a new name")
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self.part = self._target.with_name(f".{self._target.name}.part")
        self.stream = self.part.open("wb")

    def close(self) -> None:
        """Write all buffered data to the hidden file.

        Raises:
            OSError: the data cannot be written, for example if the disk is full.
        """
        self.stream.close()

    def commit(self) -> None:
        """Close the file and replace the target."""
        self.close()
        os.replace(self.part, self._target)

    def discard(self) -> None:
        """Remove the hidden file and keep the target as it was."""
        with contextlib.suppress(OSError):  # the data is dropped anyway
            self.stream.close()
        self.part.unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a whole file.

    Raises:
        OSError: the file cannot be written; names the target, which is then unchanged.
    """
    file = AtomicFile(path)
    try:
        file.stream.write(data)
        file.commit()
    except BaseException as error:
        file.discard()
        if isinstance(error, OSError):
            error.filename = str(path)
        raise
