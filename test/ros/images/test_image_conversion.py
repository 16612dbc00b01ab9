"""Messages to pixels and back; the encodings themselves: `test/vision/test_encodings.py`."""

import importlib.util
from array import array

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from samwise_ros.ros.image_conversion import (
    ImageError,
    compressed_to_rgb,
    to_compressed_message,
    to_image_message,
    to_rgb,
)

RGB = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
GREY = RGB[:, :, 0]


def message(pixels: NDArray[np.generic], encoding: str) -> Image:
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(pixels.shape[0], -1)
    return Image(
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        step=rows.shape[1],
        data=array("B", rows.tobytes()),
    )


@pytest.mark.parametrize(
    ("encoding", "pixels"),
    [
        ("rgb8", RGB),
        ("bgr8", RGB[:, :, ::-1]),
        ("rgb16", RGB.astype("<u2") * 256 + 3),
        ("32FC3", RGB.astype("<f4") / 255),
    ],
)
def test_pixels_of_a_message(encoding: str, pixels: NDArray[np.generic]) -> None:
    assert np.array_equal(to_rgb(message(pixels, encoding)), RGB)


def test_a_fault_is_named() -> None:
    short = message(RGB, "rgb8")
    short.data = array("B", bytes(143))
    with pytest.raises(ImageError, match="expected 144 bytes or more, got 143") as caught:
        to_rgb(short)
    assert caught.value.kind == "data too short"


@pytest.mark.skipif(
    importlib.util.find_spec("cv_bridge") is not None, reason="cv_bridge knows more encodings"
)
def test_unknown_encoding_is_refused_by_name() -> None:
    with pytest.raises(ImageError, match="'plasma7'") as caught:
        to_rgb(message(RGB, "plasma7"))
    assert caught.value.kind == "unknown encoding"


def test_a_compressed_message() -> None:
    _, data = cv2.imencode(".png", np.ascontiguousarray(RGB[:, :, ::-1]))
    image = compressed_to_rgb(CompressedImage(format="png", data=array("B", data.tobytes())))
    assert np.array_equal(image, RGB)


def test_messages_hold_the_pixels_and_the_header() -> None:
    header = Header(frame_id="optical")
    header.stamp.sec = 5
    colour = to_image_message(RGB, "rgb8", header)
    assert (colour.width, colour.height, colour.step) == (8, 6, 24)
    assert np.array_equal(to_rgb(colour), RGB)
    grey = to_image_message(GREY[:, ::2], "mono8", header)
    assert (grey.encoding, grey.step, grey.header) == ("mono8", 4, header)
    assert bytes(grey.data) == GREY[:, ::2].tobytes()
    assert compressed_to_rgb(to_compressed_message(RGB, header)).shape == RGB.shape


def test_agrees_with_cv_bridge() -> None:
    bridge = pytest.importorskip("cv_bridge", reason="comes with ROS 2 on a robot, not from PyPI")
    for encoding in ("rgb8", "bgr8", "mono8", "mono16", "bayer_rggb8", "bgra8"):
        channels = {"rgb8": 3, "bgr8": 3, "bgra8": 4}.get(encoding, 1)
        kind = "<u2" if encoding == "mono16" else "u1"
        pixels = np.zeros((6, 8, channels), kind) + np.arange(8, dtype=kind)[None, :, None]
        image = message(pixels, encoding)
        assert np.array_equal(to_rgb(image), bridge.CvBridge().imgmsg_to_cv2(image, "rgb8"))
