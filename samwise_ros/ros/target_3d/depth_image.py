"""A depth image with its calibration: from messages to arrays, and back to a message."""

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
# Number of coefficients of each distortion model that OpenCV and ROS share.
_COEFFICIENTS = {"plumb_bob": 5, "rational_polynomial": 8}


@dataclass(frozen=True, eq=False)
class DepthImage:
    """A depth image and its calibration.

    Attributes:
        message: the depth, aligned to the camera's image.
        info: calibration of the camera's image.
    """

    message: Image
    info: CameraInfo

    def pixels(self, header: Header, shape: tuple[int, int]) -> NDArray[Any]:
        """Return the depth as an array.

        Args:
            header: of the image that the depth is aligned to.
            shape: height and width of that image.

        Returns:
            (H, W) uint16 in millimetres or float32 in metres, in either byte order. The array
            shares the message's memory.

        Raises:
            DepthError: the depth has another encoding, size or frame.
            ImageError: the message is inconsistent.
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
        """Return the projection of the camera.

        Args:
            shape: height and width of the image.

        Raises:
            DepthError: the calibration has another size, no focal length or an unknown
                distortion model.
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
    """Return a depth message that is invalid outside a mask: 0 in millimetres, NaN in metres.

    Args:
        pixels: (H, W) as `DepthImage.pixels` returns them.
        mask: (H, W) bool.
        header: of the image.
    """
    integer = np.issubdtype(pixels.dtype, np.integer)
    kept = np.where(mask, pixels, 0 if integer else np.nan).astype("<u2" if integer else "<f4")
    return Image(
        header=header,
        height=kept.shape[0],
        width=kept.shape[1],
        encoding="16UC1" if integer else "32FC1",
        step=kept.strides[0],
        data=array("B", kept.tobytes()),
    )


def _sizes(shape: tuple[int, int], got: Image | CameraInfo) -> str:
    return f"expected the image's {shape[1]} x {shape[0]} pixels, got {got.width} x {got.height}"
