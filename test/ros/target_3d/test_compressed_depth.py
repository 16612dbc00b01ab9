"""The transport compressedDepth, and depth of another size than the image."""

import struct
from array import array
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest
from depth_codec import compressed, inverse_depth
from depth_rig import RED, SCENE, Rig, active_node, assert_near, camera_info, picture, point
from geometry_msgs.msg import PoseStamped
from image_messages import image
from node_process import NodeProcess
from numpy.typing import NDArray
from rendered_depth import HEIGHT, WIDTH, millimetres, seen_centre
from ros_harness import Robot
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Header

from samwise_ros.ros.target_3d.compressed_depth import decode_depth
from samwise_ros.ros.target_3d.depth_image import DepthImage
from samwise_ros.vision.depth import DepthError
from samwise_ros.vision.encodings import ImageError

FORMS = ("png", "rvl")
METRES = np.where(SCENE > 0, SCENE, np.nan)


def values(form: str) -> NDArray[np.uint16]:
    return inverse_depth(METRES) if form.startswith("32") else millimetres(SCENE)


@pytest.mark.parametrize(
    "form", ["16UC1; compressedDepth", *(f"16UC1; compressedDepth {f}" for f in FORMS)]
)
def test_millimetres_are_exact(form: str) -> None:
    encoding, depth = decode_depth(compressed(0, values(form), form))
    assert (encoding, depth.dtype) == ("16UC1", np.uint16)
    np.testing.assert_array_equal(depth, millimetres(SCENE))


@pytest.mark.parametrize("code", FORMS)
def test_metres_are_within_the_quantization(code: str) -> None:
    form = f"32FC1; compressedDepth {code}"
    encoding, depth = decode_depth(compressed(0, values(form), form))
    assert (encoding, depth.dtype) == ("32FC1", np.float32)
    np.testing.assert_array_equal(np.isnan(depth), np.isnan(METRES))
    np.testing.assert_allclose(depth, METRES, rtol=0.001)


@pytest.mark.parametrize(
    "depth",
    [
        np.zeros((3, 5), np.uint16),
        np.full((3, 5), 65535, np.uint16),
        np.array([[0, 0, 1, 65535, 0, 1, 0, 0, 2]], np.uint16),
        np.random.default_rng(0).integers(0, 65536, (40, 30)).astype(np.uint16),
    ],
    ids=["zeros", "largest", "runs", "random"],
)
def test_rvl_of_every_value(depth: NDArray[np.uint16]) -> None:
    _, found = decode_depth(compressed(0, depth, "16UC1; compressedDepth rvl"))
    np.testing.assert_array_equal(found, depth)


def damaged(kind: str) -> CompressedImage:
    form = f"16UC1; compressedDepth {'rvl' if 'RVL' in kind else 'png'}"
    message = compressed(0, values(form)[:50], form)
    if kind == "format":
        message.format = "16UC1; jpeg compressed"
    elif kind == "encoding":
        message.format = "8UC1; compressedDepth png"
    elif kind == "header only":
        message.data = message.data[:12]
    elif kind == "8 bits":
        message.data = compressed(0, values(form).astype(np.uint8), form).data
    elif kind == "huge RVL":
        message.data[12:20] = array("B", struct.pack("<II", 2**16, 2**16))
    elif kind == "empty RVL":
        message.data[12:20] = array("B", bytes(8))
    elif kind == "RVL of ones":
        message.data[20:] = array("B", b"\xff" * 4000)
    elif kind == "RVL of empty runs":
        message.data[20:] = array("B", bytes(4000))
    else:  # cut
        message.data = message.data[: len(message.data) // 2]
    return message


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("format", "unknown encoding"),
        ("encoding", "unknown encoding"),
        ("header only", "data too short"),
        ("8 bits", "undecodable"),
        ("huge RVL", "too large"),
        ("empty RVL", "zero size"),
        ("RVL of ones", "data too short"),
        ("RVL of empty runs", "undecodable"),
        ("cut RVL", "data too short"),
        ("cut header of RVL", "data too short"),
    ],
)
def test_damaged_depth_is_an_error(kind: str, fault: str) -> None:
    message = damaged(kind)
    if kind == "cut header of RVL":
        message.data = message.data[:18]
    with pytest.raises(ImageError) as caught:
        decode_depth(message)
    assert caught.value.kind == fault


