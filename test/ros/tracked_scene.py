"""A generated tabletop scene in front of a node with the shipped model, frame by frame."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
from image_messages import image
from node_process import NodeProcess
from numpy.typing import NDArray
from ros_harness import Inbox, Robot
from sensor_msgs.msg import Image

from samwise_ros.data.painted.scene import PaintedScene
from samwise_ros.msg import Target, TargetArray, TargetEvent

SCENE = PaintedScene(2, 320, 240)
SENTENCE, OBJECT = SCENE.script(16)[0][1:]
EMPTY = np.full((240, 320, 3), 128, np.uint8)
PERIOD_NS = 100_000_000


def scene_pixels(index: int) -> NDArray[np.uint8]:
    """Return the (H, W, 3) pixels of a frame of the scene."""
    return SCENE.frame(index)[0]


class TrackedScene:
    """Sends frames with a command for one object, and collects what the node publishes."""

    def __init__(self, robot: Robot, node: NodeProcess, stack: ExitStack) -> None:
        self._stamp_ns = robot.stamp_ns()
        self._camera = stack.enter_context(robot.camera(node))
        topics = f"{node.name}/camera"
        self._targets: Inbox[TargetArray] = stack.enter_context(
            robot.subscribed(f"{topics}/targets", TargetArray)
        )
        self.masks: Inbox[Image] = stack.enter_context(robot.subscribed(f"{topics}/mask", Image))
        self.events: Inbox[TargetEvent] = stack.enter_context(
            robot.subscribed(f"{node.name}/events", TargetEvent)
        )
        robot.say(node, SENTENCE)
        self.events.wait(lambda event: event.kind == TargetEvent.ADDED)

    def send(self, pixels: NDArray[np.uint8]) -> tuple[Image, Target]:
        """Send a frame; return its message and the target on it."""
        self._stamp_ns += PERIOD_NS
        message = image(self._stamp_ns, pixels)
        self._camera.publish(message)
        array = self._targets.wait(lambda targets: targets.header == message.header)
        return message, array.targets[0]

    def event(self, kind: int, cause: Image) -> TargetEvent:
        """Return the only event of a kind, which a given image must have caused."""
        event = self.events.wait(lambda event: event.kind == kind, what=f"event {kind}")
        assert event.header == cause.header
        assert [event.kind for event in self.events.messages].count(kind) == 1
        assert (event.camera, event.sentence) == ("camera", SENTENCE)
        assert event.label >= 1
        return event


@contextmanager
def tracked_scene(robot: Robot, node: NodeProcess) -> Iterator[TrackedScene]:
    """Configure and activate a node, and track an object of the scene."""
    robot.bring_up(node.name)
    with ExitStack() as stack:
        yield TrackedScene(robot, node, stack)
