"""Image messages for tests."""

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from samwise_ros.client.image_message import to_image


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
    message = to_image(picture() if pixels is None else pixels, stamp_ns, "optical", encoding)
    if padding:
        rows = np.frombuffer(message.data, np.uint8).reshape(message.height, -1)
        message.data = array("B", np.pad(rows, ((0, 0), (0, padding))).tobytes())
        message.step += padding
    for name, value in changes.items():
        setattr(message, name, value)
    return message
