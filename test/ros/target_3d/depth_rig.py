"""A camera with depth for the small node of `depth_node`, and the node's accounts."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped
from image_messages import image
from node_process import NodeProcess
from numpy.typing import NDArray
from rendered_depth import (
    CAMERA,
    HEIGHT,
    WIDTH,
    Array,
    ball,
    box,
    clumsy,
    millimetres,
    spoilt,
    table,
)
from ros_harness import Inbox, Robot
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import String

from samwise_ros.vision.depth import Pinhole

MILLISECOND = 1_000_000
RED = ball((-0.2, 0.05, 1.0), 0.08)
GREEN = box((0.3, 0.1, 1.2), (0.2, 0.15, 0.1), 25.0, 30.0)
SCENE = spoilt(np.minimum(RED, GREEN), table())

_numbers = itertools.count()


def picture(*objects: Array) -> NDArray[np.uint8]:
    """Return an image with the first object in red and the second in green."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for channel, surface in enumerate(objects):
        pixels[clumsy(np.isfinite(surface)), channel] = 255
    return pixels


def depth_image(stamp_ns: int, depth: Array = SCENE, **changes: Any) -> Image:
    return image(stamp_ns, millimetres(depth), "16UC1", **changes)


def camera_info(camera: Pinhole = CAMERA, **changes: Any) -> CameraInfo:
    info = CameraInfo(width=WIDTH, height=HEIGHT, distortion_model="plumb_bob")
    info.k = camera.matrix.ravel()
    info.d = camera.distortion.tolist()
    info.header.frame_id = "optical"
    for name, value in changes.items():
        setattr(info, name, value)
    return info


def point(pose: PoseStamped) -> Array:
    position = pose.pose.position
    return np.array([position.x, position.y, position.z])


def assert_near(found: Array, truth: Array, tolerance: float = 0.02) -> None:
    """Assert that a position's error is below a share of its distance."""
    error = np.linalg.norm(found - truth)
    assert error < tolerance * np.linalg.norm(truth), f"expected {truth}, got {found}"


class Rig:
    """Sends images with depth to a node and receives its accounts."""

    def __init__(
        self,
        robot: Robot,
        node: NodeProcess,
        stack: ExitStack,
        depth_kind: type = Image,
        depth_topic: str = "",
    ) -> None:
        self.robot, self.node, self._stack = robot, node, stack
        self._names = node.name.replace("samwise_node", "camera")
        self.images = self._publisher(f"{self._names}/image_raw", Image)
        depth_topic = depth_topic or f"{self._names}/depth/image_raw"
        self.depths = self._publisher(depth_topic, depth_kind)
        self.infos = self._publisher(f"{self._names}/camera_info", CameraInfo)
        self.accounts: Inbox[String] = stack.enter_context(
            robot.subscribed(f"{node.name}/account", String)
        )

    def _publisher(self, topic: str, kind: type) -> Any:
        return self._stack.enter_context(self.robot.publisher(topic, kind))

    def subscribed(self, topic: str, kind: type) -> Inbox[Any]:
        """Collect a topic's messages; begins when node and subscription know each other."""
        name = f"{self.node.name}/camera/{topic}"
        return self._stack.enter_context(self.robot.subscribed(name, kind))

    def send(
        self,
        depth: Image | CompressedImage | None = None,
        info: CameraInfo | None = None,
        pixels: NDArray[np.uint8] | None = None,
        stamp_ns: int | None = None,
    ) -> tuple[Image, dict[str, Any]]:
        """Send depth, unless it is None, and an image; return the image and its account."""
        if info:
            self.infos.publish(info)
        if depth:
            self.depths.publish(depth)
        if info or depth:
            time.sleep(0.1)  # three topics have no common order
        shown_pixels = picture(RED, GREEN) if pixels is None else pixels
        stamp_ns = self.robot.stamp_ns() if stamp_ns is None else stamp_ns
        message = image(stamp_ns, shown_pixels)
        self.images.publish(message)
        return message, self.account(message)

    def account(self, message: Image) -> dict[str, Any]:
        stamp = message.header.stamp.sec * 1000 * MILLISECOND + message.header.stamp.nanosec
        account = self.accounts.wait(lambda one: json.loads(one.data)["stamp_ns"] == stamp)
        return dict(json.loads(account.data))


def start_node(folder: Path, **parameters: object) -> NodeProcess:
    """Start the small node."""
    program = (str(Path(__file__).with_name("depth_node.py")),)
    return NodeProcess(folder, f"d{next(_numbers)}", program=program, parameters=parameters)


@contextmanager
def active_node(folder: Path, robot: Robot, **parameters: object) -> Iterator[NodeProcess]:
    node = start_node(folder, **parameters)
    try:
        robot.bring_up(node.name)
        yield node
    finally:
        node.end()


@contextmanager
def separate_rig(folder: Path, robot: Robot, **parameters: object) -> Iterator[Rig]:
    """A rig with a separate node."""
    with active_node(folder, robot, **parameters) as node, ExitStack() as stack:
        yield Rig(robot, node, stack)
