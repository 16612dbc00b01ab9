"""A depth image with its calibration: from messages to arrays, and back to a message."""

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from samwise_ros.vision.depth import DepthError, FloatArray, Pinhole, require_finite
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

    def camera(self, shape: tuple[int, int], rectified: bool) -> Pinhole:
        """Return the projection of the camera.

        Args:
            shape: height and width of the image.
            rectified: whether the image is rectified. Its projection is P then, without
                distortion; else K with the distortion D.

        Raises:
            DepthError: the calibration has another size, a number that is not finite, no focal
                length or an unknown distortion model.
        """
        info = self.info
        if (info.height, info.width) != shape:
            raise DepthError("camera_info of another size", _sizes(shape, info))
        for name in ("d", "k", "r", "p"):
            require_finite(f"camera_info.{name}", np.array(getattr(info, name), np.float64))
        if rectified:
            matrix = np.array(info.p, np.float64).reshape(3, 4)[:, :3]
            return Pinhole(_with_focal_lengths(matrix, "p"), np.zeros(0))
        matrix = _with_focal_lengths(np.array(info.k, np.float64).reshape(3, 3), "k")
        distortion = np.array(info.d, np.float64)
        if distortion.any() and _COEFFICIENTS.get(info.distortion_model) != distortion.size:
            known = " or ".join(f"{count} of {name}" for name, count in _COEFFICIENTS.items())
            raise DepthError(
                "camera_info of an unknown distortion",
                f"expected {known}, got {distortion.size} of {info.distortion_model!r}",
            )
        return Pinhole(matrix, distortion)


def _with_focal_lengths(matrix: FloatArray, name: str) -> FloatArray:
    if matrix[0, 0] > 0 and matrix[1, 1] > 0:
        return matrix
    raise DepthError(
        "camera_info without calibration",
        f"expected focal lengths above 0 in {name}, got {matrix[0, 0]:g} and {matrix[1, 1]:g}",
    )


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
