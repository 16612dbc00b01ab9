"""The security policy allows the node's topics and services, and no others."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from node_process import NodeProcess, StartNode
from ros_harness import Robot, wait_for

from samwise_ros.interface import topics

POLICY = Path(__file__).parents[3] / "config" / "policy.xml"
# Of simulated time, compressed images, tf and packages that the wheels of ROS 2 do not contain.
UNUSED = {
    *("/clock", "/camera/image_raw/compressed", "/tf", "/tf_static"),
    *(
        topic.name_for("camera").replace("~", "/samwise_node")
        for topic in topics.OPTIONAL_OUTPUTS
        if find_spec(topic.type_name.split("/")[0]) is None
    ),
}


def allowed(kind: str, qualifier: str) -> set[str]:
    """Return the full names that the policy allows for a node in the root namespace."""
    found = set()
    for group in ElementTree.parse(POLICY).iter(f"{kind}s"):
        if group.get(qualifier) == "ALLOW":
            found |= {str(one.text) for one in group.iter(kind)}
    return {name.replace("~", "/samwise_node") if name[0] in "~/" else f"/{name}" for name in found}


def on_graph(node: NodeProcess, names: list[tuple[str, list[str]]]) -> set[str]:
    """Return names as in the root namespace."""
    namespace = node.name.removesuffix("/samwise_node")
    return {name.removeprefix(namespace) for name, _ in names}


def test_policy_allows_exactly_the_nodes_topics_and_services(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    namespace = node.name.removesuffix("/samwise_node")
    graph = robot.node
    for query, expected in (
        (graph.get_publisher_names_and_types_by_node, allowed("topic", "publish") - UNUSED),
        (graph.get_subscriber_names_and_types_by_node, allowed("topic", "subscribe") - UNUSED),
        (graph.get_service_names_and_types_by_node, allowed("service", "reply")),
    ):

        def found(query: Any = query) -> set[str]:
            return on_graph(node, query("samwise_node", namespace))

        # Another process discovers the last topics a moment after the transition.
        wait_for(lambda expected=expected: found() >= expected, what=str(expected))
        assert found() == expected
