"""Which node `samwise` selects if there are several or none."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from rclpy.node import Node
from running_nodes import TIMEOUT_S, RosDomain

from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.msg import CommandArray


@pytest.fixture
def domain(tmp_path: Path, model: str) -> RosDomain:
    return RosDomain(tmp_path, model)


def test_say_selects_named_node_that_is_active(domain: RosDomain) -> None:
    with (
        domain.node_starting("/kitchen", parameters={"command": "the red ball"}) as kitchen,
        domain.node_starting("/garden", state="inactive") as garden,
    ):
        for _, camera in (kitchen, garden):
            camera.wait_for_output("ready", TIMEOUT_S)
        # At the same time: two of them wait 10 seconds.
        ambiguous, named, inactive, missing = domain.samwise_at_once(
            ("say", "the red ball"),
            ("say", "", "--node", "kitchen/samwise_node", "--seconds", "2"),
            ("say", "the red ball", "--node", "/garden/samwise_node"),
            ("say", "the red ball", "--node", "/attic/samwise_node"),
        )
    assert ambiguous[0] == 2, ambiguous
    nodes = "/garden/samwise_node, /kitchen/samwise_node"
    assert f"expected one of {nodes}, got none" in ambiguous[1]
    assert named[0] == 0, named
    assert named[1].startswith('sent "" to /kitchen/samwise_node/command\n')
    assert "  REMOVED  " in named[1]
    assert inactive[0] == 1, inactive
    assert "/garden/samwise_node accepts no commands (is the node active?)" in inactive[1]
    assert missing[0] == 1, missing
    assert "no node /attic/samwise_node after 10 s" in missing[1]
    assert missing[1].endswith(f": {nodes}\n")


def test_say_and_watch_fail_without_a_node(domain: RosDomain) -> None:
    say, watch = domain.samwise_at_once(("say", "the red ball"), ("watch",))
    assert say[0] == watch[0] == 1
    assert "samwise say: no samwise node after 10 s" in say[1]
    assert say[1].endswith(f"in ROS_DOMAIN_ID {domain.number}: none\n")
    assert "samwise watch: no samwise node after 10 s" in watch[1]


@contextmanager
def configured_node(caller: Node, namespace: str) -> Iterator[None]:
    """Create a node that looks like a configured samwise node on the graph."""
    node = Node("samwise_node", namespace=namespace, context=caller.context)
    node.create_publisher(CommandArray, "~/commands", 1)
    try:
        yield
    finally:
        node.destroy_node()


def selected_node(caller: Node) -> str:
    with closing(SamwiseClient(caller)) as client:
        client.wait_until_found()
        return client.name


def test_only_node_is_selected_but_the_default_node_first(domain: RosDomain) -> None:
    with domain.caller_node() as caller, configured_node(caller, "/kitchen"):
        assert selected_node(caller) == "/kitchen/samwise_node"
        with configured_node(caller, "/"):
            assert selected_node(caller) == "/samwise_node"
