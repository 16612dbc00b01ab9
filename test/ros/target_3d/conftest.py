"""A camera with depth in front of the small node that the tests of a file share."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from depth_rig import Rig, active_node
from node_process import NodeProcess
from ros_harness import Robot


@pytest.fixture(scope="module")
def depth_node(tmp_path_factory: pytest.TempPathFactory, robot: Robot) -> Iterator[NodeProcess]:
    with active_node(tmp_path_factory.mktemp("node"), robot) as node:
        yield node


@pytest.fixture
def rig(depth_node: NodeProcess, robot: Robot) -> Iterator[Rig]:
    """A rig with the node that the tests of this file share."""
    with ExitStack() as stack:
        yield Rig(robot, depth_node, stack)
