"""What docs/interface.md says of topics and services is what the node has on the graph."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import StartNode
from rclpy.topic_endpoint_info import TopicEndpointInfo
from robot import NodeProcess, Robot, wait_for

INTERFACE = Path(__file__).parents[2] / "docs" / "interface.md"
RELIABILITY = {"R": "RELIABLE", "BE": "BEST_EFFORT"}
DURABILITY = {"V": "VOLATILE", "TL": "TRANSIENT_LOCAL"}
# Of the image transport that is not chosen.
NOT_HERE = "<camera>/image_raw/compressed"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without links."""
    section = re.split(r"^#+ ", INTERFACE.read_text().split(f"# {heading}\n")[1], flags=re.M)[0]
    table = section.partition("|---")[2].partition("\n\n")[0].splitlines()[1:]
    plain = [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", line) for line in table]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in plain]


def full(name: str, node: NodeProcess) -> str:
    name = name.replace("<camera>", "camera").replace("~", node.name)
    return name if name.startswith("/") else f"{node.name.rsplit('/', 1)[0]}/{name}"


def check(
    node: NodeProcess, name: str, words: list[str], ends: Callable[[str], list[TopicEndpointInfo]]
) -> None:
    """Compare a row of the table with the node's own end of the topic."""
    kind, quality = words[0], words[1].replace(",", "").split()
    namespace = node.name.rsplit("/", 1)[0]
    topic = full(name, node)
    wait_for(lambda: [one for one in ends(topic) if one.node_namespace == namespace], what=topic)
    (end,) = [one for one in ends(topic) if one.node_namespace == namespace]
    assert end.topic_type == kind.replace("/", "/msg/")
    profile = end.qos_profile
    if quality[0] != "as":  # offered
        assert profile.reliability.name == RELIABILITY[quality[0]], name
    assert profile.durability.name == DURABILITY[quality[-2]], name


def test_topics_have_the_type_and_quality_that_is_documented(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    ins, outs = rows("In"), rows("Out")
    assert (len(ins), len(outs)) == (6, 12)
    for name, *words in ins:
        if name != NOT_HERE:
            check(node, name, words, robot.node.get_subscriptions_info_by_topic)
    for name, *words in outs:
        check(node, name, words, robot.node.get_publishers_info_by_topic)


def test_services_have_the_type_that_is_documented(robot: Robot, active_node: NodeProcess) -> None:
    services: dict[str, Any] = dict(robot.node.get_service_names_and_types())
    table = rows("Services")
    assert len(table) == 6
    for name, kind, *_ in table:
        assert services[full(name, active_node)] == [kind.replace("/", "/srv/")]
