"""What people ask for, sensibly or not, of the real node in another process."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from ros_harness import Inbox, NodeProcess, Robot, image, values_of, wait_for
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.msg import Command, CommandArray, TargetArray, TargetEvent
from samwise_ros.ros.command_input import id_of


@pytest.fixture
def events(robot: Robot, active_node: NodeProcess) -> Iterator[Inbox[TargetEvent]]:
    with robot.listening(f"{active_node.name}/events", TargetEvent) as inbox:
        yield inbox


@pytest.fixture
def living(robot: Robot, active_node: NodeProcess) -> Iterator[Inbox[CommandArray]]:
    with robot.listening(f"{active_node.name}/commands", CommandArray, latched=True) as inbox:
        inbox.wait()
        yield inbox


def sentences(array: CommandArray) -> list[str]:
    return [one.sentence for one in array.commands]


def becomes(living: Inbox[CommandArray], expected: list[str]) -> CommandArray:
    wait_for(
        lambda: living.messages and sentences(living.messages[-1]) == expected, what=str(expected)
    )
    return living.messages[-1]


def request(robot: Robot, node: NodeProcess, **fields: object) -> None:
    robot.tell(f"{node.name}/command_request", Command(**fields))


def test_a_sentence_replaces_the_last_and_a_stop_phrase_clears(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    living: Inbox[CommandArray],
) -> None:
    robot.say(active_node, "the red ball")
    array = becomes(living, ["the red ball"])
    assert array.labels[0] >= 1
    assert array.states[0] == CommandArray.ACTIVE
    robot.say(active_node, "  the blue mug ")
    becomes(living, ["the blue mug"])
    robot.say(active_node, "Stop looking.")
    becomes(living, [])
    robot.say(active_node, "the red ball")
    becomes(living, ["the red ball"])
    robot.say(active_node, "")
    becomes(living, [])
    kinds = [(one.kind, one.sentence) for one in events.messages]
    assert (TargetEvent.ADDED, "the blue mug") in kinds
    assert (TargetEvent.REMOVED, "the blue mug") in kinds
    assert TargetEvent.REJECTED not in [kind for kind, _ in kinds]


def test_late_listeners_learn_what_is_looked_for(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    time.sleep(0.3)
    topic = f"{active_node.name}/commands"
    with robot.listening(topic, CommandArray, latched=True) as late:
        becomes(late, ["the red ball"])


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("red " * 300_000, "at most 1000 characters, got 1199999"),
        ("?!", "with words"),
        ("red\x07ball", "control characters"),
        ("red \ufffd ball", "no UTF-8"),
    ],
)
def test_what_is_no_sentence_is_rejected_and_changes_nothing(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    living: Inbox[CommandArray],
    sentence: str,
    reason: str,
) -> None:
    robot.say(active_node, "the red ball")
    becomes(living, ["the red ball"])
    robot.say(active_node, sentence)
    rejected = events.wait(lambda one: one.kind == TargetEvent.REJECTED, what="REJECTED")
    assert reason in rejected.reason
    assert len(rejected.sentence) <= 1000
    assert sentences(living.messages[-1]) == ["the red ball"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "a"}, "sentence"),
        ({"id": "nobody", "action": Command.PAUSE}, "nobody"),
        ({"id": "nobody", "action": Command.RESUME}, "nobody"),
        ({"id": "nobody", "action": Command.RESET}, "nobody"),
        ({"id": "nobody", "action": Command.REMOVE}, "nobody"),
        ({"action": Command.REMOVE}, "expected an id"),
        ({"id": "a", "sentence": "red ball", "action": 99}, "got 99"),
        ({"id": "a", "sentence": "red ball", "cameras": ["attic"]}, "attic"),
        ({"id": "a" * 300, "sentence": "red ball"}, "at most 256"),
        ({"id": "a", "sentence": "red ball", "cameras": ["\U000f6099" * 100_000]}, "got ['"),
    ],
)
def test_a_bad_request_is_rejected_and_changes_nothing(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    living: Inbox[CommandArray],
    fields: dict[str, object],
    reason: str,
) -> None:
    request(robot, active_node, id="kept", sentence="the red ball")
    becomes(living, ["the red ball"])
    request(robot, active_node, **fields)
    rejected = events.wait(lambda one: one.kind == TargetEvent.REJECTED, what="REJECTED")
    assert reason in rejected.reason
    assert len(rejected.reason) < 1000
    assert sentences(living.messages[-1]) == ["the red ball"]


def test_requests_add_pause_resume_reset_and_remove(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    living: Inbox[CommandArray],
) -> None:
    request(robot, active_node, sentence="the red ball")
    request(robot, active_node, id="b", sentence="the blue mug", cameras=["camera"] * 1000)
    becomes(living, ["the red ball", "the blue mug"])
    assert list(living.messages[-1].commands[1].cameras) == ["camera"]
    assert [one.id for one in living.messages[-1].commands] == [id_of("the red ball"), "b"]
    assert len(set(living.messages[-1].labels)) == 2
    request(robot, active_node, id="b", action=Command.PAUSE)
    paused = [CommandArray.ACTIVE, CommandArray.PAUSED]
    wait_for(lambda: list(living.messages[-1].states) == paused, what="paused")
    with (
        robot.camera(active_node) as camera,
        robot.listening(f"{active_node.name}/camera/targets", TargetArray) as targets,
    ):
        camera.publish(image(robot.stamp_ns()))
        assert [one.sentence for one in targets.wait().targets] == ["the red ball"]
        request(robot, active_node, id="b", action=Command.RESUME)
        wait_for(lambda: list(living.messages[-1].states) == [CommandArray.ACTIVE] * 2)
        targets.clear()
        camera.publish(image(robot.stamp_ns()))
        both = targets.wait().targets
        assert [one.sentence for one in both] == ["the red ball", "the blue mug"]
        assert [one.label for one in both] == list(living.messages[-1].labels)
    request(robot, active_node, id="b", action=Command.RESET)
    events.wait(lambda one: one.kind == TargetEvent.RESET and one.command_id == "b")
    request(robot, active_node, id=id_of("the red ball"), action=Command.REMOVE)
    becomes(living, ["the blue mug"])


def test_too_many_commands(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    living: Inbox[CommandArray],
) -> None:
    for number in range(9):
        request(robot, active_node, id=f"c{number}", sentence="the red ball")
    rejected = events.wait(lambda one: one.kind == TargetEvent.REJECTED, what="REJECTED")
    assert rejected.command_id == "c8"
    assert "8" in rejected.reason
    assert len(living.messages[-1].commands) == 8


def test_a_thousand_commands_a_second_and_the_last_wins(
    robot: Robot, active_node: NodeProcess, living: Inbox[CommandArray]
) -> None:
    with (
        robot.speaking(f"{active_node.name}/command", String) as voice,
        robot.camera(active_node) as camera,
        robot.listening(f"{active_node.name}/camera/mask", Image) as masks,
    ):
        memory = resident_bytes(active_node)
        began = time.monotonic()
        for number in range(3000):
            voice.publish(String(data=f"the red ball {number}"))
            if number % 50 == 0:
                camera.publish(image(robot.stamp_ns()))
            time.sleep(max(0.0, began + number / 1000 - time.monotonic()))
        flood_s = time.monotonic() - began
        during = len(masks.messages)
        becomes(living, ["the red ball 2999"])
    assert during >= flood_s, "frames are processed all the while"
    assert resident_bytes(active_node) < memory + 64e6
    status = robot.diagnosis(
        active_node.name, lambda one: "requests forgotten, too many at once" in values_of(one)
    )
    assert status.message == "active"


def resident_bytes(node: NodeProcess) -> int:
    with open(f"/proc/{node.process.pid}/statm") as file:
        return int(file.read().split()[1]) * 4096


def test_the_mode_add_and_a_command_from_the_start(robot: Robot, start_node: Any) -> None:
    node = start_node(command_mode="add", command="the green ball")
    robot.bring_up(node.name)
    with robot.listening(f"{node.name}/commands", CommandArray, latched=True) as living:
        becomes(living, ["the green ball"])
        robot.say(node, "the blue mug")
        becomes(living, ["the green ball", "the blue mug"])
