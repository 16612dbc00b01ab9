"""The real node with the shipped model: a tabletop with depth, from sentence to place."""

import importlib.util
import time
from contextlib import ExitStack
from typing import Any

import cv2
import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped
from lifecycle_msgs.msg import Transition
from numpy.typing import NDArray
from ros_harness import Inbox, NodeProcess, Robot, image, values_of
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import MarkerArray

from samwise_ros.data.tabletop.scene import TabletopScene

WIDTH, HEIGHT, FOCAL = 320, 240, 280.0
PERIOD_NS = 100_000_000
NEAR_M, FAR_M = 0.7, 1.8  # of the table, at the image's lower and upper edge
BULGE_M = 0.05  # of an object's middle towards the camera
WITH_TF = importlib.util.find_spec("tf2_ros") is not None

Array = NDArray[np.float64]


def depth_of(masks: NDArray[np.bool_]) -> Array:
    """(H, W) metres: a table, and each of the (N, H, W) objects upright where it stands on it."""
    table = 1.0 / np.interp(np.arange(HEIGHT), (0, HEIGHT - 1), (1.0 / FAR_M, 1.0 / NEAR_M))
    depth = np.repeat(table[:, None], WIDTH, axis=1)
    for mask in masks:
        if mask.any():
            inner = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
            foot = table[np.flatnonzero(mask.any(axis=1)).max()]
            depth[mask] = foot - BULGE_M * np.sqrt(inner[mask] / inner.max())
    return depth


def centre_of(mask: NDArray[np.bool_], depth: Array) -> Array:
    """(3,) the mean of the surface under a mask."""
    rows, columns = np.nonzero(mask)
    x, y = (columns - WIDTH / 2) / FOCAL, (rows - HEIGHT / 2) / FOCAL
    points = np.column_stack([x, y, np.ones(len(x))]) * depth[mask][:, None]
    return np.asarray(points.mean(axis=0))


class Table:
    """A scene before the node's camera: an image, its depth and the truth, frame by frame."""

    def __init__(self, seed: int, robot: Robot, node: NodeProcess, stack: ExitStack) -> None:
        self.scene = TabletopScene(seed, WIDTH, HEIGHT)
        _, self.sentence, self.asked = self.scene.script(16)[0]
        self._begin_ns = robot.stamp_ns()
        names = node.name.replace("samwise_node", "camera")
        self._images = stack.enter_context(robot.camera(node))
        self._depths = stack.enter_context(robot.speaking(f"{names}/depth/image_raw", Image))
        self._infos = stack.enter_context(robot.speaking(f"{names}/camera_info", CameraInfo))
        robot.say(node, self.sentence)

    def show(self, index: int, metres: bool = False) -> tuple[Image, Array]:
        """Send a frame; give the image and where the object is that the sentence means."""
        pixels, masks = self.scene.frame(index)
        depth, stamp = depth_of(masks), self._begin_ns + index * PERIOD_NS
        info = CameraInfo(width=WIDTH, height=HEIGHT)
        info.k = [FOCAL, 0.0, WIDTH / 2, 0.0, FOCAL, HEIGHT / 2, 0.0, 0.0, 1.0]
        message = image(stamp, pixels)
        info.header = message.header
        self._infos.publish(info)
        if metres:
            self._depths.publish(image(stamp, depth.astype("<f4"), "32FC1"))
        else:
            self._depths.publish(image(stamp, np.rint(1000 * depth).astype("<u2"), "16UC1"))
        self._images.publish(message)
        return message, centre_of(masks[self.asked], depth)


def heard(robot: Robot, node: NodeProcess, stack: ExitStack, topic: str, kind: type) -> Inbox[Any]:
    return stack.enter_context(robot.listening(f"{node.name}/camera/{topic}", kind))


