"""Images and requests in lockstep with the node: each waits for its mask or response."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lifecycle_msgs.srv import GetState
from node_process import NodeProcess
from ros_harness import TIMEOUT_S, Robot, wait_for
from sensor_msgs.msg import Image
from service_call import respond
from std_srvs.srv import Trigger

from samwise_ros.interface.stamps import to_nanoseconds

RESEND_S = 5.0


class Steps:
    """A camera that waits for the result of each image.

    Attributes:
        ages_s: from each image's stamp, which must be the current time, to its mask's arrival.
    """

    def __init__(self, robot: Robot, node: NodeProcess, images: Any) -> None:
        self._robot, self._images = robot, images
        self._masks: queue.SimpleQueue[tuple[int, Image]] = queue.SimpleQueue()
        self.ages_s: list[float] = []
        ros = robot.node
        self._state = ros.create_client(GetState, f"{node.name}/get_state")
        self._clear = ros.create_client(Trigger, f"{node.name}/clear")
        self._subscription = ros.create_subscription(
            Image, f"{node.name}/camera/mask", self._on_mask, 50
        )
        wait_for(self._subscription.get_publisher_count, what="a publisher of masks")

    def close(self) -> None:
        for client in (self._state, self._clear):
            self._robot.node.destroy_client(client)
        self._robot.node.destroy_subscription(self._subscription)

    def send(self, message: Any) -> Image:
        """Send an image and return its mask, which must be the next mask."""
        self._images.publish(message)
        mask = self._next_mask()
        assert mask.header == message.header, f"expected {message.header}, got {mask.header}"
        return mask

    def send_invalid(self, message: Any) -> None:
        """Send an image that gets no mask, and wait until the node has received it."""
        self._images.publish(message)
        self.check_active()

    def flood(self, make: Callable[[int], Any], number: int) -> int:
        """Send images faster than the node processes them; the last one must have a mask.

        Returns:
            Number of images without a mask.
        """
        for index in range(number):
            last = make(index)
            self._images.publish(last)
            time.sleep(0.001)
        masks = 1
        while self._next_mask().header != last.header:
            masks += 1
        return number - masks

    def check_active(self) -> None:
        """Assert that the node answers and is active."""
        response, _ = respond(self._state, GetState.Request(), TIMEOUT_S, RESEND_S)
        state = response.current_state.label
        assert state == "active", state

    def clear(self) -> None:
        """Remove all commands; earlier requests have been executed then."""
        response, _ = respond(self._clear, Trigger.Request(), TIMEOUT_S, RESEND_S)
        assert response.success, response.message

    def _next_mask(self) -> Image:
        try:
            arrived_ns, mask = self._masks.get(timeout=TIMEOUT_S)
        except queue.Empty:
            raise AssertionError(f"no mask after {TIMEOUT_S} s") from None
        self.ages_s.append((arrived_ns - to_nanoseconds(mask.header.stamp)) / 1e9)
        return mask

    def _on_mask(self, mask: Image) -> None:
        self._masks.put((self._robot.stamp_ns(), mask))


@contextmanager
def steps_with(robot: Robot, node: NodeProcess, images: Any) -> Iterator[Steps]:
    """Create steps for an active node and a publisher of images that it subscribes to."""
    steps = Steps(robot, node, images)
    try:
        yield steps
    finally:
        steps.close()
