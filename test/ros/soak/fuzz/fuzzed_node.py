"""Sends random requests to every service of a node, and random messages to every subscription."""

import threading
from typing import Any

from fuzzed_interfaces import messages
from hypothesis import strategies as st
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from node_process import NodeProcess
from rcl_interfaces.msg import Parameter
from rcl_interfaces.srv import GetParameters, SetParameters
from rclpy.serialization import serialize_message
from ros_harness import TIMEOUT_S, Robot, wait_for
from std_srvs.srv import SetBool

from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.ros_types import load_type

RESEND_S = 15.0
ENDS = (
    Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    Transition.TRANSITION_INACTIVE_SHUTDOWN,
    Transition.TRANSITION_ACTIVE_SHUTDOWN,
)


def ends_the_node(request: Any) -> bool:
    if not isinstance(request, ChangeState.Request):
        return False
    return request.transition.id in ENDS or "shutdown" in request.transition.label


class FuzzedNode:
    """The services and subscriptions of a node, found in the graph.

    Attributes:
        services: type of each service, by name.
        topics: type of each subscribed topic, by name.
        sent: requests and messages so far.
    """

    def __init__(self, robot: Robot, node: NodeProcess) -> None:
        self._robot, self._node = robot, node
        namespace, name = node.name.rsplit("/", 1)
        ros = robot.node
        self.services = {
            service: load_type(types[0])
            for service, types in ros.get_service_names_and_types_by_node(name, namespace)
            if "/action/" not in types[0]  # goals and results: see test/ros/find
        }
        self.topics = {
            topic: load_type(types[0])
            for topic, types in ros.get_subscriber_names_and_types_by_node(name, namespace)
        }
        self._clients = {
            service: ros.create_client(kind, service) for service, kind in self.services.items()
        }
        self._publishers = {
            topic: ros.create_publisher(kind, topic, 10) for topic, kind in self.topics.items()
        }
        self.sent = 0
        self._names = [name for name in Parameters.__dataclass_fields__ if name != "cameras"]
        request = GetParameters.Request(names=[*self._names, "use_sim_time"])
        self._values = robot.call(f"{node.name}/get_parameters", GetParameters, request).values

    def close(self) -> None:
        for client in self._clients.values():
            self._robot.node.destroy_client(client)
        for publisher in self._publishers.values():
            self._robot.node.destroy_publisher(publisher)

    def strategy(self) -> st.SearchStrategy[tuple[str, Any]]:
        """Return a strategy for a service or topic with a request or message."""
        requests = [
            st.tuples(
                st.just(name), messages(kind.Request).filter(lambda it: not ends_the_node(it))
            )
            for name, kind in sorted(self.services.items())
        ]
        topics = [
            st.tuples(st.just(name), messages(kind)) for name, kind in sorted(self.topics.items())
        ]
        return st.one_of(*requests, *topics)

    def send(self, batch: list[tuple[str, Any]]) -> None:
        """Send messages, each once more as a truncated one, and requests, which get a response."""
        for name, content in batch:
            if name in self._clients:
                self._call(name, content)
            else:
                whole = serialize_message(content)
                self._publishers[name].publish(content)
                self._publishers[name].publish(whole[: len(whole) // 2])
            self.sent += 1
            assert self._node.exit_code is None, f"{name}: {content}\n{self._node.log}"

    def restore(self) -> None:
        """Set all parameters to their first values, activate the node and enable it."""
        node, robot = self._node.name, self._robot
        for transition, state in (
            (Transition.TRANSITION_DEACTIVATE, "active"),
            (Transition.TRANSITION_CLEANUP, "inactive"),
        ):
            if robot.state(node) == state:
                assert robot.change_state(node, transition), self._node.log
        request = SetParameters.Request(parameters=self._first_parameters())
        results = robot.call(f"{node}/set_parameters", SetParameters, request).results
        reasons = [one.reason for one in results if not one.successful]
        assert all("read-only" in reason for reason in reasons), reasons
        robot.bring_up(node)
        assert robot.call(f"{node}/enable", SetBool, SetBool.Request(data=True)).success

    def _first_parameters(self) -> list[Parameter]:
        names = [*self._names, "use_sim_time"]
        return [
            Parameter(name=name, value=value)
            for name, value in zip(names, self._values, strict=True)
        ]

    def _call(self, service: str, request: Any) -> None:
        """Wait for the response; `Robot._call` explains why a request is repeated."""
        client = self._clients[service]
        wait_for(client.service_is_ready, what=service)
        done = threading.Event()
        for _ in range(int(TIMEOUT_S / RESEND_S)):
            future = client.call_async(request)
            future.add_done_callback(lambda _: done.set())
            if done.wait(RESEND_S):
                return
        raise AssertionError(f"no response of {service} to {request}\n{self._node.log}")
