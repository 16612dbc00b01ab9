"""Commands, valid and invalid, for a node in another process."""

import time
import unicodedata
from collections.abc import Iterator

import pytest
from image_messages import image
from node_process import NodeProcess, StartNode
from ros_harness import Inbox, Robot, values_of, wait_for
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.engine.sentences import sentence_fault
from samwise_ros.msg import Command, CommandArray, TargetArray, TargetEvent
from samwise_ros.ros.commands.input import id_of


@pytest.fixture
def events(robot: Robot, active_node: NodeProcess) -> Iterator[Inbox[TargetEvent]]:
    with robot.subscribed(f"{active_node.name}/events", TargetEvent) as inbox:
        yield inbox


@pytest.fixture
def client(robot: Robot, active_node: NodeProcess) -> SamwiseClient:
    return robot.client(active_node.name)


def sentences(array: CommandArray) -> list[str]:
    return [command.sentence for command in array.commands]


def send_request(robot: Robot, node: NodeProcess, **fields: object) -> None:
    robot.send(node, Command(**fields))


def test_sentence_replaces_commands_and_stop_phrase_clears_them(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    client: SamwiseClient,
) -> None:
    robot.say(active_node, "the red ball")
    array = robot.wait_for_sentences(active_node, ["the red ball"])
    assert array.labels[0] >= 1
    assert array.states[0] == CommandArray.ACTIVE
    robot.say(active_node, "  the blue mug ")
    robot.wait_for_sentences(active_node, ["the blue mug"])
    robot.say(active_node, "Stop looking.")
    robot.wait_for_sentences(active_node, [])
    robot.say(active_node, "the red ball")
    robot.wait_for_sentences(active_node, ["the red ball"])
    robot.say(active_node, "")
    robot.wait_for_sentences(active_node, [])
    kinds = [(event.kind, event.sentence) for event in events.messages]
    assert (TargetEvent.ADDED, "the blue mug") in kinds
    assert (TargetEvent.REMOVED, "the blue mug") in kinds
    assert TargetEvent.REJECTED not in [kind for kind, _ in kinds]


def test_late_subscriber_receives_active_commands(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    robot.wait_for_sentences(active_node, ["the red ball"])
    topic = f"{active_node.name}/commands"
    with robot.subscribed(topic, CommandArray, latched=True) as late:
        late.wait(lambda array: sentences(array) == ["the red ball"])


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("red " * 300_000, sentence_fault("red " * 299_999 + "red")),
        ("?!", sentence_fault("?!")),
        ("red\x07ball", "control characters"),
        ("red \ufffd ball", "not UTF-8"),
    ],
)
def test_invalid_sentence_is_rejected_and_changes_nothing(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    client: SamwiseClient,
    sentence: str,
    reason: str,
) -> None:
    robot.say(active_node, "the red ball")
    robot.wait_for_sentences(active_node, ["the red ball"])
    robot.say(active_node, sentence)
    rejected = events.wait(lambda event: event.kind == TargetEvent.REJECTED, what="REJECTED")
    assert reason in rejected.reason
    assert len(rejected.sentence) <= 1000
    assert sentences(client.commands) == ["the red ball"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "a"}, "sentence"),
        ({"id": "absent", "action": Command.PAUSE}, "absent"),
        ({"id": "absent", "action": Command.RESUME}, "absent"),
        ({"id": "absent", "action": Command.RESET}, "absent"),
        ({"id": "absent", "action": Command.REMOVE}, "absent"),
        ({"action": Command.REMOVE}, "expected an id"),
        ({"id": "a", "sentence": "red ball", "action": 99}, "got 99"),
        ({"id": "a", "sentence": "red ball", "cameras": ["attic"]}, "attic"),
        ({"id": "a" * 300, "sentence": "red ball"}, "at most 256"),
        ({"id": "a", "sentence": "red ball", "cameras": ["\U000f6099" * 100_000]}, "got ['"),
    ],
)
def test_invalid_request_is_rejected_and_changes_nothing(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    client: SamwiseClient,
    fields: dict[str, object],
    reason: str,
) -> None:
    send_request(robot, active_node, id="kept", sentence="the red ball")
    robot.wait_for_sentences(active_node, ["the red ball"])
    send_request(robot, active_node, **fields)
    rejected = events.wait(lambda event: event.kind == TargetEvent.REJECTED, what="REJECTED")
    assert reason in rejected.reason
    assert len(rejected.reason) < 1000
    assert sentences(client.commands) == ["the red ball"]


