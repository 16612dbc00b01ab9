"""Decodes depth images of the transport ``compressedDepth``.

The data begins with a header of 12 bytes: an integer that is not needed, and the two floats a and b
of the quantization. A PNG or an RVL stream of 16-bit values follows. For ``16UC1`` they are the
depth in millimetres. For ``32FC1`` a value v > 0 is the inverse depth: the depth is a / (v - b)
metres.

RVL is the lossless code for depth by A. Wilson, "Fast Lossless Depth Image Compression" (2017).
"""

import struct
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.vision.compressed import EncodedImage, check_size, encoded_size
from samwise_ros.vision.encodings import ImageError

_HEADER = struct.Struct("<iff")
_RVL_SIZE = struct.Struct("<II")
_NIBBLE_SHIFTS = np.arange(28, -4, -4, dtype=np.uint32)
_MAX_NIBBLES = 10  # more than a run in the largest image needs
_TRANSPORTS = {
    "compressedDepth": "png",
    "compressedDepth png": "png",
    "compressedDepth rvl": "rvl",
}


def decode_depth(message: EncodedImage) -> tuple[str, NDArray[Any]]:
    """Decode a compressed depth image.

    Args:
        message: its format is an encoding, ``; compressedDepth`` and optionally ``png`` or ``rvl``.

    Returns:
        The encoding, ``16UC1`` or ``32FC1``, and the (H, W) depth: uint16 in millimetres with 0 for
        missing depth, or float32 in metres with NaN.

    Raises:
        ImageError: the format is unknown, or the data is damaged or too large.
    """
    encoding, _, transport = message.format.partition(";")
    code = _TRANSPORTS.get(transport.strip())
    if encoding not in ("16UC1", "32FC1") or code is None:
        raise ImageError(
            "unknown encoding",
            "expected '16UC1; compressedDepth' or '32FC1; compressedDepth', with png or rvl, "
            f"got {message.format!r}",
        )
    data = bytes(message.data)
    if len(data) <= _HEADER.size:
        raise ImageError("data too short", f"expected more than 12 bytes, got {len(data)}")
    _, a, b = _HEADER.unpack_from(data)
    values = (_from_png if code == "png" else _from_rvl)(data[_HEADER.size :])
    if encoding == "16UC1":
        return encoding, values
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = np.float32(a) / (values.astype(np.float32) - np.float32(b))
    return encoding, np.where(values > 0, depth, np.float32(np.nan))


def _from_png(data: bytes) -> NDArray[np.uint16]:
    check_size(*encoded_size(data))
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise ImageError("undecodable", f"depth as PNG: {error.err}") from error
    if values is None or values.ndim != 2 or values.dtype != np.uint16:
        got = "no image" if values is None else f"{values.shape} {values.dtype}"
        raise ImageError("undecodable", f"expected a PNG of one channel with 16 bits, got {got}")
    return np.asarray(values, np.uint16)


def _from_rvl(data: bytes) -> NDArray[np.uint16]:
    if len(data) < _RVL_SIZE.size:
        raise ImageError("data too short", f"expected 8 bytes of RVL or more, got {len(data)}")
    width, height = _RVL_SIZE.unpack_from(data)
    check_size(width, height)
    if width * height == 0:
        raise ImageError("zero size", f"got {width} x {height} pixels")
    numbers = _rvl_numbers(data[_RVL_SIZE.size :])
    count, place, at = width * height, 0, 0
    runs: list[tuple[int, int]] = []
    steps = [np.zeros(0, np.int64)]
    # Runs of zeros and of other values alternate; the lengths of two runs stand before the second.
    while place < count:
        zeros, others = numbers[at : at + 2].tolist() if at + 2 <= numbers.size else (0, 0)
        begin, end = place + zeros, place + zeros + others
        at, place = at + 2 + others, end
        if at > numbers.size:
            raise ImageError("data too short", f"RVL ends before pixel {end} of {count}")
        if zeros + others == 0 or end > count:
            raise ImageError("undecodable", f"RVL with an invalid run before pixel {end}")
        runs.append((begin, end))
        coded = numbers[at - others : at]
        steps.append((coded >> 1) ^ -(coded & 1))
    # Each value is the difference from the last one that is not zero.
    values = np.cumsum(np.concatenate(steps)).astype(np.uint16)
    pixels, used = np.zeros(count, np.uint16), 0
    for begin, end in runs:
        pixels[begin:end] = values[used : used + end - begin]
        used += end - begin
    return pixels.reshape(height, width)


def _rvl_numbers(data: bytes) -> NDArray[np.int64]:
    """Return the numbers of a stream: 3 bits in each half byte, lowest first; 8 means more."""
    words = np.frombuffer(data[: len(data) // 4 * 4], "<u4")
    nibbles = ((words[:, None] >> _NIBBLE_SHIFTS) & 0xF).ravel().astype(np.int64)
    ends = np.flatnonzero(nibbles < 8)
    if ends.size == 0:
        return np.zeros(0, np.int64)
    begins = np.concatenate([[0], ends[:-1] + 1])
    if (ends - begins).max() + 1 > _MAX_NIBBLES:
        raise ImageError("undecodable", "RVL with a number of more than 30 bits")
    nibbles = nibbles[: ends[-1] + 1]
    order = np.arange(nibbles.size) - np.repeat(begins, ends - begins + 1)
    return np.add.reduceat((nibbles & 7) << (3 * order), begins)
