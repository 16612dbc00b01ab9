"""One thing at a time: an image and its mask, a request and its answer, thousands of times."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lifecycle_msgs.srv import GetState
from ros_harness import PATIENCE_S, NodeProcess, Robot, wait_for
from sensor_msgs.msg import Image
from std_srvs.srv import Trigger

from samwise_ros.ros.messages import stamp_ns

RESEND_S = 5.0


class Steps:
    """A camera that waits for what comes of each image.

    Attributes:
        ages_s: from each image's stamp, which must be the time then, to its mask's arrival.
    """

    def __init__(self, robot: Robot, node: NodeProcess, images: Any) -> None:
        self._robot, self._images = robot, images
        self._masks: queue.SimpleQueue[tuple[int, Image]] = queue.SimpleQueue()
        self.ages_s: list[float] = []
        ros = robot.node
        self._state = ros.create_client(GetState, f"{node.name}/get_state")
        self._clear = ros.create_client(Trigger, f"{node.name}/clear")
        self._ear = ros.create_subscription(Image, f"{node.name}/camera/mask", self._hear, 50)
        wait_for(self._ear.get_publisher_count, what="a publisher of masks")

    def close(self) -> None:
        for client in (self._state, self._clear):
            self._robot.node.destroy_client(client)
        self._robot.node.destroy_subscription(self._ear)

    def show(self, message: Any) -> Image:
        """Send an image and give its mask, which must be the very next one."""
        self._images.publish(message)
        mask = self._next_mask()
        assert mask.header == message.header, f"expected {message.header}, got {mask.header}"
        return mask

    def throw(self, message: Any) -> None:
        """Send what gives no mask; when the node has answered, it has taken it."""
        self._images.publish(message)
        self.beat()

    def flood(self, make: Callable[[int], Any], number: int) -> int:
        """Send faster than can be worked; the last one has a mask. Give how many had none."""
        for index in range(number):
            last = make(index)
            self._images.publish(last)
            time.sleep(0.001)
        seen = 1
        while self._next_mask().header != last.header:
            seen += 1
        return number - seen

    def beat(self) -> None:
        """Make sure that the node answers, and is active."""
        state = _answer(self._state, GetState.Request()).current_state.label
        assert state == "active", state

    def clear(self) -> None:
        """End all commands; what was asked for before has been carried out then."""
        answer = _answer(self._clear, Trigger.Request())
        assert answer.success, answer.message

    def _next_mask(self) -> Image:
        try:
            arrived_ns, mask = self._masks.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise AssertionError(f"waited {PATIENCE_S} s in vain for a mask") from None
        self.ages_s.append((arrived_ns - stamp_ns(mask.header.stamp)) / 1e9)
        return mask

    def _hear(self, mask: Image) -> None:
        self._masks.put((self._robot.stamp_ns(), mask))


@contextmanager
def steps_with(robot: Robot, node: NodeProcess, images: Any) -> Iterator[Steps]:
    """Take steps with an active node and a publisher of images that it listens to."""
    steps = Steps(robot, node, images)
    try:
        yield steps
    finally:
        steps.close()


def _answer(client: Any, request: Any) -> Any:
    """Call a service that may be called twice; `Robot.call` says why, and makes a client anew."""
    done = threading.Event()
    assert client.wait_for_service(PATIENCE_S), f"no service {client.srv_name}"
    for _ in range(int(PATIENCE_S / RESEND_S)):
        future = client.call_async(request)
        future.add_done_callback(lambda _: done.set())
        if done.wait(RESEND_S) and future.done():
            return future.result()
    raise AssertionError(f"waited {PATIENCE_S} s in vain for {client.srv_name}")
