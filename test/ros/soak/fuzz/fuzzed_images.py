"""Random image messages, valid and invalid, as strategies of hypothesis."""

from array import array

import cv2
import numpy as np
from fuzzed_text import texts
from hypothesis import strategies as st
from image_messages import picture
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from samwise_ros.vision.encodings import LAYOUTS

MAX_BYTES = 300_000  # of data, whatever the fields of the message claim
UINT32 = 2**32 - 1
numbers = st.one_of(
    st.integers(0, 64),
    st.sampled_from((1, 2, 3, 65_535, 2**20, 2**31, UINT32)),
    st.integers(0, UINT32),
)
PARTS = ("encoding", "width", "height", "step", "data")
FILES = tuple(
    cv2.imencode(end, picture(64, 48))[1].tobytes()
    for end in (".jpg", ".png", ".bmp", ".webp", ".tiff", ".ppm")
)


@st.composite
def headers(draw: st.DrawFn) -> Header:
    """Any frame and any stamp."""
    header = Header(frame_id=draw(texts))
    header.stamp.sec = draw(st.integers(-(2**31), 2**31 - 1))
    header.stamp.nanosec = draw(st.integers(0, UINT32))
    return header


@st.composite
def raw_images(draw: st.DrawFn) -> Image:
    """An image with up to three invalid parts."""
    encoding = draw(st.sampled_from(sorted(LAYOUTS)))
    layout = LAYOUTS[encoding]
    pixel = layout.channels * np.dtype(layout.item).itemsize
    sides = st.one_of(st.integers(1, 64), st.integers(1, 320))
    width, height = draw(st.tuples(sides, sides))
    if draw(st.integers(0, 19)) == 0:
        width, height = draw(st.permutations((1, 30_000)))
    message = Image(
        header=draw(headers()),
        encoding=encoding,
        width=width,
        height=height,
        step=width * pixel + draw(st.sampled_from((0, 0, 1, 64))),
        is_bigendian=draw(st.integers(0, 255)),
    )
    length = min(message.step * height, MAX_BYTES)
    invalid = draw(st.sets(st.sampled_from(PARTS), max_size=3))
    for part in sorted(invalid - {"data", "encoding"}):
        setattr(message, part, draw(numbers))
    if "encoding" in invalid:
        message.encoding = draw(st.one_of(st.sampled_from(sorted(LAYOUTS)), texts))
    if "data" in invalid:
        length = draw(st.one_of(st.integers(0, 64), st.integers(0, length)))
    filled = draw(st.sampled_from((b"\0", b"\xff", b"\x7f\xc0", b"")))
    noise = np.random.default_rng(draw(st.integers(0, UINT32)))
    content = (filled * length)[:length] if filled else noise.bytes(length)
    message.data = array("B", content)
    return message


@st.composite
def compressed_images(draw: st.DrawFn) -> CompressedImage:
    """An image file that is truncated or has changed bytes, or random bytes."""
    content = bytearray(draw(st.one_of(st.sampled_from(FILES), st.binary(max_size=64))))
    if content:
        cut = draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
        places = st.one_of(st.integers(0, 63), st.integers(0, len(content)))
        for place, byte in draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=4)):
            content[place % len(content)] = byte
        del content[cut:]
    name = draw(st.one_of(st.sampled_from(("jpeg", "png", "rgb8; jpeg compressed bgr8")), texts))
    return CompressedImage(header=draw(headers()), format=name, data=array("B", content))
