"""Matching depth to images; without matching depth there is no pose, and one log message."""

import threading
import time
from array import array
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pytest
from depth_rig import (
    MILLISECOND,
    RED,
    SCENE,
    Rig,
    assert_near,
    camera_info,
    depth_image,
    picture,
    point,
    separate_rig,
)
from geometry_msgs.msg import PoseStamped
from image_messages import image
from rendered_depth import HEIGHT, LENS, WIDTH, millimetres, seen_centre
from ros_harness import Robot, wait_for
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import MarkerArray

from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.ros.target_3d.depth_input import MAX_RECENT, DepthInput
from samwise_ros.vision.depth import DepthError

SECOND = 1000 * MILLISECOND


def invalid(kind: str, stamp: int) -> tuple[Image | None, CameraInfo]:
    """Return depth and camera_info with a fault."""
    distant = {"header": depth_image(stamp + 50 * MILLISECOND).header}
    elsewhere = depth_image(stamp).header
    elsewhere.frame_id = "depth_optical"
    squeezed = millimetres(SCENE)[:, ::2]
    nan = np.full((HEIGHT, WIDTH), np.nan, "<f4")
    depths = {
        "no depth of the image's stamp": depth_image(stamp, **distant),
        "too little depth": depth_image(stamp, np.zeros((HEIGHT, WIDTH))),
        "too little depth: NaN": image(stamp, nan, "32FC1"),
        "too little depth: out of range": depth_image(stamp, np.full((HEIGHT, WIDTH), 20.0)),
        "depth of another size": image(stamp, squeezed, "16UC1"),
        "depth of another frame": depth_image(stamp, header=elsewhere),
        "unknown depth encoding": image(stamp, picture(RED), "rgb8"),
        "step too small": depth_image(stamp, step=WIDTH),
        "data too short": depth_image(stamp, data=array("B", bytes(100))),
    }
    infos = {
        "camera_info of another size": camera_info(width=WIDTH * 2, height=HEIGHT * 2),
        "camera_info without calibration": camera_info(k=np.zeros(9)),
        "camera_info of an unknown distortion": camera_info(LENS, distortion_model="equidistant"),
    }
    return depths.get(kind, depth_image(stamp)), infos.get(kind, camera_info())


@pytest.mark.parametrize(
    "kind",
    [
        "no depth of the image's stamp",
        "too little depth",
        "too little depth: NaN",
        "too little depth: out of range",
        "depth of another size",
        "depth of another frame",
        "unknown depth encoding",
        "step too small",
        "data too short",
        "camera_info of another size",
        "camera_info without calibration",
        "camera_info of an unknown distortion",
    ],
)
def test_invalid_depth_gives_no_pose_and_one_log_message(rig: Rig, kind: str) -> None:
    inboxes = {
        topic: rig.subscribed(topic, one)
        for topic, one in (
            ("target_pose", PoseStamped),
            ("masked_depth", Image),
            ("camera_info", CameraInfo),
            ("markers", MarkerArray),
        )
    }
    name = kind.partition(":")[0]
    for _ in range(2):
        stamp = rig.robot.stamp_ns()
        _, account = rig.send(*invalid(kind, stamp), stamp_ns=stamp)
        assert account["reason"].startswith(f"{name}: ")
        assert account["published"] == 0
        each_target = 2 if name == "too little depth" else 1
        assert account["failures"] == {name: each_target}
    time.sleep(0.2)
    assert not any(inbox.messages for inbox in inboxes.values())
    assert rig.node.log.count(f"camera: no position of a target: {name}: ") == 1, rig.node.log
    stamp = rig.robot.stamp_ns()
    message, account = rig.send(depth_image(stamp), camera_info(), stamp_ns=stamp)
    assert (account["published"], account["reason"]) == (1, "")
    assert inboxes["target_pose"].wait().header == message.header