@pytest.mark.parametrize(
    ("seed", "mode", "metres"), [(4, "online", False), (5, "online", True), (2, "clip", False)]
)
def test_the_place_is_within_two_percent_of_the_truth(
    robot: Robot, start_node: Any, seed: int, mode: str, metres: bool
) -> None:
    node = start_node(model="tabletop", use_depth=True, mode=mode)
    robot.bring_up(node.name)
    with ExitStack() as stack:
        poses = heard(robot, node, stack, "target_pose", PoseStamped)
        masked = heard(robot, node, stack, "masked_depth", Image)
        infos = heard(robot, node, stack, "camera_info", CameraInfo)
        arrays = heard(robot, node, stack, "markers", MarkerArray)
        table = Table(seed, robot, node, stack)
        truths = {}
        for index in range(60):
            message, centre = table.show(index, metres)
            truths[message.header.stamp.sec, message.header.stamp.nanosec] = centre
            time.sleep(0.1)
            if len(poses.messages) >= 8:
                break
        assert len(poses.messages) >= 8, node.log
        for pose in poses.messages:
            centre = truths[pose.header.stamp.sec, pose.header.stamp.nanosec]
            place = pose.pose.position
            miss = np.linalg.norm(np.array([place.x, place.y, place.z]) - centre)
            assert miss < 0.02 * np.linalg.norm(centre)
            assert pose.header.frame_id == "optical"
        assert masked.wait().encoding == ("32FC1" if metres else "16UC1")
        info = infos.wait(lambda one: one.header == masked.wait().header)
        assert (info.width, info.k[0]) == (WIDTH, FOCAL)
        assert arrays.wait().markers[1].text.startswith(table.sentence)
        values = values_of(
            robot.diagnosis(node.name, lambda one: values_of(one).get("places", "0") != "0")
        )
        assert values["last place"] == "known"


def test_depth_out_of_range_is_not_believed(robot: Robot, start_node: Any) -> None:
    node = start_node(model="tabletop", use_depth=True, depth_range="[0.1, 0.2]")
    robot.bring_up(node.name)
    with ExitStack() as stack:
        poses = heard(robot, node, stack, "target_pose", PoseStamped)
        masks = heard(robot, node, stack, "mask", Image)
        table = Table(4, robot, node, stack)
        for index in range(8):
            message, _ = table.show(index)
            masks.wait(lambda one, sent=message: one.header == sent.header)
        robot.diagnosis(
            node.name, lambda one: values_of(one).get("no place: too little depth", "0") != "0"
        )
        assert not poses.messages


def test_without_depth_masks_come_and_poses_do_not(robot: Robot, start_node: Any) -> None:
    node = start_node(model="tabletop", use_depth=True)
    robot.bring_up(node.name)
    scene = TabletopScene(4, WIDTH, HEIGHT)
    _, sentence, _ = scene.script(16)[0]
    with ExitStack() as stack:
        poses = heard(robot, node, stack, "target_pose", PoseStamped)
        masks = heard(robot, node, stack, "mask", Image)
        camera = stack.enter_context(robot.camera(node))
        robot.say(node, sentence)
        for index in range(8):
            camera.publish(image(robot.stamp_ns(), scene.frame(index)[0]))
            time.sleep(0.1)
        masks.wait(lambda mask: any(mask.data))
        values = values_of(
            robot.diagnosis(
                node.name, lambda one: values_of(one).get("no place: no depth", "0") != "0"
            )
        )
        depth = node.image_topic.replace("image_raw", "depth/image_raw")
        assert values["last place"] == f"no depth: nobody publishes {depth}"
        assert node.log.count(values["last place"]) == 1
        assert not poses.messages


def test_without_use_depth_there_is_nothing_of_it(robot: Robot, active_node: NodeProcess) -> None:
    topics = dict(robot.node.get_topic_names_and_types())
    assert f"{active_node.name}/camera/mask" in topics
    assert not [one for one in topics if one.startswith(active_node.name) and "pose" in one]
    depth = active_node.image_topic.replace("image_raw", "depth/image_raw")
    assert not robot.node.get_subscriptions_info_by_topic(depth)


@pytest.mark.skipif(WITH_TF, reason="here nothing is missing")
def test_another_frame_needs_tf(robot: Robot, start_node: Any) -> None:
    node = start_node(use_depth=True, target_frame="base")
    assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    reason = "target_frame: expected the ROS package tf2_ros to be installed"
    assert f"cannot configure: {reason}" in node.log
    status = robot.diagnosis(node.name, lambda one: one.name.endswith("model"))
    assert reason in status.message
    left = robot.node.get_publisher_names_and_types_by_node(
        "samwise_node", node.name.removesuffix("/samwise_node")
    )
    assert not [name for name, _ in left if name.endswith("/mask")], "nothing is left behind"
