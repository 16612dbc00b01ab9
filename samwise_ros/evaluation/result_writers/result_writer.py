"""The interface of a result writer, and the results that it receives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.evaluation.run_config import RunConfig


@dataclass(frozen=True, eq=False)
class FrameResults:
    """Masks of some expressions on consecutive frames of a video.

    Attributes:
        video: the video.
        expressions: E expressions about the video.
        frame_indices: T indices of these frames in the video.
        images: (T, H, W, 3) uint8, RGB.
        masks: (E, T, H, W) bool.
        truths: for each expression its true mask (T, H, W) bool; ``None`` if it is not known.
    """

    video: Video
    expressions: Sequence[Expression]
    frame_indices: Sequence[int]
    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    truths: Sequence[NDArray[np.bool_] | None]


class ResultWriter(Protocol):
    """Receives the results of a video from its first frame to its last."""

    def write(self, run_config: RunConfig, results: FrameResults) -> None:
        """Write the results of the next frames.

        Raises:
            ValueError: a file cannot be written.
        """
        ...

    def close(self) -> None:
        """Complete the files after the last video.

        Raises:
            ValueError: a file cannot be written.
        """
        ...
