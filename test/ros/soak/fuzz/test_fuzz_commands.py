"""Thousands of random commands."""

import time
from collections import Counter
from typing import Any, NoReturn

import pytest
from budget import share_of
from figures import record
from fixed_settings import examples
from fuzzed_commands import messages
from growth import Growth
from hypothesis import given
from hypothesis import strategies as st
from known_scene import KnownScene
from node_process import StartNode
from rclpy.serialization import serialize_message
from ros_harness import Inbox, Robot, values_of
from std_msgs.msg import String
from steps import Steps, steps_with
from tqdm import tqdm

from samwise_ros.msg import Command, CommandArray, TargetEvent

TOTAL = 10_000
BATCH = 20
MAX_COMMANDS = 8  # the parameter's default
MAX_CHARACTERS = 2000  # of any text in an event
MAX_GROWTH_MB = 32.0


class Fuzzing:
    """Sends commands, checks and counts the events."""

    def __init__(
        self,
        publishers: dict[type, Any],
        steps: Steps,
        events: Inbox[TargetEvent],
        growth: Growth,
        progress: "tqdm[NoReturn]",
    ) -> None:
        self._publishers, self._steps, self._events = publishers, steps, events
        self._growth, self._progress = growth, progress
        self.sent = 0
        self.kinds: Counter[int] = Counter()

    def send(self, batch: list[Any]) -> None:
        """Send commands, and the first one again as a truncated message."""
        for message in batch:
            self._publishers[type(message)].publish(message)
            self._steps.check_active()
        whole = serialize_message(batch[0])
        self._publishers[type(batch[0])].publish(whole[: len(whole) // 2])
        self._steps.clear()
        self.sent += len(batch) + 1
        self._progress.update(len(batch) + 1)
        self._growth.sample(self.sent)
        for event in self._events.messages:
            self.kinds[event.kind] += 1
            for text in (event.command_id, event.sentence, event.reason):
                assert len(text) <= MAX_CHARACTERS, f"{len(text)} characters: {text[:100]}"
        self._events.clear()


@pytest.mark.slow
def test_fuzzed_commands(robot: Robot, start_node: StartNode) -> None:
    scene, batches = KnownScene(), st.lists(messages, min_size=BATCH, max_size=BATCH)
    number = share_of(TOTAL // BATCH, least=5)
    node = start_node(model="tabletop")
    robot.bring_up(node.name)
    began = time.monotonic()
    with (
        robot.camera(node) as images,
        steps_with(robot, node, images) as steps,
        robot.publisher(f"{node.name}/command", String) as sentences,
        robot.publisher(f"{node.name}/command_request", Command) as requests,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
        robot.subscribed(f"{node.name}/commands", CommandArray, latched=True) as commands,
        tqdm(total=number * (BATCH + 1), desc="commands", mininterval=5.0) as progress,
    ):
        before, growth = scene.masks(robot, node, steps), Growth(node.pid)
        fuzzing = Fuzzing({String: sentences, Command: requests}, steps, events, growth, progress)
        examples(number)(given(batches)(fuzzing.send))()
        assert scene.masks(robot, node, steps) == before
        assert max(len(array.commands) for array in commands.messages) <= MAX_COMMANDS
    model = values_of(robot.status(node.name, lambda status: "failures" in values_of(status)))
    record(
        "fuzzed commands",
        f"{fuzzing.sent} messages on two topics",
        time.monotonic() - began,
        growth,
        added=str(fuzzing.kinds[TargetEvent.ADDED]),
        rejected=str(fuzzing.kinds[TargetEvent.REJECTED]),
    )
    assert fuzzing.kinds[TargetEvent.REJECTED] > 0
    assert model["failures"] == "0", node.log
    assert growth.grown_mb() < MAX_GROWTH_MB, growth.line()
    assert node.end()[0] == 0, node.log
