"""A depth image with its calibration: from messages to arrays, and back to a message."""

from array import array
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Header

from samwise_ros.ros.target_3d.compressed_depth import decode_depth
from samwise_ros.vision.depth import DepthError, FloatArray, Pinhole, require_finite
from samwise_ros.vision.encodings import LAYOUTS, as_array
from samwise_ros.vision.masks import Mask

ENCODINGS = ("16UC1", "32FC1")
DepthMessage: TypeAlias = Image | CompressedImage
# Numbers of coefficients of each distortion model that OpenCV and ROS share.
_COEFFICIENTS = {"plumb_bob": (4, 5), "rational_polynomial": (8, 12, 14)}


@dataclass(frozen=True, eq=False)
class DepthImage:
    """A depth image and its calibration.

    Attributes:
        message: the depth, raw or compressed, aligned to the camera's image.
        info: calibration of the camera's image.
    """

    message: DepthMessage
    info: CameraInfo

    def pixels(self, header: Header, shape: tuple[int, int]) -> NDArray[Any]:
        """Return the depth as an array.

        Args:
            header: of the image that the depth is aligned to.
            shape: height and width of that image.

        Returns:
            (H, W) uint16 in millimetres or float32 in metres, in either byte order. Depth of
            another size but the same proportions is sampled at the nearest pixels. Otherwise the
            array can share the message's memory.

        Raises:
            DepthError: the depth has another encoding, other proportions or another frame.
            ImageError: the message is inconsistent or damaged.
        """
        pixels = _decoded(self.message)
        depth_shape = (pixels.shape[0], pixels.shape[1])
        if depth_shape != shape and not _in_proportion(depth_shape, shape):
            detail = f"or in proportion, got {depth_shape[1]} x {depth_shape[0]}"
            raise DepthError(
                "depth of another size",
                f"expected depth of the image's {shape[1]} x {shape[0]} pixels {detail}",
            )
        frame_id = self.message.header.frame_id
        if frame_id != header.frame_id:
            raise DepthError(
                "depth of another frame",
                f"expected depth aligned to the image, in {header.frame_id!r}, got {frame_id!r}",
            )
        return pixels if depth_shape == shape else _resampled(pixels, shape)

    def camera(self, shape: tuple[int, int], rectified: bool) -> Pinhole:
        """Return the projection of the camera.

        Args:
            shape: height and width of the image.
            rectified: whether the image is rectified. Its projection is P then, without
                distortion; else K with the distortion D. The fourth column of P is the place of
                a stereo camera beside the first one. It is not used, as in the clouds of
                depth_image_proc: the origin of the image's frame is the camera that took it.

        Raises:
            DepthError: the calibration has another size, a number that is not finite, no focal
                length or an unknown distortion model.
        """
        info = self.info
        if _image_size(info) != (shape[1], shape[0]):
            width, height = _image_size(info)
            raise DepthError(
                "camera_info of another size",
                f"expected the image's {shape[1]} x {shape[0]} pixels, got {width} x {height}",
            )
        for name in ("d", "k", "r", "p"):
            require_finite(f"camera_info.{name}", np.array(getattr(info, name), np.float64))
        if rectified:
            matrix = np.array(info.p, np.float64).reshape(3, 4)[:, :3]
            return Pinhole(_of_image(_with_focal_lengths(matrix, "p"), info), np.zeros(0))
        matrix = _with_focal_lengths(np.array(info.k, np.float64).reshape(3, 3), "k")
        distortion = np.array(info.d, np.float64)
        counts = _COEFFICIENTS.get(info.distortion_model, ())
        if distortion.any() and distortion.size not in counts:
            known = " or ".join(
                f"{', '.join(map(str, some))} of {name}" for name, some in _COEFFICIENTS.items()
            )
            raise DepthError(
                "camera_info of an unknown distortion",
                f"expected {known}, got {distortion.size} of {info.distortion_model!r}",
            )
        return Pinhole(_of_image(matrix, info), distortion)


def _decoded(message: DepthMessage) -> NDArray[Any]:
    if isinstance(message, CompressedImage):
        return decode_depth(message)[1]
    if message.encoding not in ENCODINGS:
        expected = f"expected {' or '.join(ENCODINGS)}, got {message.encoding!r}"
        raise DepthError("unknown depth encoding", expected)
    return as_array(message, LAYOUTS[message.encoding])


def _in_proportion(of_depth: tuple[int, int], of_image: tuple[int, int]) -> bool:
    """Return whether one scale fits both sides, to a pixel of the smaller image.

    >>> _in_proportion((360, 640), (720, 1280)), _in_proportion((480, 640), (720, 1280))
    (True, False)
    """
    (height, width), (image_height, image_width) = of_depth, of_image
    smaller = min(of_depth, of_image)
    error = abs(width * image_height - height * image_width)
    return min(smaller) > 0 and error <= max(image_width, width)


def _resampled(pixels: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """Return the nearest pixels for an image of another size, pixel centres on pixel centres."""
    rows, columns = (
        ((np.arange(size) + 0.5) * own / size).astype(np.intp)
        for size, own in zip(shape, pixels.shape, strict=True)
    )
    sampled: NDArray[Any] = pixels[rows[:, None], columns]
    return sampled


def _image_size(info: CameraInfo) -> tuple[int, int]:
    """Return the width and height of the images of a calibration, after its ROI and binning."""
    roi = info.roi
    width, height = (
        (roi.width, roi.height) if roi.width and roi.height else (info.width, info.height)
    )
    return width // max(info.binning_x, 1), height // max(info.binning_y, 1)


def _of_image(matrix: FloatArray, info: CameraInfo) -> FloatArray:
    """Return the camera matrix of an image with the ROI and the binning of a calibration.

    The matrices of camera_info are those of the full resolution.
    """
    cropped = matrix.copy()
    cropped[:2, 2] -= (info.roi.x_offset, info.roi.y_offset)
    cropped[:2] /= np.array([[max(info.binning_x, 1)], [max(info.binning_y, 1)]])
    return cropped


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
