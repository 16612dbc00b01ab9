"""The robot around the node: starts it in a process of its own, and speaks DDS to it."""

import os
import signal
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from numpy.typing import NDArray
from rclpy._rclpy_pybind11 import InvalidHandle
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.task import Future
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import Trigger

Message = TypeVar("Message")
GOALS = {
    Transition.TRANSITION_CONFIGURE: "inactive",
    Transition.TRANSITION_ACTIVATE: "active",
    Transition.TRANSITION_DEACTIVATE: "inactive",
    Transition.TRANSITION_CLEANUP: "unconfigured",
}
RESEND_S = 15.0  # longer than loading a model takes
PATIENCE_S = 60.0  # a busy machine is slow, a fault is for ever


def wait_for(condition: Callable[[], Any], timeout_s: float = PATIENCE_S, what: str = "") -> Any:
    """Wait until something is true and give it."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"waited {timeout_s} s in vain: {what or condition}")


class NodeProcess:
    """The real node in another process, with its log in a file."""

    def __init__(
        self,
        folder: Path,
        namespace: str,
        arguments: list[str],
        program: tuple[str, str] = ("-m", "samwise_ros.ros.node"),
    ) -> None:
        self.log_file = folder / f"{namespace.replace('/', '_')}.log"
        self.name = f"/{namespace}/samwise_node"
        self.image_topic = f"/{namespace}/camera/image_raw"
        command = [sys.executable, *program, "--ros-args"]
        command += ["-r", f"__ns:=/{namespace}", *arguments]
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def end(self, number: int = signal.SIGINT) -> tuple[int, float]:
        """Send a signal; give the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        try:
            code = self.process.wait(10.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        return code, time.monotonic() - began


class Inbox(Generic[Message]):
    """What came on a topic."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def wait(
        self,
        fits: Callable[[Message], bool] = lambda _: True,
        timeout_s: float = PATIENCE_S,
        what: str = "",
    ) -> Message:
        """Give the first message that fits, when it is there."""
        found: list[Message] = wait_for(
            lambda: [one for one in list(self.messages) if fits(one)], timeout_s, what
        )
        return found[0]

    def clear(self) -> None:
        self.messages.clear()


class Robot:
    """One participant of its own, with a camera, a voice and ears."""

    def __init__(self) -> None:
        rclpy.init()
        self.node = Node("robot")
        self._voices: dict[str, Publisher] = {}
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _spin(self) -> None:
        while True:
            try:
                self._executor.spin()
            except InvalidHandle:
                continue  # a test has put away what was just about to be waited for
            except ExternalShutdownException:
                pass
            return

    def close(self) -> None:
        self._executor.shutdown()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown()

    @contextmanager
    def listening(
        self, topic: str, kind: type[Message], latched: bool = False
    ) -> Iterator[Inbox[Message]]:
        """Collect a topic's messages; begins when a publisher is known."""
        inbox: Inbox[Message] = Inbox()
        profile = QoSProfile(depth=50, reliability=ReliabilityPolicy.RELIABLE)
        if latched:
            profile.durability = DurabilityPolicy.TRANSIENT_LOCAL
        subscription = self.node.create_subscription(kind, topic, inbox.messages.append, profile)
        try:
            wait_for(subscription.get_publisher_count, what=f"a publisher of {topic}")
            yield inbox
        finally:
            self.node.destroy_subscription(subscription)

    @contextmanager
    def speaking(
        self,
        topic: str,
        kind: type,
        reliability: ReliabilityPolicy = ReliabilityPolicy.RELIABLE,
        discovered: bool = True,
    ) -> Iterator[Any]:
        """Give a publisher; begins when a subscription is known."""
        profile = QoSProfile(depth=10, reliability=reliability)
        publisher = self.node.create_publisher(kind, topic, profile)
        try:
            if discovered:
                wait_for(publisher.get_subscription_count, what=f"a subscription of {topic}")
            yield publisher
        finally:
            self.node.destroy_publisher(publisher)

    @contextmanager
    def camera(self, node: "NodeProcess", name: str = "camera") -> Iterator[Any]:
        """Give a publisher of images; begins when the node's subscription is as reliable as it."""
        topic = node.name.replace("samwise_node", f"{name}/image_raw")
        with self.speaking(topic, Image) as publisher:
            wait_for(
                lambda: self.reliability(topic) == ["RELIABLE"],
                what="a reliable subscription",
            )
            wait_for(publisher.get_subscription_count)
            yield publisher

    def reliability(self, topic: str) -> list[str]:
        """Give what the subscriptions of a topic ask for."""
        found = self.node.get_subscriptions_info_by_topic(topic)
        return [one.qos_profile.reliability.name for one in found]

    def call(self, service: str, kind: Any, request: Any, timeout_s: float = PATIENCE_S) -> Any:
        """Call a service and give its answer."""
        return self._ask(service, kind, request, timeout_s)[0]

    def _ask(self, service: str, kind: Any, request: Any, timeout_s: float) -> tuple[Any, int]:
        """Call a service; give its answer, and how often it was asked.

        A request to a server that was just discovered, or its answer, can be lost in the
        middleware, once in a hundred on a busy machine (ros2/rmw_fastrtps issues 392, 842).
        """
        client = self.node.create_client(kind, service)
        try:
            assert client.wait_for_service(timeout_s), f"no service {service}"
            futures: list[Future] = []
            end = time.monotonic() + timeout_s
            while not (answered := [one for one in futures if one.done()]):
                assert time.monotonic() < end, f"waited {timeout_s} s for an answer of {service}"
                if time.monotonic() > end - timeout_s + len(futures) * RESEND_S:
                    futures.append(client.call_async(request))
                time.sleep(0.01)
            return answered[0].result(), len(futures)
        finally:
            self.node.destroy_client(client)

    def trigger(self, service: str) -> Trigger.Response:
        return self.call(service, Trigger, Trigger.Request())

    def change_state(self, node: str, transition: int) -> bool:
        """Drive the lifecycle; loading a model takes long on a busy machine."""
        request = ChangeState.Request(transition=Transition(id=transition))
        answer, asked = self._ask(f"{node}/change_state", ChangeState, request, 90.0)
        # Where it was the answer that was lost, the second request is refused: it is done.
        return bool(answer.success or (asked > 1 and self.state(node) == GOALS[transition]))

    def state(self, node: str) -> str:
        answer = self.call(f"{node}/get_state", GetState, GetState.Request())
        return str(answer.current_state.label)

    def bring_up(self, node: str) -> None:
        assert self.change_state(node, Transition.TRANSITION_CONFIGURE)
        assert self.change_state(node, Transition.TRANSITION_ACTIVATE)

    def stamp_ns(self) -> int:
        return int(self.node.get_clock().now().nanoseconds)

    def say(self, node: "NodeProcess", sentence: str) -> None:
        self.tell(f"{node.name}/command", String(data=sentence))

    def tell(self, topic: str, message: Any) -> None:
        """Publish on a topic; the publisher stays, since people say more than one thing."""
        if topic not in self._voices:
            self._voices[topic] = self.node.create_publisher(type(message), topic, 10)
        wait_for(self._voices[topic].get_subscription_count, what=f"a subscription of {topic}")
        self._voices[topic].publish(message)

    def diagnosis(self, node: str, fits: Callable[[DiagnosticStatus], bool]) -> DiagnosticStatus:
        """Wait for a status of this node that fits."""
        with self.listening("/diagnostics", DiagnosticArray) as inbox:
            found: list[DiagnosticStatus] = wait_for(
                lambda: [
                    one
                    for array in list(inbox.messages)
                    for one in array.status
                    if one.name.startswith(f"{node[1:]}:") and fits(one)
                ],
                what="a diagnosis",
            )
        return found[0]


def values_of(status: DiagnosticStatus) -> dict[str, str]:
    """Give a diagnosis' values by key."""
    return {one.key: one.value for one in status.values}


def picture(width: int = 64, height: int = 48, seed: int = 0) -> NDArray[np.uint8]:
    """Give (H, W, 3) random pixels."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def image(
    stamp_ns: int,
    pixels: NDArray[np.generic] | None = None,
    encoding: str = "rgb8",
    padding: int = 0,
    **changes: Any,
) -> Image:
    """Make an image message; ``changes`` break it."""
    pixels = picture() if pixels is None else pixels
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(pixels.shape[0], -1)
    rows = np.pad(rows, ((0, 0), (0, padding)))
    message = Image(
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        step=rows.shape[1],
        data=array("B", rows.tobytes()),
    )
    message.header.frame_id = "optical"
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
    for name, value in changes.items():
        setattr(message, name, value)
    return message
