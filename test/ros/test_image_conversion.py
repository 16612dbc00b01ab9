"""Every encoding of the table, every fault, and the way back."""

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
ALPHA = np.full((6, 8, 1), 7, np.uint8)
MOSAIC = {
    "rggb": ((0, 1), (1, 2)),
    "bggr": ((2, 1), (1, 0)),
    "gbrg": ((1, 2), (0, 1)),
    "grbg": ((1, 0), (2, 1)),
}


def message(
    pixels: NDArray[np.generic], encoding: str, padding: int = 0, big_endian: bool = False
) -> Image:
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(pixels.shape[0], -1)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    return Image(
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        is_bigendian=int(big_endian),
        step=padded.shape[1],
        data=array("B", padded.tobytes()),
    )


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize(
    ("encoding", "pixels"),
    [
        ("rgb8", RGB),
        ("bgr8", RGB[:, :, ::-1]),
        ("rgba8", np.concatenate([RGB, ALPHA], 2)),
        ("bgra8", np.concatenate([RGB[:, :, ::-1], ALPHA], 2)),
        ("rgb16", RGB.astype("<u2") * 256 + 3),
        ("bgr16", RGB[:, :, ::-1].astype("<u2") * 256),
        ("32FC3", RGB.astype("<f4") / 255),
    ],
)
def test_colours_come_back(encoding: str, pixels: NDArray[np.generic], padding: int) -> None:
    image = to_rgb(message(pixels, encoding, padding))
    assert np.array_equal(image, RGB)
    assert image.flags.c_contiguous


@pytest.mark.parametrize(
    ("encoding", "pixels", "big_endian"),
    [
        ("mono8", GREY, False),
        ("8UC1", GREY, False),
        ("mono16", GREY.astype("<u2") * 256 + 1, False),
        ("16UC1", GREY.astype("<u2") * 256, False),
        ("16UC1", (GREY.astype("u2") * 256).astype(">u2"), True),
        ("32FC1", GREY.astype("<f4") / 255, False),
        ("32FC1", (GREY.astype("f4") / 255).astype(">f4"), True),
    ],
)
def test_grey_comes_back_in_three_channels(
    encoding: str, pixels: NDArray[np.generic], big_endian: bool
) -> None:
    image = to_rgb(message(pixels, encoding, 3, big_endian))
    assert np.array_equal(image, np.repeat(GREY[:, :, None], 3, 2))


@pytest.mark.parametrize("encoding", ["uyvy", "yuv422", "yuyv", "yuv422_yuy2"])
def test_yuv_of_one_colour(encoding: str) -> None:
    luma, blue, red = 82, 90, 240  # BT.601 of a saturated red
    quad = (blue, luma, red, luma) if encoding in ("uyvy", "yuv422") else (luma, blue, luma, red)
    pixels = np.tile(np.array(quad, np.uint8).reshape(1, 2, 2), (6, 4, 1))
    image = to_rgb(message(pixels, encoding, 4))
    assert image.shape == (6, 8, 3)
    assert np.abs(image.astype(int) - (255, 0, 0)).max() < 8


@pytest.mark.parametrize("depth", ["8", "16"])
@pytest.mark.parametrize("order", sorted(MOSAIC))
def test_mosaic_of_one_colour(order: str, depth: str) -> None:
    colour = np.array([200, 100, 50], np.uint8)
    mosaic = np.tile(colour[np.array(MOSAIC[order])], (4, 4))
    pixels = mosaic if depth == "8" else mosaic.astype("<u2") * 256
    image = to_rgb(message(pixels, f"bayer_{order}{depth}"))
    assert np.array_equal(image, np.broadcast_to(colour, (8, 8, 3)))


def test_last_row_may_lack_its_padding() -> None:
    short = message(RGB, "rgb8", 5)
    short.data = short.data[:-5]
    assert np.array_equal(to_rgb(short), RGB)


def _broken(**changes: object) -> Image:
    image = message(RGB, "rgb8")
    for name, value in changes.items():
        setattr(image, name, value)
    return image


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (_broken(width=0), "zero size"),
        (_broken(height=0), "zero size"),
        (_broken(step=23), "step too small"),
        (_broken(step=0), "step too small"),
        (_broken(data=array("B", bytes(143))), "data too short"),
        (_broken(height=2**32 - 1, step=2**32 - 1), "data too short"),
        (message(np.full((2, 2), np.nan, "<f4"), "32FC1"), "not finite"),
        (message(np.full((2, 2), np.inf, "<f4"), "32FC1"), "not finite"),
        (message(RGB[:, :3, :2], "uyvy"), "undecodable"),
    ],
)
def test_faults_are_named(broken: Image, kind: str) -> None:
    with pytest.raises(ImageError, match=kind) as caught:
        to_rgb(broken)
    assert caught.value.kind == kind


@pytest.mark.skipif(
    importlib.util.find_spec("cv_bridge") is not None, reason="cv_bridge knows more encodings"
)
def test_unknown_encoding_is_refused_by_name() -> None:
    with pytest.raises(ImageError, match="'plasma7'") as caught:
        to_rgb(message(RGB, "plasma7"))
    assert caught.value.kind == "unknown encoding"


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_compressed_image_is_decoded(suffix: str) -> None:
    smooth = np.full((6, 8, 3), (200, 100, 50), np.uint8)
    _, data = cv2.imencode(suffix, smooth[:, :, ::-1])
    image = compressed_to_rgb(CompressedImage(format=suffix[1:], data=array("B", data.tobytes())))
    assert np.abs(image.astype(int) - smooth).max() <= 3


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"", "zero size"), (b"no image", "undecodable"), (b"\xff\xd8", "undecodable")],
)
def test_compressed_faults_are_named(data: bytes, kind: str) -> None:
    with pytest.raises(ImageError) as caught:
        compressed_to_rgb(CompressedImage(format="jpeg", data=array("B", data)))
    assert caught.value.kind == kind


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
