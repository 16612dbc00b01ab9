"""A robot around the node: a DDS participant that publishes, subscribes and calls services."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from node_process import NodeProcess
from rclpy._rclpy_pybind11 import InvalidHandle
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from service_call import respond
from std_msgs.msg import String
from std_srvs.srv import Trigger

from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.msg import Command, CommandArray

Message = TypeVar("Message")
GOALS = {
    Transition.TRANSITION_CONFIGURE: "inactive",
    Transition.TRANSITION_ACTIVATE: "active",
    Transition.TRANSITION_DEACTIVATE: "inactive",
    Transition.TRANSITION_CLEANUP: "unconfigured",
}
TIMEOUT_S = 60.0  # far more than any step needs on a busy machine
CONFIGURE_TIMEOUT_S = 90.0  # loading a model takes long on a busy machine


def wait_for(condition: Callable[[], Any], timeout_s: float = TIMEOUT_S, what: str = "") -> Any:
    """Wait until a condition holds and return its value."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"timed out after {timeout_s} s: {what or condition}")


class NamedNode(Protocol):
    """A node with its full name."""

    name: str


class Inbox(Generic[Message]):
    """The messages that arrived on a topic."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def wait(
        self,
        fits: Callable[[Message], bool] = lambda _: True,
        timeout_s: float = TIMEOUT_S,
        what: str = "",
    ) -> Message:
        """Return the first message that fits, after it has arrived."""
        found: list[Message] = wait_for(
            lambda: [message for message in list(self.messages) if fits(message)], timeout_s, what
        )
        return found[0]

    def clear(self) -> None:
        self.messages.clear()


class Robot:
    """A node named ``/robot`` in a separate DDS participant, spinning in a thread.

    Attributes:
        node: for queries of the graph.
    """

    def __init__(self) -> None:
        rclpy.init()
        self.node = Node("robot")
        self._publishers: dict[str, Publisher] = {}
        self._clients: dict[str, tuple[Node, SamwiseClient]] = {}
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _spin(self) -> None:
        while True:
            try:
                self._executor.spin()
            except InvalidHandle:
                continue  # a test destroyed what the executor was about to wait for
            except ExternalShutdownException:
                pass
            return

    def close(self) -> None:
        for name in list(self._clients):
            self.forget(name)
        self._executor.shutdown()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown()

    def client(self, node: str) -> SamwiseClient:
        """Return a client of a node, with a separate ROS node that spins in the same thread."""
        if node not in self._clients:
            own = Node(
                "client", namespace=node, enable_rosout=False, start_parameter_services=False
            )
            self._executor.add_node(own)
            self._clients[node] = own, SamwiseClient(own, name=node)
        return self._clients[node][1]

    def forget(self, node: str) -> None:
        """Remove the client of a node that has ended."""
        if node in self._clients:
            own, client = self._clients.pop(node)
            self._executor.remove_node(own)
            client.close()
            own.destroy_node()

    @contextmanager
    def subscribed(
        self, topic: str, kind: type[Message], latched: bool = False
    ) -> Iterator[Inbox[Message]]:
        """Collect a topic's messages; begins when publisher and subscription know each other."""
        inbox: Inbox[Message] = Inbox()
        profile = QoSProfile(depth=50, reliability=ReliabilityPolicy.RELIABLE)
        if latched:
            profile.durability = DurabilityPolicy.TRANSIENT_LOCAL
        subscription = self.node.create_subscription(kind, topic, inbox.messages.append, profile)
        try:
            wait_for(subscription.get_publisher_count, what=f"a publisher of {topic}")
            self._wait_until_discovered(topic)
            yield inbox
        finally:
            self.node.destroy_subscription(subscription)

    def _wait_until_discovered(self, topic: str) -> None:
        """Wait until the node of a private topic knows the subscription that was just created.

        The subscription matches a known publisher at once, but the publisher sends it nothing until
        its announcement arrives, 20 ms or more later on a busy machine. Announcements of one
        participant arrive in order: a node that answers a service client that was created
        afterwards knows the subscription.
        """
        namespace, is_private, _ = topic.partition("/samwise_node/")
        if is_private:
            self.state(f"{namespace}/samwise_node")

    @contextmanager
    def publisher(
        self,
        topic: str,
        kind: type,
        reliability: ReliabilityPolicy = ReliabilityPolicy.RELIABLE,
        discovered: bool = True,
    ) -> Iterator[Any]:
        """Create a publisher; by default, wait until a subscription is known."""
        profile = QoSProfile(depth=10, reliability=reliability)
        publisher = self.node.create_publisher(kind, topic, profile)
        try:
            if discovered:
                wait_for(publisher.get_subscription_count, what=f"a subscription of {topic}")
            yield publisher
        finally:
            self.node.destroy_publisher(publisher)

    @contextmanager
    def camera(self, node: NodeProcess, name: str = "camera") -> Iterator[Any]:
        """Create a publisher of images; begins when the node's subscription is reliable."""
        topic = node.name.replace("samwise_node", f"{name}/image_raw")
        with self.image_publisher(topic) as publisher:
            yield publisher

    @contextmanager
    def image_publisher(self, topic: str, kind: type = Image, nodes: int = 1) -> Iterator[Any]:
        """Create a publisher of images; begins when each node's subscription is reliable."""
        with self.publisher(topic, kind) as publisher:
            wait_for(
                lambda: self.reliability(topic) == ["RELIABLE"] * nodes,
                what=f"reliable subscriptions of {topic}",
            )
            wait_for(lambda: publisher.get_subscription_count() == nodes)
            yield publisher

    def reliability(self, topic: str) -> list[str]:
        """Return the reliability of each subscription of a topic."""
        found = self.node.get_subscriptions_info_by_topic(topic)
        return [endpoint.qos_profile.reliability.name for endpoint in found]

    def call(self, service: str, kind: Any, request: Any, timeout_s: float = TIMEOUT_S) -> Any:
        """Call a service and return its response."""
        return self._call(service, kind, request, timeout_s)[0]

    def _call(self, service: str, kind: Any, request: Any, timeout_s: float) -> tuple[Any, int]:
        """Call a service; return its response and the number of requests."""
        client = self.node.create_client(kind, service)
        try:
            return respond(client, request, timeout_s)
        finally:
            self.node.destroy_client(client)

    def trigger(self, service: str) -> Trigger.Response:
        return self.call(service, Trigger, Trigger.Request())

    def change_state(self, node: str, transition: int) -> bool:
        """Request a lifecycle transition; return whether it succeeded."""
        request = ChangeState.Request(transition=Transition(id=transition))
        response, requests = self._call(
            f"{node}/change_state", ChangeState, request, CONFIGURE_TIMEOUT_S
        )
        # If the first response was lost, the repeated request is rejected: the state has changed.
        repeated = requests > 1 and self.state(node) == GOALS[transition]
        return bool(response.success or repeated)

    def state(self, node: str) -> str:
        response = self.call(f"{node}/get_state", GetState, GetState.Request())
        return str(response.current_state.label)

    def bring_up(self, node: str) -> None:
        """Configure and activate a node."""
        assert self.change_state(node, Transition.TRANSITION_CONFIGURE)
        assert self.change_state(node, Transition.TRANSITION_ACTIVATE)

    def stamp_ns(self) -> int:
        return int(self.node.get_clock().now().nanoseconds)

    def say(self, node: NamedNode, sentence: str) -> None:
        """Publish a sentence on the active node's ``~/command``."""
        self.send(node, String(data=sentence))

    def send(self, node: NamedNode, message: String | Command) -> None:
        """Publish a sentence or a request for the active node, without waiting for the answer."""
        client = self.client(node.name)
        client.wait_until_ready(TIMEOUT_S)
        client.send(message)

    def wait_for_sentences(self, node: NamedNode, sentences: list[str]) -> CommandArray:
        """Wait until the active node's commands have these sentences, and return them."""
        client = self.client(node.name)
        client.wait_until_ready(TIMEOUT_S)
        wait_for(
            lambda: [one.sentence for one in client.commands.commands] == sentences,
            what=str(sentences),
        )
        return client.commands

    def publish(self, topic: str, message: Any) -> None:
        """Publish on a topic; the publisher is kept for later messages."""
        if topic not in self._publishers:
            self._publishers[topic] = self.node.create_publisher(type(message), topic, 10)
        publisher = self._publishers[topic]
        wait_for(publisher.get_subscription_count, what=f"a subscription of {topic}")
        publisher.publish(message)

    def status(self, node: str, fits: Callable[[DiagnosticStatus], bool]) -> DiagnosticStatus:
        """Wait for a diagnostic status of a node that arrives after the call and fits."""
        client = self.client(node)
        earlier = client.diagnostics

        def new_and_fits() -> DiagnosticStatus | None:
            client.subscribe()  # to topics that have appeared
            for part, status in client.diagnostics.items():
                if status is not earlier.get(part) and fits(status):
                    return status
            return None

        found: DiagnosticStatus = wait_for(new_and_fits, what="a diagnostic status")
        return found


def values_of(status: DiagnosticStatus) -> dict[str, str]:
    """Return the values of a diagnostic status by key."""
    return {pair.key: pair.value for pair in status.values}
