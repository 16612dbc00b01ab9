"""Reads and writes videos frame by frame, so that a long one needs no more memory than a short."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
_Pixels = NDArray[Any]
"""As OpenCV returns an image: 4.6 has no ``cv2.typing``."""

IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
_FOLDER_FPS = 10.0  # a folder does not say; MeViS's and Ref-YouTube-VOS's frames are 5 to 10 Hz


class VideoError(ValueError):
    """A video that cannot be read or written; the message names it and says why."""


class VideoReader:
    """The frames of a video file, a folder of images or a camera, as (H, W, 3) uint8 RGB.

    Attributes:
        fps: frames a second, as the file or camera says; 10 for a folder.
        count: number of frames, as the file says; ``None`` where nobody knows.
    """

    def __init__(self, source: str | Path | int) -> None:
        """Open a source.

        Args:
            source: path of a video file or of a folder of images (read in the order of their
                names), or a camera's index, as a number or in digits.

        Raises:
            VideoError: there is no such source, or nothing in it can be read.
        """
        self.source = str(source)
        self._paths: list[Path] = []
        self._capture: cv2.VideoCapture | None = None
        self.count: int | None
        path = Path(self.source)
        if path.is_dir():
            self._paths = sorted(p for p in path.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
            if not self._paths:
                raise VideoError(f"{path}: no image in this folder ({_names(IMAGE_SUFFIXES)})")
            self.fps, self.count = _FOLDER_FPS, len(self._paths)
            return
        if not path.exists() and not self.source.isdecimal():
            raise VideoError(f"{path}: no such video file or folder of images")
        self._capture = cv2.VideoCapture(self.source if path.exists() else int(self.source))
        if not self._capture.isOpened():
            what = "a video that OpenCV can read" if path.exists() else "a camera that answers"
            raise VideoError(f"{self.source}: not {what}")
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = float(rate) if math.isfinite(rate) and rate > 0 else 30.0
        frames = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.count = int(frames) if math.isfinite(frames) and frames > 0 else None

    def __iter__(self) -> Iterator[Image]:
        """Yield the frames, all of one size, from the present one to the last.

        Raises:
            VideoError: an image cannot be read or differs in size, or there is no frame at all.
        """
        size: tuple[int, ...] = ()
        for name, bgr in self._images() if self._paths else self._grab():
            if bgr is None:
                raise VideoError(f"{name}: not an image that OpenCV can read")
            size = size or bgr.shape
            if bgr.shape != size:
                raise VideoError(f"{name}: expected the first image's size {size}, got {bgr.shape}")
            yield np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
        if not size:
            raise VideoError(f"{self.source}: holds no frame that can be read")

    def close(self) -> None:
        """Let go of the file or camera."""
        if self._capture is not None:
            self._capture.release()

    def __enter__(self) -> "VideoReader":
        """Use the reader until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the file or camera."""
        self.close()

    def _images(self) -> Iterator[tuple[str, _Pixels | None]]:
        for path in self._paths:
            yield str(path), cv2.imread(str(path), cv2.IMREAD_COLOR)

    def _grab(self) -> Iterator[tuple[str, _Pixels]]:
        assert self._capture is not None
        while True:
            read, bgr = self._capture.read()
            if not read:
                return
            yield self.source, bgr


class VideoWriter:
    """Writes an MPEG-4 video; the first frame decides its size."""

    def __init__(self, path: str | Path, fps: float) -> None:
        """Prepare to write.

        Args:
            path: of the ``.mp4`` file; its folder is made.
            fps: frames a second, more than 0.

        Raises:
            VideoError: for another kind of file or a rate that is no rate.
        """
        self.path = Path(path)
        if self.path.suffix.lower() != ".mp4":
            raise VideoError(f"{self.path}: expected a name that ends in .mp4")
        if not (math.isfinite(fps) and fps > 0):
            raise VideoError(f"{self.path}: expected more than 0 frames a second, got {fps}")
        self.fps = fps
        self._size: tuple[int, ...] = ()
        self._writer: cv2.VideoWriter | None = None

    def write(self, rgb: Image) -> None:
        """Append a frame.

        Args:
            rgb: (H, W, 3) uint8.

        Raises:
            VideoError: its size is not the first one's, or the file cannot be written.
        """
        if self._writer is None:
            self._open(rgb)
        if rgb.shape != self._size or rgb.dtype != np.uint8:
            raise VideoError(
                f"{self.path}: expected frames of {self._size} uint8, got {rgb.shape} {rgb.dtype}"
            )
        assert self._writer is not None
        self._writer.write(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()

    def __enter__(self) -> "VideoWriter":
        """Use the writer until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, whatever happened."""
        self.close()

    def _open(self, rgb: Image) -> None:
        height, width = rgb.shape[:2]
        self._size = (height, width, 3)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VideoError(f"{self.path}: {error}") from error
        code = cv2.VideoWriter.fourcc(*"mp4v")
        self._writer = cv2.VideoWriter(str(self.path), code, self.fps, (width, height))
        if not self._writer.isOpened():
            raise VideoError(f"{self.path}: cannot be written")


class EvenSample:
    """Keeps a few frames, evenly spread over a video whose length nobody knows."""

    def __init__(self, count: int) -> None:
        """Keep up to ``count`` frames, at least 1; memory holds at most twice as many."""
        self._count, self._step, self._seen = count, 1, 0
        self._kept: list[Image] = []

    def add(self, frame: Image) -> None:
        """Show the next frame; it is kept if its turn has come."""
        if self._seen % self._step == 0:
            self._kept.append(frame)
            if len(self._kept) == 2 * self._count:
                self._kept, self._step = self._kept[::2], 2 * self._step
        self._seen += 1

    def frames(self) -> list[Image]:
        """The frames that are kept, in their order.

        >>> sample = EvenSample(4)
        >>> for value in range(100):
        ...     sample.add(np.full((1, 1, 3), value, np.uint8))
        >>> [int(frame[0, 0, 0]) for frame in sample.frames()]
        [0, 32, 64, 96]
        """
        kept, count = self._kept, min(self._count, len(self._kept))
        return [kept[(index * (len(kept) - 1)) // max(count - 1, 1)] for index in range(count)]


def contact_sheet(frames: Sequence[Image], columns: int = 4) -> Image:
    """Lay frames out in rows, as many columns as asked; cells that are left stay black.

    Args:
        frames: (H, W, 3) uint8 each, of one size.
        columns: at least 1.

    Returns:
        (rows H, columns W, 3) uint8; fewer columns if there are fewer frames.

    Raises:
        ValueError: no frame, frames of several sizes, or no column.

    >>> contact_sheet([np.zeros((2, 3, 3), np.uint8)] * 5, columns=2).shape
    (6, 6, 3)
    """
    if not frames or columns < 1:
        raise ValueError(f"expected frames and columns, got {len(frames)} and {columns}")
    if any(frame.shape != frames[0].shape for frame in frames):
        raise ValueError("expected frames of one size")
    height, width = frames[0].shape[:2]
    columns = min(columns, len(frames))
    sheet = np.zeros((-(-len(frames) // columns) * height, columns * width, 3), np.uint8)
    for index, frame in enumerate(frames):
        top, left = index // columns * height, index % columns * width
        sheet[top : top + height, left : left + width] = frame
    return sheet


def write_image(path: str | Path, image: Image) -> None:
    """Write an image, RGB (H, W, 3) or grey (H, W), uint8; the name's ending chooses the format.

    Raises:
        VideoError: the file cannot be written.
    """
    path = Path(path)
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = cv2.imwrite(str(path), bgr)
    except (cv2.error, OSError) as error:
        raise VideoError(f"{path}: {str(error).strip().splitlines()[-1]}") from error
    if not written:
        raise VideoError(f"{path}: cannot be written")


def _names(suffixes: frozenset[str]) -> str:
    return ", ".join(sorted(suffixes))
