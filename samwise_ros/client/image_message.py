"""Images of numpy as ROS messages, and back."""

from array import array

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import Image

SECOND_NS = 1_000_000_000


def to_image(
    pixels: NDArray[np.uint8], stamp_ns: int, frame_id: str = "camera_optical_frame"
) -> Image:
    """Return an rgb8 message.

    Args:
        pixels: (H, W, 3) uint8, RGB.
        stamp_ns: time stamp in nanoseconds.
        frame_id: optical frame of the camera.
    """
    height, width = pixels.shape[:2]
    data = array("B", np.ascontiguousarray(pixels).tobytes())
    message = Image(height=height, width=width, encoding="rgb8", step=3 * width, data=data)
    message.header.frame_id = frame_id
    message.header.stamp = to_time(stamp_ns)
    return message


def to_pixels(message: Image) -> NDArray[np.uint8]:
    """View an 8-bit image without row padding, as the node publishes them, as (H, W, channels)."""
    data = np.frombuffer(message.data, np.uint8)
    return data.reshape(message.height, message.width, -1)


def to_time(stamp_ns: int) -> Time:
    """Return nanoseconds as a message.

    >>> to_time(2_000_000_003).nanosec
    3
    """
    seconds, nanoseconds = divmod(stamp_ns, SECOND_NS)
    return Time(sec=seconds, nanosec=nanoseconds)


def to_nanoseconds(stamp: Time) -> int:
    """Return the stamp of a message in nanoseconds.

    >>> to_nanoseconds(Time(sec=2, nanosec=3))
    2000000003
    """
    return int(stamp.sec) * SECOND_NS + int(stamp.nanosec)
