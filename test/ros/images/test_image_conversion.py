"""Image messages to pixels and back; test/vision/test_encodings.py tests the encodings."""

import importlib.util
import sys
from array import array
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from samwise_ros.client.image_message import to_image
from samwise_ros.engine.types import Frame
from samwise_ros.interface.messages import image, jpeg_image
from samwise_ros.ros.camera.image_conversion import to_frame, to_rgb
from samwise_ros.ros.messages import to_message
from samwise_ros.vision.compressed import compressed_to_rgb
from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.intensity import BitDepth

RGB = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
GREY = RGB[:, :, 0]


def message(pixels: NDArray[np.generic], encoding: str) -> Image:
    return to_image(pixels, 0, encoding=encoding)


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


def test_fault_has_kind_and_reason() -> None:
    short = message(RGB, "rgb8")
    short.data = array("B", bytes(143))
    with pytest.raises(ImageError, match="expected 144 bytes or more, got 143") as caught:
        to_rgb(short)
    assert caught.value.kind == "data too short"


@pytest.mark.skipif(
    importlib.util.find_spec("cv_bridge") is not None, reason="cv_bridge decodes more encodings"
)
def test_unknown_encoding_is_named() -> None:
    with pytest.raises(ImageError, match="'plasma7'") as caught:
        to_rgb(message(RGB, "plasma7"))
    assert caught.value.kind == "unknown encoding"


def test_compressed_message() -> None:
    _, data = cv2.imencode(".png", np.ascontiguousarray(RGB[:, :, ::-1]))
    compressed = CompressedImage(format="png", data=array("B", data.tobytes()))
    assert np.array_equal(compressed_to_rgb(compressed), RGB)


@pytest.mark.parametrize("compressed", [False, True])
def test_frame_has_pixels_camera_and_stamp(compressed: bool) -> None:
    _, png = cv2.imencode(".png", np.ascontiguousarray(RGB[:, :, ::-1]))
    sent = (
        CompressedImage(format="png", data=array("B", png.tobytes()))
        if compressed
        else message(RGB, "rgb8")
    )
    sent.header.stamp.sec, sent.header.stamp.nanosec = 5, 7
    frame = to_frame(sent, "wrist", BitDepth())
    assert isinstance(frame, Frame)
    assert np.array_equal(frame.image, RGB)
    assert (frame.camera, frame.stamp_ns) == ("wrist", 5_000_000_007)


def test_messages_contain_pixels_and_header() -> None:
    header = Header(frame_id="optical")
    header.stamp.sec = 5
    colour = to_message(image(RGB, "rgb8", header))
    assert (colour.width, colour.height, colour.step) == (8, 6, 24)
    assert np.array_equal(to_rgb(colour), RGB)
    grey = to_message(image(GREY[:, ::2], "mono8", header))
    assert (grey.encoding, grey.step, grey.header) == ("mono8", 4, header)
    assert bytes(grey.data) == GREY[:, ::2].tobytes()
    assert compressed_to_rgb(to_message(jpeg_image(RGB, header))).shape == RGB.shape


@pytest.mark.parametrize("error", [KeyError("CV_8UC1"), ImportError("another numpy ABI")])
def test_errors_of_cv_bridge_reject_the_image(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    bridge = SimpleNamespace(CvBridge=lambda: SimpleNamespace(imgmsg_to_cv2=fail))
    monkeypatch.setitem(sys.modules, "cv_bridge", bridge)
    with pytest.raises(ImageError, match="'nv21'") as caught:
        to_rgb(message(GREY[..., None], "nv21"))
    assert caught.value.kind == "unknown encoding"


def test_agrees_with_cv_bridge() -> None:
    bridge = pytest.importorskip("cv_bridge", reason="cv_bridge is not on PyPI")
    for encoding in ("rgb8", "bgr8", "mono8", "mono16", "bayer_rggb8", "bgra8"):
        channels = {"rgb8": 3, "bgr8": 3, "bgra8": 4}.get(encoding, 1)
        kind = "<u2" if encoding == "mono16" else "u1"
        pixels = np.zeros((6, 8, channels), kind) + np.arange(8, dtype=kind)[None, :, None]
        sent = message(pixels, encoding)
        assert np.array_equal(to_rgb(sent), bridge.CvBridge().imgmsg_to_cv2(sent, "rgb8"))
