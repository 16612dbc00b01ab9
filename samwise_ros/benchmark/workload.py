"""What is shown to the engine or the node, and what it is told to look for."""

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.video import TabletopConfig, make_video

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
"""Commands, in the order in which they are given."""
FRAME_NS = 33_333_333
_DRAWN_WIDTH = 320


def make_frames(width: int, height: int, number: int = 32) -> NDArray[np.uint8]:
    """Draw a tabletop video, enlarged from 320 pixels of width: (number, height, width, 3)."""
    drawn_height = round(height * _DRAWN_WIDTH / width)
    scene = TabletopConfig(frames=number, width=_DRAWN_WIDTH, height=drawn_height)
    frames = make_video("test", 0, scene).frames
    return np.stack([cv2.resize(frame, (width, height)) for frame in frames]).astype(np.uint8)


def parse_size(text: str) -> tuple[int, int]:
    """Read a width and a height.

    Raises:
        ValueError: it is not of that form.

    >>> parse_size("320x240")
    (320, 240)
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ValueError(f"size: expected WIDTHxHEIGHT, as 320x240, got {text!r}")
    return int(width), int(height)
