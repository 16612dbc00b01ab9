"""What was found on some frames of a video, and who wants to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.evaluation.run_config import RunConfig


@dataclass(frozen=True, eq=False)
class Stretch:
    """What was found on consecutive frames for some of a video's expressions.

    Attributes:
        video: whose frames these are.
        expressions: E of those that are said about it, the same for all its stretches in a row.
        frame_indices: indices of these T frames in the video.
        images: (T, H, W, 3) RGB.
        masks: (E, T, H, W).
    """

    video: Video
    expressions: Sequence[Expression]
    frame_indices: Sequence[int]
    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]


class Output(Protocol):
    """Takes what is found: stretch by stretch, from a video's first frame to its last."""

    def write(self, way: RunConfig, stretch: Stretch) -> None:
        """Take the next frames.

        Raises:
            ValueError: naming the file that cannot be written.
        """
        ...
