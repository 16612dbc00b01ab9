"""The engine's results as messages; unknown values are NaN or zero."""

import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import Header

from samwise_ros.engine.types import (
    Box,
    Command,
    Event,
    EventKind,
    Frame,
    FrameResult,
    Target,
    TargetState,
)
from samwise_ros.interface.messages import (
    ACTIVE,
    PAUSED,
    TRACK,
    target_array,
    target_event,
    time_message,
)
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.msg import Command as CommandMessage
from samwise_ros.msg import CommandArray, TargetEvent
from samwise_ros.msg import Target as TargetMessage
from samwise_ros.ros.messages import to_message

COMMAND = Command("mug", "the red mug")
HEADER = Header(frame_id="optical")


def test_kinds_and_states_equal_the_engines() -> None:
    for kind in EventKind:
        assert getattr(TargetEvent, kind.name) == kind
    for state in TargetState:
        assert getattr(TargetMessage, state.name) == state
    assert TRACK == CommandMessage.TRACK
    assert (ACTIVE, PAUSED) == (CommandArray.ACTIVE, CommandArray.PAUSED)


def test_switch_event() -> None:
    event = Event(
        EventKind.SWITCHED,
        COMMAND,
        label=3,
        camera="camera",
        previous_state=TargetState.TRACKING,
        state=TargetState.TRACKING,
        switch_probability=0.75,
        overlap=0.0,
        previous_box=Box(1, 2, 3, 4),
        box=Box(5, 6, 7, 8),
        reason="why",
    )
    message = to_message(target_event(event, HEADER))
    assert (message.kind, message.label, message.camera) == (TargetEvent.SWITCHED, 3, "camera")
    assert (message.switch_probability, message.overlap) == (0.75, 0.0)
    assert message.previous_roi == RegionOfInterest(x_offset=1, y_offset=2, width=3, height=4)
    assert message.roi == RegionOfInterest(x_offset=5, y_offset=6, width=7, height=8)
    assert (message.command_id, message.sentence, message.reason) == ("mug", "the red mug", "why")


def test_unknown_event_values_are_nan_or_zero() -> None:
    message = to_message(target_event(Event(EventKind.ADDED, COMMAND), HEADER))
    assert math.isnan(message.switch_probability)
    assert math.isnan(message.overlap)
    assert message.roi == message.previous_roi == RegionOfInterest()


def _target(mask: np.ndarray, box: Box | None) -> TargetMessage:
    target = Target(COMMAND, 3, TargetState.TRACKING, mask, 0.5, box, 9, 0)
    frame = Frame(np.zeros((4, 6, 3), np.uint8))
    result = FrameResult(frame, (target,))
    array = target_array(result, HEADER, inference_s=0.1, latency_s=0.2, dropped_frames=3)
    return to_message(array).targets[0]


def test_mask_is_cropped_to_its_box() -> None:
    mask = np.zeros((4, 6), bool)
    mask[1:3, 2:5] = True
    mask[1, 2] = False
    message = _target(mask, Box(2, 1, 3, 2))
    assert (message.mask.width, message.mask.height, message.mask.step) == (3, 2, 3)
    assert list(message.mask.data) == [0, 255, 255, 255, 255, 255]
    assert message.mask.header == HEADER
    assert message.area == 5
    assert math.isclose(message.centroid_x, 3.2, rel_tol=1e-6)
    assert math.isclose(message.centroid_y, 1.6, rel_tol=1e-6)
    assert (message.frames_tracked, message.frames_lost) == (9, 0)


def test_empty_mask() -> None:
    message = _target(np.zeros((4, 6), bool), None)
    assert (message.area, message.mask.width, len(message.mask.data)) == (0, 0, 0)
    assert message.roi == RegionOfInterest()
    assert math.isnan(message.centroid_x)
    assert math.isnan(message.centroid_y)


@pytest.mark.parametrize("sec", [-(2**31), -1, 0, 2**31 - 1])
@pytest.mark.parametrize("nanosec", [0, 999_999_999, 2**32 - 1])
def test_every_stamp_is_a_time_again(sec: int, nanosec: int) -> None:
    stamp_ns = to_nanoseconds(Time(sec=sec, nanosec=nanosec))
    assert to_nanoseconds(to_message(time_message(stamp_ns))) == stamp_ns
