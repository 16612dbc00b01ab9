"""Every supported encoding converts to RGB, and every fault raises."""

import struct
from dataclasses import dataclass
from zlib import crc32

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from samwise_ros.vision.compressed import compressed_to_rgb, to_jpeg
from samwise_ros.vision.encodings import ImageError, to_rgb

RGB = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
GREY = RGB[:, :, 0]
ALPHA = np.full((6, 8, 1), 7, np.uint8)
MOSAIC = {
    "rggb": ((0, 1), (1, 2)),
    "bggr": ((2, 1), (1, 0)),
    "gbrg": ((1, 2), (0, 1)),
    "grbg": ((1, 0), (2, 1)),
}


@dataclass
class Message:
    """Attributes of `sensor_msgs/Image`."""

    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: bytes


@dataclass
class Compressed:
    """Attributes of `sensor_msgs/CompressedImage`."""

    format: str
    data: bytes


def message(
    pixels: NDArray[np.generic], encoding: str, padding: int = 0, big_endian: bool = False
) -> Message:
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(pixels.shape[0], -1)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    height, width = pixels.shape[:2]
    return Message(height, width, encoding, int(big_endian), padded.shape[1], padded.tobytes())


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
def test_colour_encodings(encoding: str, pixels: NDArray[np.generic], padding: int) -> None:
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
def test_grey_encodings_return_three_channels(
    encoding: str, pixels: NDArray[np.generic], big_endian: bool
) -> None:
    image = to_rgb(message(pixels, encoding, 3, big_endian))
    assert np.array_equal(image, np.repeat(GREY[:, :, None], 3, 2))


@pytest.mark.parametrize("encoding", ["uyvy", "yuv422", "yuyv", "yuv422_yuy2"])
def test_yuv_encodings(encoding: str) -> None:
    luma, blue, red = 82, 90, 240  # BT.601 of a saturated red
    quad = (blue, luma, red, luma) if encoding in ("uyvy", "yuv422") else (luma, blue, luma, red)
    pixels = np.tile(np.array(quad, np.uint8).reshape(1, 2, 2), (6, 4, 1))
    image = to_rgb(message(pixels, encoding, 4))
    assert image.shape == (6, 8, 3)
    assert np.abs(image.astype(int) - (255, 0, 0)).max() < 8


@pytest.mark.parametrize("depth", ["8", "16"])
@pytest.mark.parametrize("order", sorted(MOSAIC))
def test_bayer_encodings(order: str, depth: str) -> None:
    colour = np.array([200, 100, 50], np.uint8)
    mosaic = np.tile(colour[np.array(MOSAIC[order])], (4, 4))
    pixels = mosaic if depth == "8" else mosaic.astype("<u2") * 256
    image = to_rgb(message(pixels, f"bayer_{order}{depth}"))
    assert np.array_equal(image, np.broadcast_to(colour, (8, 8, 3)))


def test_last_row_without_padding() -> None:
    short = message(RGB, "rgb8", 5)
    short.data = short.data[:-5]
    assert np.array_equal(to_rgb(short), RGB)


def _broken(**changes: object) -> Message:
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
        (_broken(data=bytes(143)), "data too short"),
        (_broken(height=2**32 - 1, step=2**32 - 1), "data too short"),
        (message(np.full((2, 2), np.nan, "<f4"), "32FC1"), "not finite"),
        (message(np.full((2, 2), np.inf, "<f4"), "32FC1"), "not finite"),
        (message(RGB[:, :3, :2], "uyvy"), "undecodable"),
        (message(GREY[:2], "bayer_rggb8"), "undecodable"),
        (message(GREY[:, :2].astype("<u2"), "bayer_gbrg16"), "undecodable"),
    ],
)
def test_fault_raises_with_its_kind(broken: Message, kind: str) -> None:
    with pytest.raises(ImageError, match=kind) as caught:
        to_rgb(broken)
    assert caught.value.kind == kind


def test_unknown_encoding_raises_with_supported_ones() -> None:
    with pytest.raises(ImageError, match=r"expected one of rgb8, .* got 'plasma7'") as caught:
        to_rgb(message(RGB, "plasma7"))
    assert caught.value.kind == "unknown encoding"
    with pytest.raises(ImageError, match=r"got 'xxx.*\.\.\..*xxx'$") as caught:
        to_rgb(message(RGB, "x" * 1_000_000))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_compressed_image(suffix: str) -> None:
    smooth = np.full((6, 8, 3), (200, 100, 50), np.uint8)
    _, data = cv2.imencode(suffix, smooth[:, :, ::-1])
    image = compressed_to_rgb(Compressed(suffix[1:], data.tobytes()))
    assert np.abs(image.astype(int) - smooth).max() <= 3


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"", "zero size"), (b"no image", "undecodable"), (b"\xff\xd8", "undecodable")],
)
def test_compressed_fault_raises_with_its_kind(data: bytes, kind: str) -> None:
    with pytest.raises(ImageError) as caught:
        compressed_to_rgb(Compressed("jpeg", data))
    assert caught.value.kind == kind


@pytest.mark.parametrize("side", [6_000, 20_000])  # above our limit, and above Pillow's
def test_small_file_with_huge_image_raises(side: int) -> None:
    head = struct.pack(">4sIIBBBBB", b"IHDR", side, side, 1, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", crc32(head))
    with pytest.raises(ImageError) as caught:
        compressed_to_rgb(Compressed("png", png + struct.pack(">I4s", 0, b"IDAT")))
    assert caught.value.kind == "too large"


def test_jpeg_round_trip() -> None:
    smooth = np.full((6, 8, 3), (200, 100, 50), np.uint8)
    image = compressed_to_rgb(Compressed("jpeg", to_jpeg(smooth).tobytes()))
    assert np.abs(image.astype(int) - smooth).max() <= 3


@pytest.mark.parametrize("suffix", [".hdr", ".pam", ".pfm", ".sr"])
def test_formats_whose_size_is_unknown_before_decoding_are_refused(suffix: str) -> None:
    kind = np.float32 if suffix in (".hdr", ".pfm") else np.uint8
    _, data = cv2.imencode(suffix, np.zeros((2, 3, 3), kind))
    with pytest.raises(ImageError, match="without a valid header") as refused:
        compressed_to_rgb(Compressed("png", data.tobytes()))
    assert refused.value.kind == "undecodable"
