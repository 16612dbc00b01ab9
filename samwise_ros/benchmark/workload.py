"""Images and sentences for benchmarks of the engine and the node."""

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.painted.video import PaintedConfig, make_video

SENTENCES = (
    "the red ball",
    "the blue mug",
    "the green box that moves left",
    "the small yellow ball",
    "the cup that is being lifted",
    "the large red box",
    "the mug that moves right",
    "the white plate",
)
"""Commands, in the order of use."""
FRAME_NS = 33_333_333
_GENERATED_WIDTH = 320


def make_frames(width: int, height: int, number: int = 32) -> NDArray[np.uint8]:
    """Generate a tabletop video of 320 pixels width and resize it: (number, height, width, 3)."""
    generated_height = round(height * _GENERATED_WIDTH / width)
    scene = PaintedConfig(frames=number, width=_GENERATED_WIDTH, height=generated_height)
    frames = make_video("test", 0, scene).frames
    return np.stack([cv2.resize(frame, (width, height)) for frame in frames]).astype(np.uint8)


def parse_size(text: str) -> tuple[int, int]:
    """Parse a width and a height.

    Raises:
        ValueError: the text has another form.

    >>> parse_size("320x240")
    (320, 240)
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ValueError(f"size: expected WIDTHxHEIGHT, such as 320x240, got {text!r}")
    return int(width), int(height)
