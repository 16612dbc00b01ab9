"""`samwise bag` on a recorded bag: results and copied topics."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from recording import (
    BEGIN_NS,
    DELAY_NS,
    NODE,
    PERIOD_NS,
    SENTENCES,
    TIMES,
    TOPIC,
    header,
    masks,
    written,
)
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.cli.bag import subcommand
from samwise_ros.cli.main import main
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Event, Frame, FrameResult
from samwise_ros.interface.messages import EventPosition, target_array, target_event
from samwise_ros.msg import CommandArray, TargetArray, TargetEvent, TargetStateArray
from samwise_ros.ros.messages import to_message
from samwise_ros.vision.compressed import compressed_to_rgb

RESULTS = {
    f"{NODE}/camera/mask",
    f"{NODE}/camera/label_mask",
    f"{NODE}/camera/targets",
    f"{NODE}/camera/target_states",
    f"{NODE}/camera/overlay/compressed",
    f"{NODE}/events",
    f"{NODE}/commands",
}


@pytest.fixture(scope="session")
def expected(frames: list[np.ndarray], model: str) -> tuple[tuple[Event, ...], list[FrameResult]]:
    """Events and results of the engine for the same frames."""
    engine = Engine.from_model(model, config=EngineConfig(max_commands=2))
    added = engine.set_commands([Command(str(n), one) for n, one in enumerate(SENTENCES, 1)])
    stamps = [BEGIN_NS + index * PERIOD_NS for index in range(9)]
    results = [
        engine.step(Frame(frame, stamp_ns=stamp))[0]
        for frame, stamp in zip(frames, stamps, strict=True)
    ]
    assert any(target.mask.any() for result in results for target in result.targets)
    return added, results


def test_masks_equal_those_of_segment(films: Path, out: Path, model: str, tmp_path: Path) -> None:
    argv = ["segment", str(films / "frames"), *SENTENCES, "--model", model]
    argv += ["--out", str(tmp_path / "out.mp4"), "--masks", str(tmp_path / "masks")]
    assert main(argv) == 0
    first, second = (
        np.stack(
            [
                cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
                for path in sorted((tmp_path / "masks" / number).iterdir())
            ]
        )
        for number in ("1", "2")
    )
    assert first.any()
    assert np.array_equal(masks(out), first)
    labels = np.where(second > 0, 2, np.where(first > 0, 1, 0))
    assert np.array_equal(masks(out, "label_mask"), labels)


def test_results_have_headers_and_times_of_images(out: Path, frames: list[np.ndarray]) -> None:
    found = written(out)
    of_changes = {f"{NODE}/events", f"{NODE}/commands", f"{NODE}/camera/target_states"}
    for topic in RESULTS - of_changes:
        times, messages = zip(*found[topic], strict=True)
        assert list(times) == TIMES
        for index, message in enumerate(messages):
            stamp, wanted = message.header.stamp, header(index).stamp
            assert (stamp.sec, stamp.nanosec) == (wanted.sec, wanted.nanosec)
            assert message.header.frame_id == f"optical{index}"
    overlay = compressed_to_rgb(found[f"{NODE}/camera/overlay/compressed"][4][1])
    assert overlay.shape == frames[4].shape
    assert not np.array_equal(overlay, frames[4])


def arrived(message: Any) -> str:
    """A message after a journey, which rounds numbers; as text, since no NaN equals another."""
    return repr(deserialize_message(serialize_message(message), type(message)))


def test_ros_reads_what_the_node_would_have_sent(
    out: Path, expected: tuple[tuple[Event, ...], list[FrameResult]]
) -> None:
    kinds = {
        f"{NODE}/camera/mask": Image,
        f"{NODE}/camera/label_mask": Image,
        f"{NODE}/camera/overlay/compressed": CompressedImage,
        f"{NODE}/camera/targets": TargetArray,
        f"{NODE}/camera/target_states": TargetStateArray,
        f"{NODE}/events": TargetEvent,
        f"{NODE}/commands": CommandArray,
        TOPIC: Image,
    }
    found: dict[str, list[Any]] = {topic: [] for topic in kinds}
    with Reader(out) as reader:
        for connection, _, message in reader.messages():
            if connection.topic in kinds:
                read = deserialize_message(message, kinds[connection.topic])
                found[connection.topic].append(read)
    added, results = expected
    headers = [image.header for image in found[TOPIC]]
    sequence = len(added)
    for index, (got, result) in enumerate(
        zip(found[f"{NODE}/camera/targets"], results, strict=True)
    ):
        assert got.inference_seconds > 0.0
        assert got.latency_seconds == pytest.approx(DELAY_NS / 1e9)
        sequence += len(result.events)
        wanted = target_array(
            result,
            headers[index],
            inference_s=got.inference_seconds,
            latency_s=got.latency_seconds,
            dropped_frames=0,
            position=EventPosition(sequence=sequence),
        )
        assert repr(got) == arrived(to_message(wanted))
    (commands,) = found[f"{NODE}/commands"]
    events = [(event, commands.header) for event in added]
    for head, result in zip(headers, results, strict=True):
        events += [(event, head) for event in result.events]
    wanted_events = [
        to_message(target_event(event, head, EventPosition(sequence=number)))
        for number, (event, head) in enumerate(events, start=1)
    ]
    assert [repr(one) for one in found[f"{NODE}/events"]] == list(map(arrived, wanted_events))
    assert [one.sentence for one in commands.commands] == list(SENTENCES)
    assert (list(commands.labels), list(commands.states)) == ([1, 2], [CommandArray.ACTIVE] * 2)
    changes = [result for result in results if result.events]
    states = found[f"{NODE}/camera/target_states"]
    assert len(states) == 1 + len(changes)
    assert [one.event_sequence for one in (states[0], states[-1])] == [len(added), len(events)]
    for one, target in zip(states[-1].targets, results[-1].targets, strict=True):
        last = [event for event in found[f"{NODE}/events"] if event.command_id == one.command_id][
            -1
        ]
        assert (one.command_id, one.state) == (target.command.id, target.state)
        assert repr(one.last_event) == repr(last)
    assert {event.kind for event in found[f"{NODE}/events"]} >= {
        TargetEvent.ADDED,
        TargetEvent.ACQUIRED,
    }


def test_the_file_says_what_players_need(out: Path) -> None:
    with Reader(out) as reader:
        found = {one.topic: one for one in reader.connections}
    assert set(found) == RESULTS | {TOPIC, "/words"}
    for topic in RESULTS:
        assert topic.removeprefix(f"{NODE}/").removeprefix("camera/") in str(subcommand.__doc__)
    assert "samwise_ros/Target[] targets" in found[f"{NODE}/camera/targets"].msgdef.data
    assert "MSG: samwise_ros/Target\n" in found[f"{NODE}/camera/targets"].msgdef.data
    (quality,) = found[f"{NODE}/commands"].ext.offered_qos_profiles
    assert (quality.durability.name, quality.reliability.name) == ("TRANSIENT_LOCAL", "RELIABLE")
    assert [path.name for path in out.parent.iterdir()] == ["masks.mcap"]


def test_recorded_topics_are_copied_unchanged(bag: Path, out: Path) -> None:
    def recorded(path: Path) -> list[tuple[str, str, int, bytes]]:
        with Reader(path) as reader:
            wanted = [one for one in reader.connections if one.topic not in RESULTS]
            return sorted(
                (one.topic, one.msgtype, time, bytes(message))
                for one, time, message in reader.messages(wanted)
            )

    assert len(recorded(bag)) == 18
    assert recorded(out) == recorded(bag)


def test_results_only_and_second_run_on_results(out: Path, model: str, tmp_path: Path) -> None:
    argv = ["bag", str(out), SENTENCES[1], "--topic", TOPIC, "--model", model]
    small, again = tmp_path / "small.mcap", tmp_path / "again.mcap"
    assert main([*argv, "--results-only", "--out", str(small)]) == 0
    assert main([*argv, "--out", str(again)]) == 0
    assert set(written(small)) == RESULTS
    assert set(written(again)) == RESULTS | {TOPIC, "/words"}
    assert len(written(again)[f"{NODE}/camera/mask"]) == 9
    assert np.array_equal(masks(again), np.where(masks(out, "label_mask") == 2, 255, 0))