def test_random_bytes_never_raise_another_error() -> None:
    rng = np.random.default_rng(0)
    for form in ("16UC1; compressedDepth png", "32FC1; compressedDepth rvl"):
        whole = compressed(0, values(form)[:20], form)
        for _ in range(30):
            message = CompressedImage(format=form, data=array("B", bytes(whole.data)))
            for at in rng.integers(20, len(message.data), 5):
                message.data[at] = int(rng.integers(256))
            try:
                _, depth = decode_depth(message)
            except ImageError:
                continue
            assert depth.ndim == 2


def pixels_of(depth: NDArray[np.uint16], shape: tuple[int, int]) -> NDArray[np.uint16]:
    message = image(0, depth, "16UC1")
    return DepthImage(message, CameraInfo()).pixels(Header(frame_id="optical"), shape)


def test_depth_of_another_size_is_sampled_at_pixel_centres() -> None:
    depth = np.arange(12, dtype=np.uint16).reshape(3, 4)
    double = pixels_of(depth, (6, 8))
    np.testing.assert_array_equal(double, depth.repeat(2, axis=0).repeat(2, axis=1))
    np.testing.assert_array_equal(pixels_of(double, (3, 4)), depth)
    triple = depth.repeat(3, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(pixels_of(triple, (3, 4)), depth)


@pytest.mark.parametrize("shape", [(480, 640), (365, 640), (720, 640), (180, 640)])
def test_depth_of_other_proportions_is_an_error(shape: tuple[int, int]) -> None:
    with pytest.raises(DepthError, match="expected depth of the image's 1280 x 720 pixels or in"):
        pixels_of(np.zeros(shape, np.uint16), (720, 1280))


@pytest.fixture(scope="module")
def compressed_node(
    tmp_path_factory: pytest.TempPathFactory, robot: Robot
) -> Iterator[NodeProcess]:
    folder = tmp_path_factory.mktemp("node")
    with active_node(folder, robot, depth_transport="compressedDepth") as node:
        yield node


def test_poses_from_compressed_depth_of_each_size(
    robot: Robot, compressed_node: NodeProcess
) -> None:
    topic = compressed_node.image_topic.replace("image_raw", "depth/image_raw/compressedDepth")
    with ExitStack() as stack:
        rig = Rig(robot, compressed_node, stack, CompressedImage, topic)
        poses = rig.subscribed("target_pose", PoseStamped)
        masked = rig.subscribed("masked_depth", Image)
        for form in ("16UC1; compressedDepth png", "32FC1; compressedDepth rvl"):
            for scale in (0.5, 1, 2):
                stamp = robot.stamp_ns()
                depth = values(form)
                sized = depth[::2, ::2] if scale == 0.5 else depth.repeat(scale, 0).repeat(scale, 1)
                message, account = rig.send(
                    compressed(stamp, sized, form), camera_info(), picture(RED), stamp
                )
                assert account["reason"] == ""
                pose = poses.wait(lambda one, sent=message: one.header == sent.header)
                assert_near(point(pose), seen_centre(RED))
                found = masked.wait(lambda one, sent=message: one.header == sent.header)
                assert (found.width, found.height) == (WIDTH, HEIGHT)
                assert found.encoding == form[:5]
        stamp = robot.stamp_ns()
        _, account = rig.send(
            compressed(stamp, millimetres(SCENE)[:, ::2], "16UC1; compressedDepth"),
            stamp_ns=stamp,
        )
        assert account["reason"].startswith("depth of another size: expected depth of the image's")
