"""Writes a new folder that appears complete or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samwise_ros.files.folder_lock import locked_folder


def check_new_folder(folder: Path) -> None:
    """Check that `complete_folder` can make a folder, before long work.

    Raises:
        ValueError: the folder has files, or cannot be replaced.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise ValueError(f"{folder}: exists and is not empty; name a new folder with --out")
    if os.path.ismount(folder) or folder.samefile(Path.cwd()):
        raise ValueError(
            f"{folder}: is a mount point or the current folder; name a new folder in it with --out"
        )


@contextmanager
def complete_folder(folder: Path) -> Iterator[Path]:
    """Write a folder that appears when the block ends without an error.

    What a killed process left of an earlier try is removed.

    Args:
        folder: does not exist, or is an empty folder. The folders above it are created.

    Yields:
        A hidden folder beside it, to write the files to.

    Raises:
        ValueError: the folder has files, cannot be replaced, or another process writes it.
        OSError: a file cannot be written; nothing is left behind.
    """
    check_new_folder(folder)
    folder = Path(os.path.realpath(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.part")
    if part.exists():
        with locked_folder(part):  # fails while its writer lives
            shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    with locked_folder(part):
        try:
            yield part
            part.replace(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
