"""Images of ROS messages to and from numpy.

The encodings are those of `samwise_ros.vision.encodings`, instead of cv_bridge, which breaks where
numpy is newer than the one it was built with, and copies. What they do not name goes to cv_bridge
where that is installed.
"""

import importlib
from array import array
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from samwise_ros.vision import encodings
from samwise_ros.vision.encodings import ImageError, ImageFault, compressed_to_rgb

__all__ = [
    "ImageError",
    "ImageFault",
    "compressed_to_rgb",
    "to_compressed_message",
    "to_image_message",
    "to_rgb",
]


def to_rgb(message: Image) -> NDArray[np.uint8]:
    """Give the pixels of an image message.

    Args:
        message: of any encoding of the table, either byte order, any row padding; of any other
            that cv_bridge knows, where it is installed.

    Returns:
        (H, W, 3) uint8, RGB, contiguous. It may share the message's memory.

    Raises:
        ImageError: the message contradicts itself or its encoding is not known.
    """
    try:
        return encodings.to_rgb(message)
    except ImageError as error:
        if error.kind != "unknown encoding":
            raise
        return _through_cv_bridge(message, error)


def _through_cv_bridge(message: Image, unknown: ImageError) -> NDArray[np.uint8]:
    try:
        bridge = importlib.import_module("cv_bridge")
    except ImportError:
        raise unknown from None
    try:
        return np.ascontiguousarray(bridge.CvBridge().imgmsg_to_cv2(message, "rgb8"))
    except (bridge.CvBridgeError, cv2.error, TypeError, ValueError) as error:
        raise ImageError("unknown encoding", f"{message.encoding!r}: {error}") from error


def to_image_message(
    pixels: NDArray[np.uint8], encoding: Literal["mono8", "rgb8"], header: Header
) -> Image:
    """Make an image message.

    Args:
        pixels: (H, W) for ``mono8``, (H, W, 3) for ``rgb8``.
        encoding: what the pixels are.
        header: of the image they belong to.
    """
    height, width = pixels.shape[:2]
    step = width * (3 if encoding == "rgb8" else 1)
    return Image(
        header=header, height=height, width=width, encoding=encoding, step=step, data=_bytes(pixels)
    )


def to_compressed_message(pixels: NDArray[np.uint8], header: Header) -> CompressedImage:
    """Make a JPEG message of (H, W, 3) uint8 RGB pixels."""
    return CompressedImage(
        header=header, format=encodings.JPEG_FORMAT, data=_bytes(encodings.to_jpeg(pixels))
    )


def _bytes(pixels: NDArray[np.uint8]) -> "array[int]":
    # rclpy takes this type as it is; it would check a list or bytes item by item.
    data = array("B")
    data.frombytes(np.ascontiguousarray(pixels).tobytes())
    return data
