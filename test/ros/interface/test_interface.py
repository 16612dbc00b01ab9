"""What samwise_ros/interface/topics.py declares is what the node has on the graph."""

from collections.abc import Callable
from typing import Any

from conftest import StartNode
from rclpy.topic_endpoint_info import TopicEndpointInfo
from ros_harness import NodeProcess, Robot, wait_for

from samwise_ros.interface import topics as interface
from samwise_ros.interface.topics import Topic


def full(name: str, node: NodeProcess) -> str:
    name = name.replace("~", node.name)
    return name if name.startswith("/") else f"{node.name.rsplit('/', 1)[0]}/{name}"


def check(
    node: NodeProcess, declared: Topic, ends: Callable[[str], list[TopicEndpointInfo]]
) -> None:
    """Compare a declared topic with the node's own end of it."""
    namespace = node.name.rsplit("/", 1)[0]
    topic = full(declared.of("camera"), node)
    wait_for(lambda: [one for one in ends(topic) if one.node_namespace == namespace], what=topic)
    (end,) = [one for one in ends(topic) if one.node_namespace == namespace]
    package, folder, _ = declared.kind.__module__.split(".")
    assert end.topic_type == f"{package}/{folder}/{declared.kind.__name__}"
    profile = end.qos_profile
    if declared.reliability is not None:
        assert profile.reliability == declared.reliability, topic
    assert profile.durability == declared.durability, topic


def test_topics_have_the_type_and_quality_that_is_declared(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    for declared in interface.INPUTS:
        if declared is not interface.COMPRESSED_IMAGE:  # of the transport that is not chosen
            check(node, declared, robot.node.get_subscriptions_info_by_topic)
    for declared in interface.OUTPUTS:
        check(node, declared, robot.node.get_publishers_info_by_topic)


def test_the_node_has_no_topic_that_is_not_declared(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    declared = {full(one.of("camera"), node) for one in (*interface.INPUTS, *interface.OUTPUTS)}
    of_every_node = {"/parameter_events", "/rosout", "/clock", f"{node.name}/transition_event"}
    namespace, name = node.name.rsplit("/", 1)
    for own in (
        robot.node.get_publisher_names_and_types_by_node(name, namespace),
        robot.node.get_subscriber_names_and_types_by_node(name, namespace),
    ):
        assert {topic for topic, _ in own} <= declared | of_every_node


def test_services_have_the_type_that_is_declared(robot: Robot, active_node: NodeProcess) -> None:
    services: dict[str, Any] = dict(robot.node.get_service_names_and_types())
    for declared in interface.SERVICES:
        kind = f"std_srvs/srv/{declared.kind.__name__}"
        assert services[full(declared.name, active_node)] == [kind]
