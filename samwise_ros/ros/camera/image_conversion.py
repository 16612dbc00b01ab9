"""Converts image messages to frames of the engine.

`samwise_ros.vision.encodings` decodes the pixels. cv_bridge is not used for its encodings: it
breaks if numpy is newer than the numpy that it was built with, and it copies. Other encodings go
to cv_bridge if it is installed.
"""

import importlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.engine.types import Frame
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.vision import encodings
from samwise_ros.vision.compressed import compressed_to_rgb
from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.intensity import BitDepth

ImageMessage: TypeAlias = Image | CompressedImage


def to_frame(message: ImageMessage, camera: str, bit_depth: BitDepth) -> Frame:
    """Return the frame of an image message.

    Args:
        message: raw or compressed.
        camera: name of the camera.
        bit_depth: bits in use by the camera's 16-bit images; the image updates it.

    Raises:
        ImageError: the message is inconsistent, damaged, or of an unknown encoding.
    """
    compressed = isinstance(message, CompressedImage)
    convert = compressed_to_rgb if compressed else to_rgb
    image = convert(message, bit_depth)
    return Frame(image, camera, to_nanoseconds(message.header.stamp))


def to_rgb(message: Image, bit_depth: BitDepth | None = None) -> NDArray[np.uint8]:
    """Return the pixels of an image message.

    Args:
        message: of any encoding of the table, or of cv_bridge if it is installed; either byte
            order, any row padding.
        bit_depth: bits in use by the camera's 16-bit images; ``None`` considers this image only.

    Returns:
        (H, W, 3) uint8, RGB, contiguous. The array can share the message's memory.

    Raises:
        ImageError: the message is inconsistent or its encoding is unknown.
    """
    try:
        return encodings.to_rgb(message, bit_depth)
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
    except Exception as error:  # also ImportError and KeyError with other versions of its libraries
        raise ImageError("unknown encoding", f"{message.encoding!r}: {error}") from error
