"""A client of a node that is restarted."""

import threading
from contextlib import ExitStack

import pytest
from lifecycle_steps import unconfigure
from node_process import StartNode
from ros_harness import TIMEOUT_S, Robot, wait_for
from std_msgs.msg import String

from samwise_ros.engine.types import EventKind
from samwise_ros.errors import CommandRemovedError
from samwise_ros.msg import Command


def test_client_notices_restarts(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop")
    robot.bring_up(node.name)
    client = robot.client(node.name)
    client.track("the red ball")
    with ExitStack() as stack:
        # As a recorder does: the client's requests have a subscriber while the node has none.
        for topic, kind in (("command", String), ("command_request", Command)):
            stack.enter_context(robot.subscribed(f"{node.name}/{topic}", kind))
        for sentence in ("the blue ball", "the green ball"):
            first = client.commands.run_start
            unconfigure(robot, node.name)
            restart = threading.Timer(0.5, robot.bring_up, [node.name])
            restart.start()
            # Sent to the recorder only, and again when the node is active.
            target = client.track(sentence)
            restart.join()
            event = client.wait_for(EventKind.ADDED, target, TIMEOUT_S)
            assert event.run_start == client.commands.run_start != first
            assert [one.id for one in client.commands.commands] == [target]


def test_wait_ends_if_a_restart_ends_the_command(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop")
    robot.bring_up(node.name)
    client = robot.client(node.name)
    target = client.track("the red ball")
    errors: list[Exception] = []

    def wait() -> None:
        with pytest.raises(CommandRemovedError) as raised:
            client.wait_for(EventKind.LOST, target, TIMEOUT_S)
        errors.append(raised.value)

    waiting = threading.Thread(target=wait)
    waiting.start()
    unconfigure(robot, node.name)
    robot.bring_up(node.name)
    wait_for(lambda: errors, what="the end of the wait")
    waiting.join()
    assert str(errors[0]) == f"{node.name} was restarted without 'the-red-ball'"
    assert not client.targets
    with pytest.raises(CommandRemovedError):  # also if the wait begins after the restart
        client.wait_for(EventKind.LOST, target, TIMEOUT_S)
