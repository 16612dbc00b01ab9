"""A depth image and its camera's parameters: from messages to numbers, and back to a message."""

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from samwise_ros.vision.depth import DepthError, Pinhole
from samwise_ros.vision.encodings import LAYOUTS, as_array
from samwise_ros.vision.masks import Mask

ENCODINGS = ("16UC1", "32FC1")
# How many coefficients OpenCV expects of each model that it shares with ROS.
_COEFFICIENTS = {"plumb_bob": 5, "rational_polynomial": 8}


@dataclass(frozen=True, eq=False)
class DepthImage:
    """What a depth camera sent.

    Attributes:
        message: the depth, aligned to the camera's image.
        info: of the camera's image.
    """

    message: Image
    info: CameraInfo

    def pixels(self, header: Header, shape: tuple[int, int]) -> NDArray[Any]:
        """See the depth as numbers.

        Args:
            header: of the image that the depth should lie over.
            shape: height and width of that image.

        Returns:
            (H, W) uint16 in millimetres or float32 in metres, of either byte order; it shares the
            message's memory.

        Raises:
            DepthError: the depth is of another kind, size or frame.
            ImageError: the message contradicts itself.
        """
        message = self.message
        if message.encoding not in ENCODINGS:
            raise DepthError(
                "unknown depth encoding",
                f"expected {' or '.join(ENCODINGS)}, got {message.encoding!r}",
            )
        if (message.height, message.width) != shape:
            raise DepthError("depth of another size", _sizes(shape, message))
        if message.header.frame_id != header.frame_id:
            raise DepthError(
                "depth of another frame",
                f"expected depth aligned to the image, in {header.frame_id!r}, "
                f"got {message.header.frame_id!r}",
            )
        return as_array(message, LAYOUTS[message.encoding])

    def camera(self, shape: tuple[int, int]) -> Pinhole:
        """Give how the camera maps space to the image's pixels.

        Args:
            shape: height and width of the image.

        Raises:
            DepthError: the parameters are of another size, missing or of an unknown kind.
        """
        info = self.info
        if (info.height, info.width) != shape:
            raise DepthError("camera_info of another size", _sizes(shape, info))
        matrix = np.array(info.k, np.float64).reshape(3, 3)
        if not (np.isfinite(matrix).all() and matrix[0, 0] > 0 and matrix[1, 1] > 0):
            raise DepthError(
                "camera_info without calibration",
                f"expected focal lengths above 0, got {matrix[0, 0]:g} and {matrix[1, 1]:g}",
            )
        distortion = np.array(info.d, np.float64)
        if distortion.any() and _COEFFICIENTS.get(info.distortion_model) != distortion.size:
            known = " or ".join(f"{count} of {name}" for name, count in _COEFFICIENTS.items())
            raise DepthError(
                "camera_info of an unknown distortion",
                f"expected {known}, got {distortion.size} of {info.distortion_model!r}",
            )
        return Pinhole(matrix, distortion)


def masked_depth(pixels: NDArray[Any], mask: Mask, header: Header) -> Image:
    """Make a depth message in which all but a mask is unknown: 0, or NaN in metres.

    Args:
        pixels: (H, W) as `DepthImage.pixels` gives them.
        mask: (H, W) bool.
        header: of the image.
    """
    whole = np.issubdtype(pixels.dtype, np.integer)
    kept = np.where(mask, pixels, 0 if whole else np.nan).astype("<u2" if whole else "<f4")
    return Image(
        header=header,
        height=kept.shape[0],
        width=kept.shape[1],
        encoding="16UC1" if whole else "32FC1",
        step=kept.strides[0],
        data=array("B", kept.tobytes()),
    )


def _sizes(shape: tuple[int, int], got: Image | CameraInfo) -> str:
    return f"expected the image's {shape[1]} x {shape[0]} pixels, got {got.width} x {got.height}"
