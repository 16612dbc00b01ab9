"""Positions from depth: pose, masked depth, camera_info and markers of a node."""

import re
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from depth_rig import (
    GREEN,
    RED,
    SCENE,
    Rig,
    active_node,
    assert_near,
    camera_info,
    depth_image,
    picture,
    point,
)
from geometry_msgs.msg import PoseStamped
from image_messages import image
from lifecycle_msgs.msg import Transition
from rendered_depth import (
    CAMERA,
    HEIGHT,
    LENS,
    WIDTH,
    Array,
    ball,
    clumsy,
    millimetres,
    rays,
    seen_centre,
    spoilt,
    table,
)
from ros_harness import Robot, wait_for
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import Marker, MarkerArray

from samwise_ros.vision.overlay import colour_of


def test_pose_of_the_first_target_at_the_images_stamp(rig: Rig) -> None:
    poses = rig.subscribed("target_pose", PoseStamped)
    stamp = rig.robot.stamp_ns()
    message, account = rig.send(depth_image(stamp), camera_info(), stamp_ns=stamp)
    pose = poses.wait()
    assert pose.header == message.header
    assert_near(point(pose), seen_centre(RED))
    turn = pose.pose.orientation
    assert (turn.x, turn.y, turn.z, turn.w) == (0.0, 0.0, 0.0, 1.0)
    assert (account["published"], account["failures"], account["reason"]) == (1, {}, "")


@pytest.mark.parametrize(
    ("kind", "encoding", "changes"),
    [
        ("<u2", "16UC1", {"padding": 6}),
        (">u2", "16UC1", {"is_bigendian": 1}),
        ("<f4", "32FC1", {}),
        (">f4", "32FC1", {"is_bigendian": 1, "padding": 8}),
    ],
)
def test_depth_of_every_encoding(
    rig: Rig, kind: str, encoding: str, changes: dict[str, int]
) -> None:
    poses = rig.subscribed("target_pose", PoseStamped)
    masked = rig.subscribed("masked_depth", Image)
    stamp = rig.robot.stamp_ns()
    depth = np.where(SCENE == 0, np.nan, SCENE) if encoding == "32FC1" else millimetres(SCENE)
    message = image(stamp, depth.astype(kind), encoding, **changes)
    rig.send(message, camera_info(), stamp_ns=stamp)
    assert_near(point(poses.wait()), seen_centre(RED))
    found = masked.wait()
    assert (found.encoding, found.is_bigendian) == (encoding, 0)
    pixels = np.frombuffer(found.data, kind.replace(">", "<")).reshape(HEIGHT, WIDTH)
    mask = clumsy(np.isfinite(RED))
    expected = np.where(mask, depth, 0 if encoding == "16UC1" else np.nan)
    np.testing.assert_array_equal(pixels, expected.astype(kind))


def test_masked_depth_and_camera_info_give_the_objects_point_cloud(rig: Rig) -> None:
    masked = rig.subscribed("masked_depth", Image)
    infos = rig.subscribed("camera_info", CameraInfo)
    stamp = rig.robot.stamp_ns()
    message, _ = rig.send(depth_image(stamp), camera_info(), stamp_ns=stamp)
    depth, info = masked.wait(), infos.wait()
    assert depth.header == info.header == message.header
    assert (info.width, info.height) == (depth.width, depth.height) == (WIDTH, HEIGHT)
    assert (info.k == CAMERA.matrix.ravel()).all()
    pixels = np.frombuffer(depth.data, "<u2").reshape(HEIGHT, WIDTH)
    on_it = (pixels > 0) & np.isfinite(RED)
    cloud = rays()[on_it] * pixels[on_it][:, None] / 1000.0
    reach = np.linalg.norm(cloud - np.array([-0.2, 0.05, 1.0]), axis=1)
    assert np.median(np.abs(reach - 0.08)) < 0.01  # the points lie on the ball


def test_distortion_without_the_parameter_rectified_is_logged_once(
    robot: Robot, tmp_path: Path
) -> None:
    warning = "camera_info has a lens distortion, the image is assumed to be unrectified; set"
    with active_node(tmp_path, robot) as node, ExitStack() as stack:
        rig = Rig(robot, node, stack)
        rig.subscribed("target_pose", PoseStamped)
        for info, count in ((camera_info(), 0), (camera_info(LENS), 1), (camera_info(LENS), 1)):
            stamp = robot.stamp_ns()
            rig.send(depth_image(stamp), info, stamp_ns=stamp)
            assert node.log.count(warning) == count


