"""The security policy allows what the node does, and nothing else."""

from pathlib import Path
from xml.etree import ElementTree

from conftest import StartNode
from ros_harness import NodeProcess, Robot

POLICY = Path(__file__).parents[3] / "config" / "policy.xml"
# With simulated time, compressed images and tf.
NOT_HERE = {"/clock", "/camera/image_raw/compressed", "/tf", "/tf_static"}


def allowed(kind: str, qualifier: str) -> set[str]:
    """Full names that the policy allows to a node in the root namespace."""
    found = set()
    for group in ElementTree.parse(POLICY).iter(f"{kind}s"):
        if group.get(qualifier) == "ALLOW":
            found |= {str(one.text) for one in group.iter(kind)}
    return {name.replace("~", "/samwise_node") if name[0] in "~/" else f"/{name}" for name in found}


def on_graph(node: NodeProcess, names: list[tuple[str, list[str]]]) -> set[str]:
    """Names as they would be in the root namespace."""
    namespace = node.name.removesuffix("/samwise_node")
    return {name.removeprefix(namespace) for name, _ in names}


def test_the_policy_allows_what_the_node_does(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    namespace = node.name.removesuffix("/samwise_node")
    graph = robot.node
    publishers = graph.get_publisher_names_and_types_by_node("samwise_node", namespace)
    subscribers = graph.get_subscriber_names_and_types_by_node("samwise_node", namespace)
    services = graph.get_service_names_and_types_by_node("samwise_node", namespace)
    assert on_graph(node, publishers) == allowed("topic", "publish") - NOT_HERE
    assert on_graph(node, subscribers) == allowed("topic", "subscribe") - NOT_HERE
    assert on_graph(node, services) == allowed("service", "reply")
