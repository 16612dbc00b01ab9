"""Frames of a video, and the error of readers and writers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samwise_ros.errors import SamwiseError

Image = NDArray[np.uint8]


class VideoError(SamwiseError, ValueError):
    """A video or image that cannot be read or written; the message names the file and reason."""


@dataclass(frozen=True, eq=False)
class DecodedFrame:
    """One frame as a source delivers it.

    Attributes:
        image: (H, W, 3) uint8 RGB; ``None`` if the frame cannot be decoded.
        stamp_ns: time since the first frame.
        is_damaged: whether the decoder reported an error for this frame.
        name: the file that contains the frame, for messages.
    """

    image: Image | None
    stamp_ns: int
    is_damaged: bool
    name: str


@dataclass(frozen=True, eq=False)
class VideoFrame:
    """One frame of a video.

    Attributes:
        image: (H, W, 3) uint8 RGB. For a frame that cannot be decoded, it repeats the frame before.
        stamp_ns: time since the first frame, from the container.
        is_damaged: whether the decoder reported an error for this frame.
    """

    image: Image
    stamp_ns: int
    is_damaged: bool = False
