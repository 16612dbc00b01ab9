"""A camera with depth before the small node of `depth_node`, and who listens to what it says."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped
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
from ros_harness import Inbox, NodeProcess, Robot, image
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String

from samwise_ros.vision.depth import Pinhole

MILLISECOND = 1_000_000
RED = ball((-0.2, 0.05, 1.0), 0.08)
GREEN = box((0.3, 0.1, 1.2), (0.2, 0.15, 0.1), 25.0, 30.0)
SCENE = spoilt(np.minimum(RED, GREEN), table())

_numbers = itertools.count()


def picture(*things: Array) -> NDArray[np.uint8]:
    """The first thing in red, the second in green."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for channel, thing in enumerate(things):
        pixels[clumsy(np.isfinite(thing)), channel] = 255
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
    place = pose.pose.position
    return np.array([place.x, place.y, place.z])


def assert_near(found: Array, truth: Array, part: float = 0.02) -> None:
    assert np.linalg.norm(found - truth) < part * np.linalg.norm(truth), f"{found}, not {truth}"


class Rig:
    """A camera with depth before the node, and who listens to what it says."""

    def __init__(self, robot: Robot, node: NodeProcess, stack: ExitStack) -> None:
        self.robot, self.node, self._stack = robot, node, stack
        self._names = node.name.replace("samwise_node", "camera")
        self.images = self._speaking(f"{self._names}/image_raw", Image)
        self.depths = self._speaking(f"{self._names}/depth/image_raw", Image)
        self.infos = self._speaking(f"{self._names}/camera_info", CameraInfo)
        self.accounts: Inbox[String] = stack.enter_context(
            robot.listening(f"{node.name}/account", String)
        )

    def _speaking(self, topic: str, kind: type) -> Any:
        return self._stack.enter_context(self.robot.speaking(topic, kind))

    def listening(self, topic: str, kind: type) -> Inbox[Any]:
        """Listen, from when the node knows it."""
        name = f"{self.node.name}/camera/{topic}"
        inbox = self._stack.enter_context(self.robot.listening(name, kind))
        time.sleep(0.3)  # a subscription is known at one end before it is at the other
        return inbox

    def show(
        self,
        depth: Image | None = None,
        info: CameraInfo | None = None,
        pixels: NDArray[np.uint8] | None = None,
        stamp_ns: int | None = None,
    ) -> tuple[Image, dict[str, Any]]:
        """Send depth (None sends none) and an image; give that and what the node says of it."""
        if info:
            self.infos.publish(info)
        if depth:
            self.depths.publish(depth)
        if info or depth:
            time.sleep(0.1)  # three topics have no order
        shown = picture(RED, GREEN) if pixels is None else pixels
        message = image(self.robot.stamp_ns() if stamp_ns is None else stamp_ns, shown)
        self.images.publish(message)
        return message, self.account(message)

    def account(self, message: Image) -> dict[str, Any]:
        stamp = message.header.stamp.sec * 1000 * MILLISECOND + message.header.stamp.nanosec
        said = self.accounts.wait(lambda one: json.loads(one.data)["stamp_ns"] == stamp)
        return dict(json.loads(said.data))


def start_node(folder: Path, **parameters: object) -> NodeProcess:
    """Start the small node."""
    arguments = []
    for name, value in parameters.items():
        arguments += ["-p", f"{name}:={value}"]
    program = ("-u", str(Path(__file__).with_name("depth_node.py")))
    return NodeProcess(folder, f"d{next(_numbers)}", arguments, program)


@contextmanager
def active_node(folder: Path, robot: Robot, **parameters: object) -> Iterator[NodeProcess]:
    node = start_node(folder, **parameters)
    try:
        robot.bring_up(node.name)
        yield node
    finally:
        node.end()


@contextmanager
def own_rig(folder: Path, robot: Robot, **parameters: object) -> Iterator[Rig]:
    """A rig with a node of its own."""
    with active_node(folder, robot, **parameters) as node, ExitStack() as stack:
        yield Rig(robot, node, stack)
