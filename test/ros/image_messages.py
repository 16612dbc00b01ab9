"""Image messages for tests."""

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image


def picture(width: int = 64, height: int = 48, seed: int = 0) -> NDArray[np.uint8]:
    """Return (H, W, 3) random pixels."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def image(
    stamp_ns: int,
    pixels: NDArray[np.generic] | None = None,
    encoding: str = "rgb8",
    padding: int = 0,
    **changes: Any,
) -> Image:
    """Return an image message; ``changes`` set fields, for example to make it invalid."""
    pixels = picture() if pixels is None else pixels
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(pixels.shape[0], -1)
    rows = np.pad(rows, ((0, 0), (0, padding)))
    message = Image(
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        step=rows.shape[1],
        data=array("B", rows.tobytes()),
    )
    message.header.frame_id = "optical"
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
    for name, value in changes.items():
        setattr(message, name, value)
    return message