def test_markers_show_every_target(rig: Rig) -> None:
    arrays = rig.subscribed("markers", MarkerArray)
    stamp = rig.robot.stamp_ns()
    message, _ = rig.send(depth_image(stamp), camera_info(), stamp_ns=stamp)
    markers = {(one.ns, one.id): one for one in arrays.wait().markers}
    assert set(markers) == {("box", 1), ("words", 1), ("box", 2), ("words", 2)}
    for label, surface, name in ((1, RED, "red"), (2, GREEN, "green")):
        box, text = markers["box", label], markers["words", label]
        assert box.header == text.header == message.header
        assert (box.type, text.type) == (Marker.CUBE, Marker.TEXT_VIEW_FACING)
        colour = np.array([box.color.r, box.color.g, box.color.b]) * 255
        np.testing.assert_allclose(colour, colour_of(label), atol=0.01)
        assert 0 < box.lifetime.sec < 5
        position = box.pose.position
        half = np.array([box.scale.x, box.scale.y, box.scale.z]) / 2
        truth = seen_centre(surface)
        assert (np.abs(np.array([position.x, position.y, position.z]) - truth) < half).all()
        assert (half[:2] > 0.05).all()
        assert (half < 0.15).all()
        match = re.fullmatch(rf"the {name} thing\n(.+) m \+/- (.+) m", text.text)
        assert match is not None, text.text
        assert float(match[1]) == pytest.approx(np.linalg.norm(truth), rel=0.03)
        assert 0.0 < float(match[2]) < 0.1
        assert text.pose.position.y < position.y - half[1]


def test_lens_distortion_is_corrected(rig: Rig) -> None:
    poses = rig.subscribed("target_pose", PoseStamped)
    corner = ball((-0.45, -0.35, 1.0), 0.05, LENS)
    stamp = rig.robot.stamp_ns()
    depth = depth_image(stamp, spoilt(corner, table()))
    for number in range(2):
        shifted = stamp + number * 1_000_000
        rig.send(depth, camera_info(LENS), picture(corner), shifted)
    assert_near(point(poses.wait()), seen_centre(corner, LENS))
    # The user did not say whether the image is rectified; the log says so once.
    assert rig.node.log.count("set the parameter rectified to true or false") == 1


def test_no_position_without_subscribers_or_visible_target(rig: Rig) -> None:
    def result(*objects: Array) -> tuple[int, dict[str, int], str]:
        stamp = rig.robot.stamp_ns()
        _, account = rig.send(depth_image(stamp), camera_info(), picture(*objects), stamp)
        return account["published"], account["failures"], account["reason"]

    # The node knows the previous test's subscriptions for a moment longer.
    wait_for(lambda: result(RED) == (0, {}, ""), what="no position")
    rig.subscribed("target_pose", PoseStamped)
    assert result() == (0, {}, "")
    assert result(RED) == (1, {}, "")


def test_two_cycles_leave_no_topics(tmp_path: Path, robot: Robot) -> None:
    with active_node(tmp_path, robot) as node:
        outputs = ("target_pose", "masked_depth", "camera_info", "markers")
        topics = [f"{node.name}/camera/{topic}" for topic in outputs]
        depth = node.image_topic.replace("image_raw", "depth/image_raw")

        def endpoint_counts() -> list[int]:
            publishers = [len(robot.node.get_publishers_info_by_topic(one)) for one in topics]
            return [len(robot.node.get_subscriptions_info_by_topic(depth)), *publishers]

        for _ in range(2):
            wait_for(lambda: endpoint_counts() == [1, 1, 1, 1, 1])
            assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
            wait_for(lambda: endpoint_counts() == [0, 1, 1, 1, 1])
            assert robot.change_state(node.name, Transition.TRANSITION_CLEANUP)
            wait_for(lambda: endpoint_counts() == [0, 0, 0, 0, 0])
            robot.bring_up(node.name)
