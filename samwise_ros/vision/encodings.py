"""Conversion of image messages to RGB, and of RGB to JPEG.

`LAYOUTS` lists the supported encodings. A message is any object with the attributes of
``sensor_msgs/Image`` or ``sensor_msgs/CompressedImage``; ROS is not needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

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
MAX_DECODED_PIXELS = 2**25
"""Maximum size of a compressed image, since a few bytes can decode to a huge image."""

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "PPM", "JPEG2000")  # names in Pillow


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


class EncodedImage(Protocol):
    """The attributes of ``sensor_msgs/CompressedImage`` that the conversion reads."""

    format: str
    data: Any  # a buffer of bytes


JPEG_FORMAT = "rgb8; jpeg compressed bgr8"
"""Value of ``sensor_msgs/CompressedImage.format`` for the output of `to_jpeg`."""


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
    LAYOUTS[f"bayer_{_name}8"] = EncodingLayout("u1", 1, _colour(_code))
    LAYOUTS[f"bayer_{_name}16"] = EncodingLayout("u2", 1, _colour(_code))


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
        raise ImageError("unknown encoding", f"expected one of {known}, got {message.encoding!r}")
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


def compressed_to_rgb(message: EncodedImage) -> NDArray[np.uint8]:
    """Decode a compressed image message; see `decode_image`.

    Returns:
        (H, W, 3) uint8, RGB. An orientation tag is ignored, so that the result matches the raw
        topic of the same camera.

    Raises:
        ImageError: the data is not an image, or has more than `MAX_DECODED_PIXELS` pixels.
    """
    return decode_image(message.data, MAX_DECODED_PIXELS)


def decode_image(
    data: Any, max_pixels: int, *, apply_orientation: bool = False
) -> NDArray[np.uint8]:
    """Decode the bytes of an image file.

    Args:
        data: JPEG, PNG, TIFF, WebP, BMP, PNM or JPEG 2000. OpenCV reads further formats, but only
            after it reserved memory for whatever size their header claims.
        max_pixels: a larger image is not decoded.
        apply_orientation: rotate by the file's EXIF tag.

    Returns:
        (H, W, 3) uint8, RGB, contiguous.

    Raises:
        ImageError: the data is not an image, or has more pixels.
    """
    pixels = np.frombuffer(data, np.uint8)
    if pixels.size == 0:
        raise ImageError("zero size", "got no bytes")
    check_size(*encoded_size(data), max_pixels)
    orientation = 0 if apply_orientation else cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(pixels, cv2.IMREAD_COLOR | orientation)
    except cv2.error as error:  # for example, out of memory
        raise ImageError("undecodable", f"{pixels.size} bytes: {error.err}") from error
    if image is None:
        raise ImageError("undecodable", f"{pixels.size} bytes that no decoder accepts")
    return _from_bgr(image)


def check_size(width: int, height: int, max_pixels: int = MAX_DECODED_PIXELS) -> None:
    """Check the size of a compressed image before it is decoded.

    Raises:
        ImageError: it has more pixels.
    """
    if width * height > max_pixels:
        raise ImageError(
            "too large", f"expected at most {max_pixels} pixels, got {width} x {height}"
        )


def encoded_size(data: Any) -> tuple[int, int]:
    """Read width and height from the header.

    Raises:
        ImageError: there is no valid header.
    """
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            return image.size
    except Image.DecompressionBombError as error:  # above Pillow's limit, which is higher
        raise ImageError("too large", str(error)) from error
    except Exception as error:  # Pillow raises many types for damaged headers
        raise ImageError("undecodable", f"{len(data)} bytes without a valid header") from error


def to_jpeg(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Encode (H, W, 3) uint8 RGB pixels as JPEG; returns the bytes, (N,) uint8."""
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return np.asarray(encoded, np.uint8)