def test_unknown_words_are_in_the_event_and_in_the_log(
    robot: Robot, active_node: NodeProcess, events: Inbox[TargetEvent]
) -> None:
    time.sleep(1.1)  # the log has at most one rejection a second
    robot.say(active_node, "la taza amarilla")
    rejected = events.wait(lambda event: event.kind == TargetEvent.REJECTED, what="REJECTED")
    assert rejected.reason.startswith("unknown words: 'la', 'taza', 'amarilla'; expected")
    robot.say(active_node, "the shiny mug")
    added = events.wait(lambda event: event.kind == TargetEvent.ADDED, what="ADDED")
    assert added.reason == "unknown words: 'shiny'; the model may track another object"
    for line in (
        f"command 'la-taza-amarilla' rejected: {rejected.reason}",
        f"command 'the-shiny-mug': {added.reason}",
    ):
        wait_for(lambda line=line: line in active_node.log, what=line)


@pytest.mark.parametrize(
    ("one", "other"), [("แก้วใกล้", "แก้วใกล"), ("कि", "की"), ("cafe\u0301", "cafe")]
)
def test_ids_differ_by_marks(one: str, other: str) -> None:
    assert id_of(one) == unicodedata.normalize("NFKC", one)
    assert id_of(other) == other


def test_requests_add_pause_resume_reset_and_remove(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    client: SamwiseClient,
) -> None:
    send_request(robot, active_node, sentence="the red ball")
    send_request(robot, active_node, id="b", sentence="the blue mug", cameras=["camera"] * 1000)
    robot.wait_for_sentences(active_node, ["the red ball", "the blue mug"])
    assert list(client.commands.commands[1].cameras) == ["camera"]
    assert [command.id for command in client.commands.commands] == [
        id_of("the red ball"),
        "b",
    ]
    assert len(set(client.commands.labels)) == 2
    send_request(robot, active_node, id="b", action=Command.PAUSE)
    paused = [CommandArray.ACTIVE, CommandArray.PAUSED]
    wait_for(lambda: list(client.commands.states) == paused, what="paused")
    with (
        robot.camera(active_node) as camera,
        robot.subscribed(f"{active_node.name}/camera/targets", TargetArray) as targets,
    ):
        camera.publish(image(robot.stamp_ns()))
        assert [target.sentence for target in targets.wait().targets] == ["the red ball"]
        send_request(robot, active_node, id="b", action=Command.RESUME)
        wait_for(lambda: list(client.commands.states) == [CommandArray.ACTIVE] * 2)
        targets.clear()
        camera.publish(image(robot.stamp_ns()))
        both = targets.wait().targets
        assert [target.sentence for target in both] == ["the red ball", "the blue mug"]
        assert [target.label for target in both] == list(client.commands.labels)
    send_request(robot, active_node, id="b", action=Command.RESET)
    events.wait(lambda event: event.kind == TargetEvent.RESET and event.command_id == "b")
    send_request(robot, active_node, id=id_of("the red ball"), action=Command.REMOVE)
    robot.wait_for_sentences(active_node, ["the blue mug"])


def test_command_over_max_commands_is_rejected(
    robot: Robot,
    active_node: NodeProcess,
    events: Inbox[TargetEvent],
    client: SamwiseClient,
) -> None:
    for number in range(9):
        send_request(robot, active_node, id=f"c{number}", sentence="the red ball")
    rejected = events.wait(lambda event: event.kind == TargetEvent.REJECTED, what="REJECTED")
    assert rejected.command_id == "c8"
    assert "8" in rejected.reason
    assert len(client.commands.commands) == 8


def test_last_of_1000_commands_per_second_wins(robot: Robot, active_node: NodeProcess) -> None:
    with (
        robot.publisher(f"{active_node.name}/command", String) as sentences_out,
        robot.camera(active_node) as camera,
        robot.subscribed(f"{active_node.name}/camera/mask", Image) as masks,
    ):
        memory_before = active_node.resident_bytes()
        began = time.monotonic()
        for number in range(3000):
            sentences_out.publish(String(data=f"the red ball {number}"))
            if number % 50 == 0:
                camera.publish(image(robot.stamp_ns()))
            time.sleep(max(0.0, began + number / 1000 - time.monotonic()))
        flood_s = time.monotonic() - began
        during = len(masks.messages)
        robot.wait_for_sentences(active_node, ["the red ball 2999"])
    assert during >= flood_s, "frames are processed during the flood"
    assert active_node.resident_bytes() < memory_before + 64e6
    status = robot.status(
        active_node.name, lambda status: "discarded commands" in values_of(status)
    )
    assert status.message == "active"


def test_command_mode_add_keeps_command_set_at_startup(robot: Robot, start_node: StartNode) -> None:
    node = start_node(command_mode="add", command="the green ball")
    robot.bring_up(node.name)
    robot.wait_for_sentences(node, ["the green ball"])
    robot.say(node, "the blue mug")
    robot.wait_for_sentences(node, ["the green ball", "the blue mug"])
