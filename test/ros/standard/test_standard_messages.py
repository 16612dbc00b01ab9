"""Targets as messages of vision_msgs and foxglove_msgs, as plain values: neither is on PyPI.

`check_standard_messages.py` receives the real messages from a node.
"""

from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import Vector3
from std_msgs.msg import Header

from samwise_ros.engine.types import Box, Command, Frame, FrameResult, Target, TargetState
from samwise_ros.interface.annotations import LINE_LOOP, image_annotations
from samwise_ros.interface.detections import detection_2d_array, detection_3d_array, label_info
from samwise_ros.interface.messages import MessageFields
from samwise_ros.msg import TargetPose, TargetPoseArray
from samwise_ros.vision.masks import outlines
from samwise_ros.vision.overlay import colour_of


def values(message: MessageFields) -> Any:
    """Return the message as nested dictionaries."""
    return message.build(lambda _, fields: fields)


def target(name: str, label: int, box: Box | None, state: TargetState) -> Target:
    mask = np.zeros((48, 64), bool)
    if box:
        mask[box.y : box.y + box.height, box.x : box.x + box.width] = True
    return Target(Command(name, f"the {name}"), label, state, mask, 0.75, box, 1, 0)


MUG = target("mug", 2, Box(10, 20, 30, 8), TargetState.TRACKING)
LOST = target("ball", 5, None, TargetState.LOST)
RESULT = FrameResult(Frame(np.zeros((48, 64, 3), np.uint8)), (MUG, LOST))


def test_detections_are_the_targets_with_a_mask() -> None:
    (detection,) = values(detection_2d_array(RESULT, "header"))["detections"]
    assert (detection["id"], detection["header"]) == ("mug", "header")
    (result,) = detection["results"]
    assert result == {"hypothesis": {"class_id": "the mug", "score": 0.75}}
    assert detection["bbox"] == {
        "center": {"position": {"x": 25.0, "y": 24.0}, "theta": 0.0},
        "size_x": 30.0,
        "size_y": 8.0,
    }
    empty = FrameResult(RESULT.frame, (LOST,))
    assert values(detection_2d_array(empty, "header"))["detections"] == []


def test_detection_in_3d_is_the_target_pose_of_the_same_command() -> None:
    header = Header(frame_id="base")
    pose = TargetPose(command_id="mug", label=2, box_size=Vector3(x=0.4, y=0.2, z=0.2))
    pose.pose.pose.position.x = 0.1
    pose.pose.covariance[0] = 1e-4
    pose.box.position.x = 0.2
    pose.box.orientation.z = 1.0
    poses = TargetPoseArray(header=header, poses=[pose])
    message = values(detection_3d_array(RESULT.targets, poses))
    (detection,) = message["detections"]
    assert message["header"] == detection["header"] == header
    assert detection["id"] == "mug"
    (result,) = detection["results"]
    assert result["hypothesis"] == {"class_id": "the mug", "score": 0.75}
    assert result["pose"] == pose.pose
    assert detection["bbox"] == {"center": pose.box, "size": pose.box_size}


def test_label_info_has_the_sentences_of_the_cameras_commands(make_status: Any) -> None:
    commands = [
        make_status(1, "the mug"),
        make_status(3, "the ball", ("wrist",)),
        make_status(4, "the jar", ("front", "wrist")),
    ]
    message = values(label_info(commands, "front", 0.5, "header"))
    assert message["class_map"] == [
        {"class_id": 1, "class_name": "the mug"},
        {"class_id": 4, "class_name": "the jar"},
    ]
    assert message["threshold"] == 0.5


@pytest.fixture
def make_status() -> Any:
    from samwise_ros.engine.commands import CommandStatus  # noqa: PLC0415 - with torch

    def make(label: int, sentence: str, cameras: tuple[str, ...] = ()) -> CommandStatus:
        return CommandStatus(Command(sentence, sentence, cameras), label, False, TargetState.LOST)

    return make


def test_annotations_have_box_outline_and_sentence_in_the_masks_colour() -> None:
    message = values(image_annotations(RESULT, "stamp"))
    assert message["timestamp"] == "stamp"
    box, outline = message["points"]
    assert [(one["x"], one["y"]) for one in box["points"]] == [
        (10, 20),
        (40, 20),
        (40, 28),
        (10, 28),
    ]
    assert {(one["x"], one["y"]) for one in outline["points"]} == {
        (10.5, 20.5),
        (39.5, 20.5),
        (39.5, 27.5),
        (10.5, 27.5),
    }
    for line in (box, outline):
        assert line["type"] == LINE_LOOP
        colour = [line["outline_color"][name] * 255 for name in "rgb"]
        assert colour == pytest.approx(colour_of(2))
    (text,) = message["texts"]
    assert text["text"] == "the mug  TRACKING 0.75"
    assert text["position"] == {"x": 10.0, "y": 20.0}


def test_outlines_follow_parts_and_holes_and_leave_out_specks() -> None:
    mask = np.zeros((100, 100), bool)
    mask[10:60, 10:60] = True
    mask[30:40, 30:40] = False
    mask[80, 80] = True
    mask[70:90, 5:25] = True
    found = outlines(mask)
    assert len(found) == 3
    assert all(points.shape[1] == 2 and len(points) >= 4 for points in found)
    assert outlines(np.zeros((4, 4), bool)) == []
    (whole,) = outlines(np.ones((48, 64), bool))
    assert sorted(map(tuple, whole)) == [(0.5, 0.5), (0.5, 47.5), (63.5, 0.5), (63.5, 47.5)]
    rough = np.random.default_rng(0).random((240, 320)) < 0.5
    assert all(len(points) >= 3 for points in outlines(rough))
