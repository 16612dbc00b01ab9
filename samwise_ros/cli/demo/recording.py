"""Records the demo as a video and a contact sheet."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.cli.demo.script import ScriptLine
from samwise_ros.vision.contact_sheet import contact_sheet
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_writer import VideoWriter

Image = NDArray[np.uint8]

_TILES = 12
_COLUMNS = 4
_TILE_WIDTH = 320


class Recorder:
    """Writes ``overlay.mp4`` as frames arrive, and ``overlay.png`` at the end.

    The video keeps the timing of the camera: the previous frame replaces a missing frame.
    """

    def __init__(self, folder: Path, rate_hz: float, lines: Sequence[ScriptLine]) -> None:
        """Open the video and choose the times of the contact sheet's tiles.

        Each sentence has at least two tiles until the sheet is full.

        Args:
            folder: folder for both files.
            rate_hz: frames per second of the video.
            lines: the script.
        """
        self.video = folder / "overlay.mp4"
        self.sheet = folder / "overlay.png"
        self._writer = VideoWriter(self.video, rate_hz)
        self._rate_hz = rate_hz
        self._written = 0
        self._last: Image | None = None
        self._tiles: list[Image] = []
        tiles_per_line = max(2, _TILES // len(lines))
        times_s = [
            line.begin_s + (tile + 0.5) / tiles_per_line * (line.end_s - line.begin_s)
            for line in lines
            for tile in range(tiles_per_line)
        ]
        self._tile_times_s = times_s[:_TILES]

    def write(self, seconds: float, image: Image) -> None:
        """Add a frame.

        Args:
            seconds: time since the camera's first frame.
            image: (H, W, 3) uint8, RGB.
        """
        index = round(seconds * self._rate_hz)
        previous = image if self._last is None else self._last
        while self._written < index:
            self._append(previous)
        if self._written == index:
            self._append(image)
        tile = len(self._tiles)
        if tile < len(self._tile_times_s) and seconds >= self._tile_times_s[tile]:
            self._tiles.append(resized(image, _TILE_WIDTH))

    def close(self) -> list[Path]:
        """Complete the files and return those that were written.

        Raises:
            VideoError: a file cannot be written; the other one is written if possible.
        """
        paths = []
        try:
            if self._tiles:
                write_image(self.sheet, contact_sheet(self._tiles, _COLUMNS))
                paths.append(self.sheet)
        finally:
            if self._writer.close():
                paths.insert(0, self.video)
        return paths

    def _append(self, image: Image) -> None:
        self._writer.write(image)
        self._written += 1
        self._last = image


def resized(image: Image, width: int) -> Image:
    """Resize (H, W, 3) uint8 to a width in pixels and keep the aspect ratio."""
    height = round(image.shape[0] * width / image.shape[1])
    shrinks = width < image.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=interpolation), np.uint8)