def test_missing_depth_and_camera_info_are_named_with_their_topics(
    tmp_path: Path, robot: Robot
) -> None:
    with separate_rig(tmp_path, robot) as rig:
        rig.subscribed("target_pose", PoseStamped)
        topics = [
            rig.node.image_topic.replace("image_raw", one)
            for one in ("depth/image_raw", "camera_info")
        ]
        _, account = rig.send()
        assert account["reason"].startswith(
            f"no depth: /robot publishes {topics[0]}, but no message has arrived"
        )
        stamp = rig.robot.stamp_ns()
        _, account = rig.send(depth_image(stamp), stamp_ns=stamp)
        assert account["reason"].startswith(
            f"no camera_info: /robot publishes {topics[1]}, but no message has"
        )
        rig.robot.node.destroy_publisher(rig.infos)
        wait_for(lambda: not rig.robot.node.get_publishers_info_by_topic(topics[1]))
        stamp = rig.robot.stamp_ns()
        _, account = rig.send(depth_image(stamp), stamp_ns=stamp)
        assert account["reason"] == f"no camera_info: no publisher on {topics[1]}"
        assert rig.node.log.count("no position of a target: no camera_info: ") == 1


def test_depth_with_the_closest_stamp_is_used(rig: Rig) -> None:
    poses = rig.subscribed("target_pose", PoseStamped)
    stamp = rig.robot.stamp_ns()
    for shift, away in ((-12, 0.2), (7, 0.0), (15, 0.4)):
        rig.depths.publish(depth_image(stamp + shift * MILLISECOND, SCENE + away))
    message, _ = rig.send(info=camera_info(), stamp_ns=stamp)
    pose = poses.wait()
    assert pose.header == message.header
    assert_near(point(pose), seen_centre(RED))


def test_no_wait_for_a_depth_camera_that_stopped(rig: Rig) -> None:
    rig.subscribed("target_pose", PoseStamped)
    stamp = rig.robot.stamp_ns()
    rig.send(depth_image(stamp - 2000 * MILLISECOND), camera_info(), stamp_ns=stamp)
    quickest = min(rig.send()[1]["seconds"] for _ in range(10))
    assert quickest < 0.04


def test_depth_is_kept_while_a_slow_network_processes_its_image(
    tmp_path: Path, robot: Robot
) -> None:
    with separate_rig(tmp_path, robot, processing_s=1.0) as rig:
        poses = rig.subscribed("target_pose", PoseStamped)
        stamp = rig.robot.stamp_ns()
        rig.infos.publish(camera_info())
        rig.depths.publish(depth_image(stamp))
        time.sleep(0.1)
        message = image(stamp, picture(RED))
        rig.images.publish(message)
        time.sleep(0.2)
        for number in range(1, 13):  # newer depth that differs
            rig.depths.publish(depth_image(stamp + 33 * number * MILLISECOND, SCENE + 0.1 * number))
            time.sleep(0.02)
        rig.account(message)
        assert_near(point(poses.wait()), seen_centre(RED))


class InputWithCamera:
    """A `DepthInput` in this process, with a publisher of depth."""

    def __init__(self, robot: Robot, stack: ExitStack) -> None:
        self.depths = DepthInput(robot.node, "separate")
        stack.callback(self.depths.close)
        infos = stack.enter_context(robot.publisher("/separate/camera_info", CameraInfo))
        infos.publish(camera_info())
        self.publisher = stack.enter_context(robot.publisher("/separate/depth/image_raw", Image))
        time.sleep(0.2)  # the topics have no common order

    def send(self, stamp_ns: int) -> None:
        """Send depth and wait until it has arrived."""
        before = self.depths.received
        self.publisher.publish(depth_image(stamp_ns))
        wait_for(lambda: self.depths.received > before)


def test_waits_for_depth_that_arrives_after_its_image(robot: Robot) -> None:
    with ExitStack() as stack:
        source = InputWithCamera(robot, stack)
        matches = 0
        for second in range(1, 9):
            stamp = second * SECOND
            source.send(stamp - SECOND // 10)
            timer = threading.Timer(0.02, source.publisher.publish, [depth_image(stamp)])
            timer.start()
            with suppress(DepthError):
                matches += to_nanoseconds(source.depths.get(stamp).message.header.stamp) == stamp
            timer.join()
        assert matches >= 3  # a busy machine can miss some


def test_only_the_depth_of_the_current_image_is_kept(robot: Robot) -> None:
    with ExitStack() as stack:
        source = InputWithCamera(robot, stack)
        first, second = SECOND, 2 * SECOND
        for stamp in (first, second):
            source.depths.expect(stamp)
            source.send(stamp)
        for number in range(1, MAX_RECENT + 1):
            source.send(second + number * SECOND)
        kept = source.depths.get(second)
        assert to_nanoseconds(kept.message.header.stamp) == second
        with pytest.raises(DepthError, match="no depth of the image's stamp"):
            source.depths.get(first)
