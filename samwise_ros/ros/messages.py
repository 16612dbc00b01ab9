"""The engine's nouns as ROS messages."""

import math
from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import Image, RegionOfInterest
from std_msgs.msg import Header

from samwise_ros.engine.types import Box, Command, Event, FrameResult, Target
from samwise_ros.msg import Command as CommandMessage
from samwise_ros.msg import CommandArray, TargetArray, TargetEvent
from samwise_ros.msg import Target as TargetMessage
from samwise_ros.ros.image_conversion import to_image_message
from samwise_ros.vision.masks import centroid

NANOSECONDS = 1_000_000_000


def stamp_ns(stamp: Time) -> int:
    """Give a stamp in nanoseconds.

    >>> stamp_ns(Time(sec=2, nanosec=5))
    2000000005
    """
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


def to_targets(result: FrameResult, header: Header) -> TargetArray:
    """Give the targets of one frame; times and drops are left to the sender."""
    return TargetArray(
        header=header,
        camera=result.frame.camera,
        targets=[_to_target(target, header) for target in result.targets],
    )


def _to_target(target: Target, header: Header) -> TargetMessage:
    centre = centroid(target.mask) or (math.nan, math.nan)
    return TargetMessage(
        command_id=target.command.id,
        sentence=target.command.sentence,
        label=target.label,
        state=int(target.state),
        score=float(target.score),
        roi=_to_roi(target.box),
        mask=_cropped(target.mask, target.box, header),
        area=int(np.count_nonzero(target.mask)),
        centroid_x=centre[0],
        centroid_y=centre[1],
        frames_tracked=target.frames_tracked,
        frames_lost=target.frames_lost,
    )


def _cropped(mask: NDArray[np.bool_], box: Box | None, header: Header) -> Image:
    inside = (
        np.zeros((0, 0), np.bool_)
        if box is None
        else mask[box.y : box.y + box.height, box.x : box.x + box.width]
    )
    return to_image_message(grey(inside), "mono8", header)


def grey(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Give an (H, W) mask as 0 and 255."""
    return mask.astype(np.uint8) * np.uint8(255)


def _to_roi(box: Box | None) -> RegionOfInterest:
    if box is None:
        return RegionOfInterest()
    return RegionOfInterest(x_offset=box.x, y_offset=box.y, width=box.width, height=box.height)


def to_event(event: Event, header: Header) -> TargetEvent:
    """Give an event; the header is that of the image that caused it, or the time it happened."""
    return TargetEvent(
        header=header,
        camera=event.camera,
        command_id=event.command.id,
        sentence=event.command.sentence,
        label=event.label,
        kind=int(event.kind),
        previous_state=int(event.previous_state),
        state=int(event.state),
        switch_probability=_or_nan(event.switch_probability),
        overlap=_or_nan(event.overlap),
        previous_roi=_to_roi(event.previous_box),
        roi=_to_roi(event.box),
        reason=event.reason,
    )


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else float(number)


def to_command_array(commands: Sequence[tuple[Command, int, bool]], header: Header) -> CommandArray:
    """Give the living commands.

    Args:
        commands: each with its label, and whether it is paused.
        header: when they became so.
    """
    return CommandArray(
        header=header,
        commands=[
            CommandMessage(
                id=command.id,
                sentence=command.sentence,
                action=CommandMessage.TRACK,
                cameras=list(command.cameras),
            )
            for command, _, _ in commands
        ],
        labels=[label for _, label, _ in commands],
        states=[
            CommandArray.PAUSED if paused else CommandArray.ACTIVE for _, _, paused in commands
        ],
    )
