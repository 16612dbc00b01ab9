"""A camera of this machine, read with OpenCV."""

import math
import time
from collections.abc import Iterator

import cv2
import numpy as np

from samwise_ros.vision.video_frame import DecodedFrame, VideoError


class CameraCapture:
    """The frames of a camera.

    Attributes:
        fps: frames per second according to the driver, 30 if it reports none.
        count: ``None``; a camera has no end.
        error: ``None``.
    """

    def __init__(self, index: int) -> None:
        """Open the camera with an index.

        Raises:
            VideoError: there is no such camera.
        """
        self._capture = cv2.VideoCapture(index)
        if not self._capture.isOpened():
            raise VideoError(f"{index}: expected the index of a camera, found no camera")
        self._name = str(index)
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = float(rate) if math.isfinite(rate) and rate > 0 else 30.0
        self.count: int | None = None
        self.error: str | None = None

    def frames(self) -> Iterator[DecodedFrame]:
        """Yield frames with the time at which they arrive."""
        start_ns: int | None = None
        while True:
            read, bgr = self._capture.read()
            if not read:
                return
            now_ns = time.monotonic_ns()
            start_ns = now_ns if start_ns is None else start_ns
            rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
            yield DecodedFrame(rgb, now_ns - start_ns, False, self._name)

    def close(self) -> None:
        """Release the camera."""
        self._capture.release()
