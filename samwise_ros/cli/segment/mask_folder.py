"""Folders of masks that appear complete or not at all."""

import os
import re
import shutil
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from samwise_ros.files.folder_lock import locked_folder
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_frame import VideoError

_MASK_NAME = re.compile(r"[0-9]{5,}\.png")


class MaskFolder:
    """Writes ``FOLDER/NAME/FRAME.png`` for several names, in a ``with`` block.

    The masks are first written to hidden folders. At the end of the block each hidden folder
    replaces the folder of its name, so masks of an earlier run never mix with new masks. After an
    exception the earlier masks stay.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        """Check the folder.

        Args:
            folder: removed at the end of the block if it stays empty.
            names: of its subfolders. One that is a link stays a link.

        Raises:
            VideoError: a subfolder contains something else than masks.
        """
        self._folder, self._names = folder, names
        self._lock = ExitStack()
        for name in names:
            _check_replaceable(folder / name)

    def write(self, name: str, frame: int, mask: NDArray[np.bool_]) -> None:
        """Write a mask (H, W) as an image of 0 and 255.

        Raises:
            VideoError: the file cannot be written.
        """
        image = mask.astype(np.uint8) * 255
        write_image(self._hidden(name, "part") / f"{frame:05d}.png", image)

    def _target(self, name: str) -> Path:
        return Path(os.path.realpath(self._folder / name))

    def _hidden(self, name: str, kind: str) -> Path:
        return self._target(name).with_name(f".{name}.{kind}")

    def _remove_hidden(self) -> None:
        for name in self._names:
            for kind in ("part", "old"):
                shutil.rmtree(self._hidden(name, kind), ignore_errors=True)

    def _commit(self) -> None:
        """Replace the folders of earlier runs."""
        for name in self._names:
            target, part = self._target(name), self._hidden(name, "part")
            if part.exists():
                if target.exists():
                    target.replace(self._hidden(name, "old"))
                part.replace(target)
        self._remove_hidden()

    def __enter__(self) -> "MaskFolder":
        """Create the folder, and remove hidden folders of killed processes.

        Raises:
            ValueError: another process writes to the folder.
            OSError: the folder cannot be created.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.enter_context(locked_folder(self._folder))
        self._remove_hidden()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Replace earlier masks, or keep them after an exception."""
        with self._lock:
            if error is None:
                self._commit()
            else:
                self._remove_hidden()
            with suppress(OSError):  # the folder contains files
                self._folder.rmdir()


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise VideoError(f"{folder}: expected a folder of masks or a new name, got a file")
    for path in folder.iterdir():
        if not _MASK_NAME.fullmatch(path.name):
            raise VideoError(
                f"{folder}: expected only masks of an earlier run, got {path.name}; "
                "name another folder"
            )
