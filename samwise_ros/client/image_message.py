"""Images of numpy as ROS messages, and back."""

from array import array

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from samwise_ros.interface.stamps import SECOND_NS


def to_image(
    pixels: NDArray[np.generic],
    stamp_ns: int,
    frame_id: str = "camera_optical_frame",
    encoding: str = "rgb8",
) -> Image:
    """Return an image message without row padding.

    Args:
        pixels: (H, W) or (H, W, channels) of the encoding's type; by default uint8, RGB.
        stamp_ns: time stamp in nanoseconds.
        frame_id: optical frame of the camera.
        encoding: encoding of the pixels, as in ``sensor_msgs/image_encodings.hpp``.
    """
    height, width = pixels.shape[:2]
    message = Image(height=height, width=width, encoding=encoding)
    message.step = pixels.nbytes // height
    message.data = array("B", pixels.tobytes())
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
