"""The security policy allows the node's topics, services and actions, and no others."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from node_process import NodeProcess, StartNode
from ros_harness import Robot, wait_for

from samwise_ros.interface import topics
from samwise_ros.interface.actions import ACTIONS

POLICY = Path(__file__).parents[3] / "config" / "policy.xml"
# Of simulated time, compressed images and depth, tf, and packages that the wheels do not contain.
UNUSED = {
    *("/clock", "/tf", "/tf_static"),
    *("/camera/image_raw/compressed", "/camera/depth/image_raw/compressedDepth"),
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
    return full_names(found)


def of_actions(kind: str) -> set[str]:
    """Return the full names of the topics or services of the actions that the policy allows."""
    declared = {action.name: action for action in ACTIONS}
    for group in ElementTree.parse(POLICY).iter("actions"):
        assert group.get("execute") == "ALLOW"
        assert {str(one.text) for one in group.iter("action")} == declared.keys()
    return full_names({name for one in ACTIONS for name in getattr(one, kind)})


def full_names(found: set[str]) -> set[str]:
    """Return full names as in the root namespace."""
    return {name.replace("~", "/samwise_node") if name[0] in "~/" else f"/{name}" for name in found}


def on_graph(node: NodeProcess, names: list[tuple[str, list[str]]]) -> set[str]:
    """Return names as in the root namespace."""
    namespace = node.name.removesuffix("/samwise_node")
    return {name.removeprefix(namespace) for name, _ in names}


def test_policy_allows_exactly_the_nodes_topics_services_and_actions(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    namespace = node.name.removesuffix("/samwise_node")
    graph = robot.node
    publishers = allowed("topic", "publish") - UNUSED | of_actions("topics")
    replies = allowed("service", "reply") | of_actions("services")
    for query, expected in (
        (graph.get_publisher_names_and_types_by_node, publishers),
        (graph.get_subscriber_names_and_types_by_node, allowed("topic", "subscribe") - UNUSED),
        (graph.get_service_names_and_types_by_node, replies),
    ):

        def found(query: Any = query) -> set[str]:
            return on_graph(node, query("samwise_node", namespace))

        # Another process discovers the last topics a moment after the transition.
        wait_for(lambda expected=expected: found() >= expected, what=str(expected))
        assert found() == expected
