"""Encodes depth as the transport ``compressedDepth`` does, one value at a time."""

import struct
from array import array

import cv2
import numpy as np
from image_messages import image
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage

QUANTIZATION, FARTHEST_M = 100.0, 10.0
A = QUANTIZATION * (QUANTIZATION + 1.0)
B = 1.0 - A / FARTHEST_M


def inverse_depth(depth_m: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Quantize the inverse depth; 0 for missing or distant depth."""
    known = np.isfinite(depth_m) & (depth_m > 0) & (depth_m < FARTHEST_M)
    return np.where(known, A / np.where(known, depth_m, 1.0) + B, 0).astype(np.uint16)


def compressed(stamp_ns: int, values: NDArray[np.uint16], form: str) -> CompressedImage:
    """Return the message of 16-bit values; ``form`` is its format."""
    in_metres = form.startswith("32FC1")
    header = struct.pack("<iff", 1 if in_metres else 0, *((A, B) if in_metres else (0.0, 0.0)))
    body = rvl(values) if form.endswith("rvl") else cv2.imencode(".png", values)[1].tobytes()
    message = CompressedImage(format=form, data=array("B", header + body))
    message.header = image(stamp_ns).header
    return message


def rvl(values: NDArray[np.uint16]) -> bytes:
    """Encode by Wilson's RVL."""
    nibbles: list[int] = []

    def put(number: int) -> None:
        while True:
            low, number = number & 7, number >> 3
            nibbles.append(low | (8 if number else 0))
            if not number:
                return

    flat, last, at = values.ravel().tolist(), 0, 0

    def run_length(zero: bool) -> int:
        end = at
        while end < len(flat) and (flat[end] == 0) == zero:
            end += 1
        return end - at

    while at < len(flat):
        zeros = run_length(zero=True)
        at += zeros
        others = run_length(zero=False)
        put(zeros)
        put(others)
        for value in flat[at : at + others]:
            step = value - last
            put(2 * step if step >= 0 else -2 * step - 1)
            last = value
        at += others
    nibbles += [0] * (-len(nibbles) % 8)
    words = [
        sum(nibble << (28 - 4 * i) for i, nibble in enumerate(nibbles[at : at + 8]))
        for at in range(0, len(nibbles), 8)
    ]
    return struct.pack(f"<II{len(words)}I", values.shape[1], values.shape[0], *words)
