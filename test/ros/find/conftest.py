"""An active node with the shipped model that all tests share, without commands."""

from collections.abc import Iterator

import pytest
from find_rig import FindRig, find_rig
from node_process import NodeProcess
from ros_harness import Robot


@pytest.fixture(scope="session")
def find_node(tmp_path_factory: pytest.TempPathFactory, robot: Robot) -> Iterator[NodeProcess]:
    parameters = {"model": "tabletop", "device": "cpu"}
    node = NodeProcess(tmp_path_factory.mktemp("node"), "finding", parameters=parameters)
    try:
        robot.bring_up(node.name)
        yield node
        code, _ = node.end()
        assert code == 0, node.log
    finally:
        node.end()
        robot.forget(node.name)


# Closed with each module: some tests need an action without other clients.
@pytest.fixture(scope="module")
def shared_rig(robot: Robot, find_node: NodeProcess) -> Iterator[FindRig]:
    with find_rig(robot, find_node) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig: FindRig) -> Iterator[FindRig]:
    """The shared rig; a test must leave no command and no failure behind."""
    yield shared_rig
    shared_rig.wait_for_no_commands()
    assert "Traceback" not in shared_rig.node.log
    assert "callback failed" not in shared_rig.node.log
