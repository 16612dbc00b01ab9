"""The engine's results as the fields of ROS messages, for the node and for bags.

Both make their messages from these descriptions: the node with the classes of ROS 2, a bag with
the classes of rosbags. A header is a message of either kind and is passed through.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.types import Box, Command, Event, FrameResult, Target
from samwise_ros.interface.stamps import SECOND_NS
from samwise_ros.vision.compressed import JPEG_FORMAT, to_jpeg
from samwise_ros.vision.masks import Mask, centroid

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch

TRACK = 0  # of msg/Command.msg
ACTIVE, PAUSED = 0, 1  # of msg/CommandArray.msg


@dataclass(frozen=True, eq=False)
class MessageFields:
    """A message as its type and fields.

    Attributes:
        type_name: such as ``samwise_ros/msg/Target``.
        fields: values by field name: numbers, texts, lists, (N,) uint8 arrays, finished headers,
            or other `MessageFields`.
    """

    type_name: str
    fields: dict[str, Any]

    def build(self, make: Callable[[str, dict[str, Any]], object]) -> object:
        """Make the message.

        Args:
            make: returns a message for a type's name and its fields; called for nested messages
                first.
        """
        return make(self.type_name, {name: _built(one, make) for name, one in self.fields.items()})


def _built(value: Any, make: Callable[[str, dict[str, Any]], object]) -> Any:
    if isinstance(value, MessageFields):
        return value.build(make)
    if isinstance(value, list):
        return [_built(one, make) for one in value]
    return value


@dataclass(frozen=True)
class EventPosition:
    """How far the events of a run of the node have come.

    Attributes:
        run_start_ns: real time at which the run began, in nanoseconds; 0 in a bag.
        sequence: of the last event; 0 before the first one.
    """

    run_start_ns: int = 0
    sequence: int = 0

    def next(self) -> "EventPosition":
        """Return the position of the next event; the number wraps as a uint32.

        >>> EventPosition(5, 0xFFFF_FFFF).next()
        EventPosition(run_start_ns=5, sequence=0)
        """
        return replace(self, sequence=(self.sequence + 1) % 2**32)


NO_EVENT = EventPosition()


def time_message(stamp_ns: int) -> MessageFields:
    """Describe a time in nanoseconds.

    >>> time_message(2**31 * SECOND_NS).fields  # a stamp can have more nanoseconds than a second
    {'sec': 2147483647, 'nanosec': 1000000000}
    """
    seconds = min(stamp_ns // SECOND_NS, 2**31 - 1)
    fields = {"sec": seconds, "nanosec": stamp_ns - seconds * SECOND_NS}
    return MessageFields("builtin_interfaces/msg/Time", fields)


def image(
    pixels: NDArray[np.uint8], encoding: Literal["mono8", "rgb8"], header: object
) -> MessageFields:
    """Describe an image.

    Args:
        pixels: (H, W) for ``mono8``, (H, W, 3) for ``rgb8``.
        encoding: of the pixels.
        header: of the image that the pixels belong to.
    """
    height, width = pixels.shape[:2]
    return MessageFields(
        "sensor_msgs/msg/Image",
        {
            "header": header,
            "height": height,
            "width": width,
            "encoding": encoding,
            "is_bigendian": 0,
            "step": width * (3 if encoding == "rgb8" else 1),
            "data": np.ascontiguousarray(pixels).reshape(-1),
        },
    )


def mask_image(mask: Mask, header: object) -> MessageFields:
    """Describe an (H, W) mask as a mono8 image of 0 and 255."""
    return image(mask.astype(np.uint8) * np.uint8(255), "mono8", header)


def jpeg_image(pixels: NDArray[np.uint8], header: object) -> MessageFields:
    """Describe (H, W, 3) RGB pixels as a compressed image."""
    return MessageFields(
        "sensor_msgs/msg/CompressedImage",
        {"header": header, "format": JPEG_FORMAT, "data": to_jpeg(pixels).reshape(-1)},
    )


def target_array(
    result: FrameResult,
    header: object,
    *,
    inference_s: float,
    latency_s: float,
    dropped_frames: int,
    position: EventPosition = NO_EVENT,
) -> MessageFields:
    """Describe the targets of one frame.

    Args:
        result: of the engine.
        header: of the image.
        inference_s: time that the engine took, in seconds.
        latency_s: time from the image's stamp to this message, in seconds.
        dropped_frames: images of the camera that were not processed, so far.
        position: of the last event up to this frame.
    """
    return MessageFields(
        "samwise_ros/msg/TargetArray",
        {
            "header": header,
            "camera": result.frame.camera,
            "run_start": time_message(position.run_start_ns),
            "event_sequence": position.sequence,
            "targets": [target_fields(target, header) for target in result.targets],
            "inference_seconds": inference_s,
            "latency_seconds": latency_s,
            "dropped_frames": dropped_frames,
        },
    )


def target_event(event: Event, header: object, position: EventPosition = NO_EVENT) -> MessageFields:
    """Describe an event.

    Args:
        event: of the engine.
        header: of the image that caused the event, or the time of the event.
        position: of this event.
    """
    return MessageFields(
        "samwise_ros/msg/TargetEvent",
        {
            "header": header,
            "sequence": position.sequence,
            "run_start": time_message(position.run_start_ns),
            "camera": event.camera,
            "command_id": event.command.id,
            "sentence": event.command.sentence,
            "label": event.label,
            "kind": int(event.kind),
            "previous_state": int(event.previous_state),
            "state": int(event.state),
            "switch_probability": _or_nan(event.switch_probability),
            "overlap": _or_nan(event.overlap),
            "previous_roi": box_fields(event.previous_box),
            "roi": box_fields(event.box),
            "reason": event.reason,
            "ambiguity": _or_nan(event.ambiguity),
            "rival_roi": box_fields(event.rival_box),
        },
    )


def command_array(
    commands: Sequence["CommandStatus"], header: object, position: EventPosition = NO_EVENT
) -> MessageFields:
    """Describe the active commands.

    Args:
        commands: in the order of their labels.
        header: the time of the last change.
        position: of the last event.
    """
    states = [PAUSED if one.paused else ACTIVE for one in commands]
    return MessageFields(
        "samwise_ros/msg/CommandArray",
        {
            "header": header,
            "run_start": time_message(position.run_start_ns),
            "commands": [_command(one.command) for one in commands],
            "labels": np.array([one.label for one in commands], np.uint8),
            "states": np.array(states, np.uint8),
        },
    )


def _command(command: Command) -> MessageFields:
    return MessageFields(
        "samwise_ros/msg/Command",
        {
            "id": command.id,
            "sentence": command.sentence,
            "action": TRACK,
            "cameras": list(command.cameras),
        },
    )


def target_fields(target: Target, header: object) -> MessageFields:
    """Describe a target in the image of a header."""
    centre_x, centre_y = centroid(target.mask) or (math.nan, math.nan)
    box = target.box or Box(0, 0, 0, 0)
    cropped = target.mask[box.y : box.y + box.height, box.x : box.x + box.width]
    return MessageFields(
        "samwise_ros/msg/Target",
        {
            "command_id": target.command.id,
            "sentence": target.command.sentence,
            "label": target.label,
            "state": int(target.state),
            "score": float(target.score),
            "roi": box_fields(target.box),
            "mask": mask_image(cropped, header),
            "area": int(np.count_nonzero(target.mask)),
            "centroid_x": centre_x,
            "centroid_y": centre_y,
            "frames_tracked": target.frames_tracked,
            "frames_lost": target.frames_lost,
            "ambiguity": _or_nan(target.ambiguity),
            "rival_roi": box_fields(target.rival_box),
        },
    )


def box_fields(box: Box | None) -> MessageFields:
    """Describe a box; all zero for ``None``."""
    box = box or Box(0, 0, 0, 0)
    return MessageFields(
        "sensor_msgs/msg/RegionOfInterest",
        {
            "x_offset": box.x,
            "y_offset": box.y,
            "height": box.height,
            "width": box.width,
            "do_rectify": False,
        },
    )


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else float(number)
