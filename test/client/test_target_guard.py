"""The events after which a controller must not act; test_ros_follow.py tests the rest."""

from collections.abc import Iterator

import pytest
from rclpy.context import Context
from rclpy.node import Node

from samwise_ros.client.control.target_guard import TargetGuard
from samwise_ros.msg import Command, Target, TargetArray, TargetEvent


@pytest.fixture
def node(ros_context: Context) -> Iterator[Node]:
    node = Node("controller", context=ros_context)
    yield node
    node.destroy_node()


class Controller:
    """Receives the next event and the next frame; counts what the guard calls."""

    def __init__(self, node: Node) -> None:
        self.acted, self.stopped, self.sequence = 0, 0, 0
        self.guard = TargetGuard(
            node, "the red mug", on_target=lambda _: self.act(), on_stop=lambda _: self.stop()
        )

    def act(self) -> None:
        self.acted += 1

    def stop(self) -> None:
        self.stopped += 1

    def receive(
        self, kind: int, sentence: str = "the red mug", camera: str = "camera"
    ) -> tuple[int, int]:
        """Return the numbers of calls of both kinds after an event and a frame that counts it."""
        before = self.acted, self.stopped
        self.sequence += 1
        event = TargetEvent(kind=kind, command_id="guarded", sequence=self.sequence)
        event.sentence, event.camera = sentence, camera
        self.guard._on_event(event)
        target = Target(command_id="guarded", state=Target.TRACKING, sentence=sentence)
        self.guard._on_targets(TargetArray(targets=[target], event_sequence=self.sequence))
        return self.acted - before[0], self.stopped - before[1]


def test_candidate_alone_does_not_stop_a_controller(node: Node) -> None:
    controller = Controller(node)
    controller.receive(TargetEvent.ADDED)
    assert controller.receive(TargetEvent.ACQUIRED) == (1, 0)
    assert controller.receive(TargetEvent.CANDIDATE) == (1, 0)
    assert controller.receive(TargetEvent.SWITCHED) == (0, 2)
    assert controller.receive(TargetEvent.CANDIDATE) == (0, 2), "it does not begin to act either"
    assert controller.receive(TargetEvent.RECOVERED) == (1, 0)


def test_target_of_an_earlier_guard_is_replaced(node: Node) -> None:
    controller = Controller(node)
    requests: list[Command] = []
    controller.guard._requests.publish = requests.append
    assert controller.receive(TargetEvent.ACQUIRED, "the blue cup") == (0, 2)
    assert [(one.action, one.sentence) for one in requests] == [(Command.TRACK, "the red mug")]
    assert controller.receive(TargetEvent.REMOVED, "the blue cup") == (0, 2)
    controller.receive(TargetEvent.ADDED)
    assert controller.receive(TargetEvent.ACQUIRED) == (1, 0), "the removal was not its own"


def test_event_of_another_camera_is_not_enough(node: Node) -> None:
    controller = Controller(node)
    controller.receive(TargetEvent.ADDED)
    assert controller.receive(TargetEvent.ACQUIRED, camera="wrist") == (0, 2)
    assert controller.receive(TargetEvent.ACQUIRED) == (1, 0)
