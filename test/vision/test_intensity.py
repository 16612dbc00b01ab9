"""16-bit images of any bit depth as RGB."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from samwise_ros.vision.compressed import compressed_to_rgb
from samwise_ros.vision.encodings import LAYOUTS, to_rgb
from samwise_ros.vision.intensity import BitDepth, bits_in_use

ENCODINGS = [name for name, layout in LAYOUTS.items() if layout.item == "u2"]


def message(values: NDArray[np.uint16], encoding: str, big: bool = False) -> SimpleNamespace:
    stored = values.astype(">u2" if big else "<u2")
    channels = LAYOUTS[encoding].channels
    if channels > 1:
        stored = np.repeat(stored[:, :, None], channels, axis=2)
    height, width = values.shape
    return SimpleNamespace(
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=int(big),
        step=stored.strides[0],
        data=stored.tobytes(),
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_every_encoding_uses_the_full_range(encoding: str, bits: int) -> None:
    half = 2 ** (bits - 1)
    values = np.full((8, 8), half, np.uint16)
    assert (to_rgb(message(values, encoding)) == 128).all()
    assert (to_rgb(message(values * 2 - 1, encoding, big=True)) == 255).all()


def test_few_defective_pixels_do_not_count() -> None:
    values = np.full((100, 100), 1000, np.uint16)
    values[0, :5] = 65_535
    assert bits_in_use(values) == 10
    assert to_rgb(message(values, "mono16"))[0, 0].tolist() == [255, 255, 255]


def test_brightness_of_a_video_does_not_flicker() -> None:
    depth = BitDepth()
    bright, dark = np.full((4, 4), 4000, np.uint16), np.full((4, 4), 1000, np.uint16)
    assert depth.to_bytes(bright)[0, 0] == 4000 >> 4
    assert depth.to_bytes(dark)[0, 0] == 1000 >> 4
    assert depth.bits == 12


def test_one_damaged_image_darkens_no_more_than_a_hundred() -> None:
    depth = BitDepth()
    depth.to_bytes(np.full((4, 4), 65_535, np.uint16))
    ten_bits = np.full((4, 4), 512, np.uint16)
    brightness = [int(depth.to_bytes(ten_bits)[0, 0]) for _ in range(101)]
    assert brightness == [512 >> 8] * 99 + [128] * 2


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jp2", ".pgm"])
def test_compressed_grey_of_ten_bits_has_the_full_range(suffix: str) -> None:
    values = np.full((64, 64), 512, np.uint16)
    _, data = cv2.imencode(suffix, values)
    infrared = SimpleNamespace(format="mono16; png compressed", data=data.tobytes())
    assert (compressed_to_rgb(infrared) == 128).all()
    depth = BitDepth()
    depth.to_bytes(values * 8)
    assert (compressed_to_rgb(infrared, depth) == 512 >> 5).all()
