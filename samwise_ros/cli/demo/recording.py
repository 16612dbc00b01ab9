"""What remains of the demo: a video and a contact sheet."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.cli.demo.script import Line
from samwise_ros.vision.contact_sheet import contact_sheet
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_writer import VideoWriter

Image = NDArray[np.uint8]

_TILES = 12
_COLUMNS = 4
_TILE_WIDTH = 320


class Recorder:
    """Writes ``overlay.mp4`` as the frames come, and ``overlay.png`` at the end.

    The video keeps the camera's time: a frame that is missing is the one before, a while longer.
    """

    def __init__(self, folder: Path, rate_hz: float, lines: Sequence[Line]) -> None:
        """Choose the moments of the contact sheet: two or more of each sentence, till it is full.

        Args:
            folder: for both files.
            rate_hz: frames a second of the video.
            lines: what is said.
        """
        self.video = folder / "overlay.mp4"
        self.sheet = folder / "overlay.png"
        self._writer = VideoWriter(self.video, rate_hz)
        self._rate_hz = rate_hz
        self._written = 0
        self._last: Image | None = None
        self._tiles: list[Image] = []
        shots = max(2, _TILES // len(lines))
        frame_indices = [
            line.begin_s + (shot + 0.5) / shots * (line.end_s - line.begin_s)
            for line in lines
            for shot in range(shots)
        ]
        self._moments = frame_indices[:_TILES]

    def write(self, seconds: float, image: Image) -> None:
        """Take a frame.

        Args:
            seconds: of the frame, from the camera's first.
            image: (H, W, 3) uint8, RGB.
        """
        place = round(seconds * self._rate_hz)
        before = image if self._last is None else self._last
        while self._written < place:
            self._append(before)
        if self._written == place:
            self._append(image)
        if len(self._tiles) < len(self._moments) and seconds >= self._moments[len(self._tiles)]:
            self._tiles.append(resized(image, _TILE_WIDTH))

    def close(self) -> list[Path]:
        """Finish the files and name those that there are."""
        self._writer.close()
        if self._tiles:
            write_image(self.sheet, contact_sheet(self._tiles, _COLUMNS))
        return [self.video] * bool(self._written) + [self.sheet] * bool(self._tiles)

    def _append(self, image: Image) -> None:
        self._writer.write(image)
        self._written += 1
        self._last = image


def resized(image: Image, width: int) -> Image:
    """Scale (H, W, 3) uint8 to a width in pixels, in proportion."""
    height = round(image.shape[0] * width / image.shape[1])
    smaller = width < image.shape[1]
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)
