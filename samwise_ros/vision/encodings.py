"""Conversion of raw image messages to RGB.

`LAYOUTS` lists the supported encodings. A message is any object with the attributes of
``sensor_msgs/Image``; ROS is not needed.
"""

import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.vision.intensity import BitDepth

ImageFault = Literal[
    "unknown encoding",
    "zero size",
    "step too small",
    "data too short",
    "not finite",
    "undecodable",
    "too large",
]


class ImageError(ValueError):
    """An image message that cannot be converted.

    Attributes:
        kind: the kind of fault, the same text for every message with this fault.
    """

    def __init__(self, kind: ImageFault, detail: str) -> None:
        """Build the message from the kind and the details."""
        super().__init__(f"{kind}: {detail}")
        self.kind: ImageFault = kind


class RawImage(Protocol):
    """The attributes of ``sensor_msgs/Image`` that the conversion reads."""

    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Any  # a buffer of bytes


@dataclass(frozen=True)
class EncodingLayout:
    """Memory layout of an encoding, and its conversion to RGB.

    Attributes:
        item: numpy type code of one value, without byte order.
        channels: values per pixel.
        to_rgb: converts (H, W) or (H, W, channels) to (H, W, 3) uint8; 16-bit values are reduced
            to 8 bits before.
    """

    item: str
    channels: int
    to_rgb: Callable[[NDArray[Any]], NDArray[np.uint8]]


def _colour(code: int) -> Callable[[NDArray[Any]], NDArray[np.uint8]]:
    def to_rgb(pixels: NDArray[Any]) -> NDArray[np.uint8]:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), code), np.uint8)

    return to_rgb


def _yuv422(code: int) -> Callable[[NDArray[Any]], NDArray[np.uint8]]:
    convert = _colour(code)

    def to_rgb(pixels: NDArray[Any]) -> NDArray[np.uint8]:
        width = pixels.shape[1]
        if width % 2:  # OpenCV 4.6 converts it, past the end of its memory: it can crash
            raise ImageError("undecodable", f"expected an even width for YUV 4:2:2, got {width}")
        return convert(pixels)

    return to_rgb


def _bayer(code: int) -> Callable[[NDArray[Any]], NDArray[np.uint8]]:
    convert = _colour(code)

    def to_rgb(pixels: NDArray[Any]) -> NDArray[np.uint8]:
        height, width = pixels.shape
        if min(height, width) < 3:  # OpenCV returns black
            raise ImageError(
                "undecodable", f"expected 3 x 3 Bayer pixels or more, got {width} x {height}"
            )
        return convert(pixels)

    return to_rgb


def _unit_range(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if not np.isfinite(pixels).all():
        raise ImageError("not finite", "expected values from 0 to 1, got NaN or infinity")
    bytes_: NDArray[np.uint8] = np.rint(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)
    return bytes_


def _identity(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    same: NDArray[np.uint8] = np.ascontiguousarray(pixels)
    return same


_from_bgr = _colour(cv2.COLOR_BGR2RGB)
_from_grey = _colour(cv2.COLOR_GRAY2RGB)
_from_uyvy = _yuv422(cv2.COLOR_YUV2RGB_UYVY)
_from_yuyv = _yuv422(cv2.COLOR_YUV2RGB_YUY2)
# OpenCV names a Bayer pattern by its second row, ROS by its first row.
_BAYER_CODES = {
    "rggb": cv2.COLOR_BayerBG2RGB,
    "bggr": cv2.COLOR_BayerRG2RGB,
    "gbrg": cv2.COLOR_BayerGR2RGB,
    "grbg": cv2.COLOR_BayerGB2RGB,
}
LAYOUTS: dict[str, EncodingLayout] = {
    "rgb8": EncodingLayout("u1", 3, _identity),
    "bgr8": EncodingLayout("u1", 3, _from_bgr),
    "rgba8": EncodingLayout("u1", 4, _colour(cv2.COLOR_RGBA2RGB)),
    "bgra8": EncodingLayout("u1", 4, _colour(cv2.COLOR_BGRA2RGB)),
    "mono8": EncodingLayout("u1", 1, _from_grey),
    "8UC1": EncodingLayout("u1", 1, _from_grey),
    "rgb16": EncodingLayout("u2", 3, _identity),
    "bgr16": EncodingLayout("u2", 3, _from_bgr),
    "mono16": EncodingLayout("u2", 1, _from_grey),
    "16UC1": EncodingLayout("u2", 1, _from_grey),
    "32FC1": EncodingLayout("f4", 1, lambda pixels: _from_grey(_unit_range(pixels))),
    "32FC3": EncodingLayout("f4", 3, _unit_range),
    "uyvy": EncodingLayout("u1", 2, _from_uyvy),
    "yuv422": EncodingLayout("u1", 2, _from_uyvy),
    "yuyv": EncodingLayout("u1", 2, _from_yuyv),
    "yuv422_yuy2": EncodingLayout("u1", 2, _from_yuyv),
}
for _name, _code in _BAYER_CODES.items():
    LAYOUTS[f"bayer_{_name}8"] = EncodingLayout("u1", 1, _bayer(_code))
    LAYOUTS[f"bayer_{_name}16"] = EncodingLayout("u2", 1, _bayer(_code))


def to_rgb(message: RawImage, bit_depth: BitDepth | None = None) -> NDArray[np.uint8]:
    """Convert an image message to RGB.

    16-bit values keep the 8 highest bits in use, and floats range from 0 to 1. ``8UC1`` and
    ``16UC1`` are greyscale.

    Args:
        message: an image in an encoding of `LAYOUTS`, with any byte order and row padding.
        bit_depth: bits in use by the 16-bit images of the camera so far, which the image updates;
            ``None`` considers this image only.

    Returns:
        (H, W, 3) uint8, RGB, contiguous. It may share the message's memory.

    Raises:
        ImageError: the message is inconsistent or its encoding is unknown.
    """
    if message.height == 0 or message.width == 0:
        raise ImageError("zero size", f"got {message.width} x {message.height} pixels")
    layout = LAYOUTS.get(message.encoding)
    if layout is None:
        known = ", ".join(LAYOUTS)
        got = reprlib.repr(message.encoding)  # it can be long
        raise ImageError("unknown encoding", f"expected one of {known}, got {got}")
    pixels = as_array(message, layout)
    if layout.item == "u2":
        pixels = (bit_depth or BitDepth()).to_bytes(pixels)
    try:
        return layout.to_rgb(pixels)
    except cv2.error as error:
        raise ImageError("undecodable", f"{message.encoding}: {error.err}") from error


def as_array(message: RawImage, layout: EncodingLayout) -> NDArray[Any]:
    """Return the message's data as an array (H, W) or (H, W, channels), without a copy.

    Raises:
        ImageError: the step or the data is too short.
    """
    item = np.dtype(layout.item).newbyteorder(">" if message.is_bigendian else "<")
    row = message.width * layout.channels * item.itemsize
    if message.step < row:
        raise ImageError("step too small", f"expected {row} bytes or more, got {message.step}")
    # Some drivers omit the padding of the last row.
    needed = message.step * (message.height - 1) + row
    data = np.frombuffer(message.data, np.uint8)
    if data.size < needed:
        raise ImageError("data too short", f"expected {needed} bytes or more, got {data.size}")
    shape = (message.height, message.width, layout.channels)
    strides = (message.step, layout.channels * item.itemsize, item.itemsize)
    pixels: NDArray[Any] = np.ndarray(shape, item, data, strides=strides)
    return pixels[:, :, 0] if layout.channels == 1 else pixels
