"""The node's topics, services and actions are those that samwise_ros/interface declares."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node_process import NodeProcess, StartNode
from rclpy.action import get_action_server_names_and_types_by_node
from rclpy.topic_endpoint_info import TopicEndpointInfo
from ros_harness import Robot, wait_for

from samwise_ros.interface import actions, services, topics
from samwise_ros.interface.topics import Topic
from samwise_ros.ros.endpoints import qos_profile

INTERFACE = Path(topics.__file__).parent


def full_name(name: str, node: NodeProcess) -> str:
    name = name.replace("~", node.name)
    return name if name.startswith("/") else f"{node.name.rsplit('/', 1)[0]}/{name}"


def check(
    node: NodeProcess, declared: Topic, query: Callable[[str], list[TopicEndpointInfo]]
) -> None:
    """Compare a declared topic with the node's endpoint."""
    namespace = node.name.rsplit("/", 1)[0]
    topic = full_name(declared.name_for("camera"), node)
    wait_for(lambda: [one for one in query(topic) if one.node_namespace == namespace], what=topic)
    (endpoint,) = [one for one in query(topic) if one.node_namespace == namespace]
    assert endpoint.topic_type == declared.type_name
    profile, expected = (
        endpoint.qos_profile,
        qos_profile(declared, declared.reliability or "reliable"),
    )
    if declared.reliability is not None:
        assert profile.reliability == expected.reliability, topic
    assert profile.durability == expected.durability, topic


def test_topics_have_the_declared_type_and_qos(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    for declared in topics.INPUTS:
        # The other transports.
        if declared not in (topics.COMPRESSED_IMAGE, topics.COMPRESSED_DEPTH):
            check(node, declared, robot.node.get_subscriptions_info_by_topic)
    for declared in topics.OUTPUTS:
        check(node, declared, robot.node.get_publishers_info_by_topic)


def test_node_has_only_declared_topics(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    declared = {
        full_name(one.name_for("camera"), node)
        for one in (*topics.INPUTS, *topics.OUTPUTS, *topics.OPTIONAL_OUTPUTS)
    }
    declared |= {full_name(name, node) for action in actions.ACTIONS for name in action.topics}
    standard = {"/parameter_events", "/rosout", "/clock", f"{node.name}/transition_event"}
    namespace, name = node.name.rsplit("/", 1)
    for endpoints in (
        robot.node.get_publisher_names_and_types_by_node(name, namespace),
        robot.node.get_subscriber_names_and_types_by_node(name, namespace),
    ):
        assert {topic for topic, _ in endpoints} <= declared | standard


def test_services_have_the_declared_type(robot: Robot, active_node: NodeProcess) -> None:
    found: dict[str, Any] = dict(robot.node.get_service_names_and_types())
    for declared in services.SERVICES:
        assert found[full_name(declared.name, active_node)] == [declared.type_name]


def test_actions_have_the_declared_type(robot: Robot, active_node: NodeProcess) -> None:
    namespace, name = active_node.name.rsplit("/", 1)
    found = get_action_server_names_and_types_by_node(robot.node, name, namespace)
    expected = [(full_name(one.name, active_node), [one.type_name]) for one in actions.ACTIONS]
    assert found == expected


def test_interface_imports_neither_rclpy_nor_torch(tmp_path: Path) -> None:
    modules = sorted(path.stem for path in INTERFACE.glob("*.py") if path.stem != "__init__")
    imports = "".join(f"import samwise_ros.interface.{name}\n" for name in modules)
    code = f"{imports}import sys\nsys.exit(bool({{'rclpy', 'torch'}} & set(sys.modules)))"
    assert len(modules) >= 6
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
