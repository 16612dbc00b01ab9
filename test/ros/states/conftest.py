"""A node with the shipped model that these tests share; each test configures it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from lifecycle_steps import unconfigure
from node_process import NodeProcess
from ros_harness import Robot
from tracked_scene import TrackedScene


@pytest.fixture
def tracked(robot: Robot, tabletop_node: NodeProcess) -> Iterator[TrackedScene]:
    """A scene in front of the newly configured node."""
    robot.bring_up(tabletop_node.name)
    with ExitStack() as stack:
        yield TrackedScene(robot, tabletop_node, stack)
    unconfigure(robot, tabletop_node.name)
    robot.forget(tabletop_node.name)  # the next run has other endpoints


@pytest.fixture(scope="session")
def tabletop_node(tmp_path_factory: pytest.TempPathFactory, robot: Robot) -> Iterator[NodeProcess]:
    parameters = {"model": "tabletop", "device": "cpu", "diagnostics_period": 0.2}
    node = NodeProcess(tmp_path_factory.mktemp("node"), "states", parameters=parameters)
    yield node
    code, _ = node.end()
    robot.forget(node.name)
    assert code == 0, node.log
