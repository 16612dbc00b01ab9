"""Which depth belongs to an image, and no pose where none does, said once."""

import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pytest
from depth_rig import (
    MILLISECOND,
    RED,
    SCENE,
    Rig,
    active_node,
    assert_near,
    camera_info,
    depth_image,
    own_rig,
    picture,
    point,
)
from geometry_msgs.msg import PoseStamped
from rendered_depth import HEIGHT, LENS, WIDTH, millimetres, seen_centre
from ros_harness import NodeProcess, Robot, image, wait_for
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import MarkerArray

from samwise_ros.ros.messages import stamp_ns
from samwise_ros.ros.target_3d.depth_input import MAX_HELD, DepthInput
from samwise_ros.vision.depth import DepthError

SECOND = 1000 * MILLISECOND


@pytest.fixture(scope="module")
def depth_node(tmp_path_factory: pytest.TempPathFactory, robot: Robot) -> Iterator[NodeProcess]:
    with active_node(tmp_path_factory.mktemp("node"), robot) as node:
        yield node


@pytest.fixture
def rig(depth_node: NodeProcess, robot: Robot) -> Iterator[Rig]:
    """With the node that the tests of this file share."""
    with ExitStack() as stack:
        yield Rig(robot, depth_node, stack)


def broken(kind: str, stamp: int) -> tuple[Image | None, CameraInfo]:
    """Depth and parameters with a fault."""
    far_off = {"header": depth_image(stamp + 50 * MILLISECOND).header}
    elsewhere = depth_image(stamp).header
    elsewhere.frame_id = "depth_optical"
    small = millimetres(SCENE)[::2, ::2]
    nan = np.full((HEIGHT, WIDTH), np.nan, "<f4")
    depths = {
        "no depth of the image's stamp": depth_image(stamp, **far_off),
        "too little depth": depth_image(stamp, np.zeros((HEIGHT, WIDTH))),
        "too little depth: NaN": image(stamp, nan, "32FC1"),
        "too little depth: out of range": depth_image(stamp, np.full((HEIGHT, WIDTH), 20.0)),
        "depth of another size": image(stamp, small, "16UC1"),
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
def test_no_pose_rather_than_a_wrong_one_said_once(rig: Rig, kind: str) -> None:
    inboxes = {
        topic: rig.listening(topic, one)
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
        _, said = rig.show(*broken(kind, stamp), stamp_ns=stamp)
        assert said["reason"].startswith(f"{name}: ")
        assert said["placed"] == 0
        each_target = 2 if name == "too little depth" else 1
        assert said["missed"] == {name: each_target}
    time.sleep(0.2)
    assert not any(inbox.messages for inbox in inboxes.values())
    assert rig.node.log.count(f"camera: a target has no place: {name}: ") == 1, rig.node.log
    stamp = rig.robot.stamp_ns()
    message, said = rig.show(depth_image(stamp), camera_info(), stamp_ns=stamp)
    assert (said["placed"], said["reason"]) == (1, "")
    assert inboxes["target_pose"].wait().header == message.header


def test_what_never_came_is_named_with_its_topic(tmp_path: Path, robot: Robot) -> None:
    with own_rig(tmp_path, robot) as rig:
        rig.listening("target_pose", PoseStamped)
        topics = [
            rig.node.image_topic.replace("image_raw", one)
            for one in ("depth/image_raw", "camera_info")
        ]
        _, said = rig.show()
        assert said["reason"].startswith(
            f"no depth: /robot publishes {topics[0]}, but none has come"
        )
        stamp = rig.robot.stamp_ns()
        _, said = rig.show(depth_image(stamp), stamp_ns=stamp)
        assert said["reason"].startswith(
            f"no camera_info: /robot publishes {topics[1]}, but none has"
        )
        rig.robot.node.destroy_publisher(rig.infos)
        wait_for(lambda: not rig.robot.node.get_publishers_info_by_topic(topics[1]))
        stamp = rig.robot.stamp_ns()
        _, said = rig.show(depth_image(stamp), stamp_ns=stamp)
        assert said["reason"] == f"no camera_info: nobody publishes {topics[1]}"
        assert rig.node.log.count("no place: no camera_info: ") == 1


def test_the_nearest_of_stamps_that_differ_a_little(rig: Rig) -> None:
    poses = rig.listening("target_pose", PoseStamped)
    stamp = rig.robot.stamp_ns()
    for shift, away in ((-12, 0.2), (7, 0.0), (15, 0.4)):
        rig.depths.publish(depth_image(stamp + shift * MILLISECOND, SCENE + away))
    message, _ = rig.show(info=camera_info(), stamp_ns=stamp)
    pose = poses.wait()
    assert pose.header == message.header
    assert_near(point(pose), seen_centre(RED))


def test_a_depth_camera_that_stopped_is_not_waited_for(rig: Rig) -> None:
    rig.listening("target_pose", PoseStamped)
    stamp = rig.robot.stamp_ns()
    rig.show(depth_image(stamp - 2000 * MILLISECOND), camera_info(), stamp_ns=stamp)
    quickest = min(rig.show()[1]["seconds"] for _ in range(10))
    assert quickest < 0.04


def test_a_slow_network_still_gets_the_depth_of_its_image(tmp_path: Path, robot: Robot) -> None:
    with own_rig(tmp_path, robot, work_s=1.0) as rig:
        poses = rig.listening("target_pose", PoseStamped)
        stamp = rig.robot.stamp_ns()
        rig.infos.publish(camera_info())
        rig.depths.publish(depth_image(stamp))
        time.sleep(0.1)
        message = image(stamp, picture(RED))
        rig.images.publish(message)
        time.sleep(0.2)
        for number in range(1, 13):  # meanwhile the scene goes away
            rig.depths.publish(depth_image(stamp + 33 * number * MILLISECOND, SCENE + 0.1 * number))
            time.sleep(0.02)
        rig.account(message)
        assert_near(point(poses.wait()), seen_centre(RED))


class Input:
    """The piece itself, with a camera before it."""

    def __init__(self, robot: Robot, stack: ExitStack) -> None:
        self.depths = DepthInput(robot.node, "alone")
        stack.callback(self.depths.close)
        infos = stack.enter_context(robot.speaking("/alone/camera_info", CameraInfo))
        infos.publish(camera_info())
        self.publisher = stack.enter_context(robot.speaking("/alone/depth/image_raw", Image))
        time.sleep(0.2)  # the topics have no order

    def tell(self, stamp_ns: int) -> None:
        """Send depth, and wait until it is there."""
        before = self.depths.received
        self.publisher.publish(depth_image(stamp_ns))
        wait_for(lambda: self.depths.received > before)


def test_depth_that_comes_after_its_image_is_waited_for(robot: Robot) -> None:
    with ExitStack() as stack:
        alone = Input(robot, stack)
        waited_for = 0
        for second in range(1, 9):
            stamp = second * SECOND
            alone.tell(stamp - SECOND // 10)
            timer = threading.Timer(0.02, alone.publisher.publish, [depth_image(stamp)])
            timer.start()
            with suppress(DepthError):
                waited_for += stamp_ns(alone.depths.at(stamp).message.header.stamp) == stamp
            timer.join()
        assert waited_for >= 3  # a busy machine may be too slow for some


def test_held_depth_is_bounded(robot: Robot) -> None:
    """The oldest that was announced is given up, the newest of them is not."""
    with ExitStack() as stack:
        alone = Input(robot, stack)
        stamps = [second * SECOND for second in range(1, MAX_HELD + 10)]
        for stamp in stamps:
            alone.depths.hold(stamp)
            alone.tell(stamp)
        kept = alone.depths.at(stamps[-MAX_HELD])
        assert stamp_ns(kept.message.header.stamp) == stamps[-MAX_HELD]
        with pytest.raises(DepthError, match="no depth of the image's stamp"):
            alone.depths.at(stamps[-MAX_HELD - 1])
