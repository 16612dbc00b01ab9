"""Conversion of compressed images, as messages or files, to RGB, and of RGB to JPEG.

A message is any object with the attributes of ``sensor_msgs/CompressedImage``; ROS is not needed.
"""

from io import BytesIO
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.intensity import BitDepth

MAX_DECODED_PIXELS = 2**25
"""Maximum size of a compressed image, since a few bytes can decode to a huge image."""

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "PPM", "JPEG2000")  # names in Pillow

JPEG_FORMAT = "rgb8; jpeg compressed bgr8"
"""Value of ``sensor_msgs/CompressedImage.format`` for the output of `to_jpeg`."""


class EncodedImage(Protocol):
    """The attributes of ``sensor_msgs/CompressedImage`` that the conversion reads."""

    format: str
    data: Any  # a buffer of bytes


def compressed_to_rgb(
    message: EncodedImage, bit_depth: BitDepth | None = None
) -> NDArray[np.uint8]:
    """Decode a compressed image message; see `decode_image`.

    Args:
        message: the image.
        bit_depth: as in `encodings.to_rgb`, for 16-bit greyscale images.

    Returns:
        (H, W, 3) uint8, RGB. An orientation tag is ignored, so that the result matches the raw
        topic of the same camera.

    Raises:
        ImageError: the data is not an image, or has more than `MAX_DECODED_PIXELS` pixels.
    """
    return decode_image(message.data, MAX_DECODED_PIXELS, bit_depth=bit_depth)


def decode_image(
    data: Any,
    max_pixels: int,
    *,
    apply_orientation: bool = False,
    bit_depth: BitDepth | None = None,
) -> NDArray[np.uint8]:
    """Decode the bytes of an image file.

    Args:
        data: JPEG, PNG, TIFF, WebP, BMP, PNM or JPEG 2000. OpenCV reads further formats, but only
            after it reserved memory for whatever size their header claims.
        max_pixels: a larger image is not decoded.
        apply_orientation: rotate by the file's EXIF tag.
        bit_depth: as in `encodings.to_rgb`, for 16-bit greyscale images; other 16-bit images keep
            their 8 highest bits.

    Returns:
        (H, W, 3) uint8, RGB, contiguous.

    Raises:
        ImageError: the data is not an image, or has more pixels.
    """
    pixels = np.frombuffer(data, np.uint8)
    if pixels.size == 0:
        raise ImageError("zero size", "got no bytes")
    width, height, mode = _header(data)
    check_size(width, height, max_pixels)
    flags = 0 if apply_orientation else cv2.IMREAD_IGNORE_ORIENTATION
    image = None
    try:
        if mode.startswith("I"):  # 16 or 32 bits of grey
            image = cv2.imdecode(pixels, flags | cv2.IMREAD_ANYDEPTH)
        if image is None or image.dtype != np.uint16:
            image = cv2.imdecode(pixels, flags | cv2.IMREAD_COLOR)
    except cv2.error as error:  # for example, out of memory
        raise ImageError("undecodable", f"{pixels.size} bytes: {error.err}") from error
    if image is None:
        raise ImageError("undecodable", f"{pixels.size} bytes that no decoder accepts")
    if image.dtype == np.uint16:
        grey = (bit_depth or BitDepth()).to_bytes(image)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


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
    width, height, _ = _header(data)
    return width, height


def _header(data: Any) -> tuple[int, int, str]:
    """Read width, height and Pillow's mode from the header."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            return *image.size, image.mode
    except Image.DecompressionBombError as error:  # above Pillow's limit, which is higher
        raise ImageError("too large", str(error)) from error
    except Exception as error:  # Pillow raises many types for damaged headers
        raise ImageError("undecodable", f"{len(data)} bytes without a valid header") from error


def to_jpeg(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Encode (H, W, 3) uint8 RGB pixels as JPEG; returns the bytes, (N,) uint8."""
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return np.asarray(encoded, np.uint8)
