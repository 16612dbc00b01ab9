"""The engine's nouns as messages of a bag, without ROS.

The messages are those that the node publishes, field by field. rosbags makes their classes: of the
definitions of ROS 2 that it brings, and of this package's own.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from samwise_ros.engine.commands import CommandStatus
from samwise_ros.engine.types import Box, Event, FrameResult, Target
from samwise_ros.vision.encodings import JPEG_FORMAT, to_jpeg
from samwise_ros.vision.masks import centroid

DEFINITIONS = Path(__file__).parents[2] / "msg"
"""Where the definitions of our messages are installed: beside their Python, where that is."""

NANOSECONDS = 1_000_000_000


def message_types() -> Typestore:
    """Give the message types of ROS 2 Jazzy and of this package.

    Raises:
        OSError: our definitions are not installed.
    """
    if not DEFINITIONS.is_dir():
        raise FileNotFoundError(f"{DEFINITIONS}: no definitions of messages; install samwise_ros")
    types = get_typestore(Stores.ROS2_JAZZY)
    ours = {}
    for file in sorted(DEFINITIONS.glob("*.msg")):
        ours.update(get_types_from_msg(file.read_text(), f"samwise_ros/msg/{file.stem}"))
    types.register(ours)
    return types


class Messages:
    """Makes messages; a header is one of these or one that a bag's message came with."""

    def __init__(self, types: Typestore) -> None:
        """Take the types that `message_types` gives."""
        self._types = types.types

    def header(self, stamp_ns: int) -> object:
        """Give a header of a time, in nanoseconds, without a frame."""
        seconds, nanoseconds = divmod(stamp_ns, NANOSECONDS)
        stamp = self._make("builtin_interfaces/msg/Time", sec=seconds, nanosec=nanoseconds)
        return self._make("std_msgs/msg/Header", stamp=stamp, frame_id="")

    def grey(self, pixels: NDArray[np.uint8], header: object) -> object:
        """Give an image of (H, W) pixels."""
        height, width = pixels.shape
        return self._make(
            "sensor_msgs/msg/Image",
            header=header,
            height=height,
            width=width,
            encoding="mono8",
            is_bigendian=0,
            step=width,
            data=np.ascontiguousarray(pixels).reshape(-1),
        )

    def mask(self, mask: NDArray[np.bool_], header: object) -> object:
        """Give an (H, W) mask as an image of 0 and 255."""
        return self.grey(mask.astype(np.uint8) * np.uint8(255), header)

    def jpeg(self, pixels: NDArray[np.uint8], header: object) -> object:
        """Give a compressed image of (H, W, 3) RGB pixels."""
        return self._make(
            "sensor_msgs/msg/CompressedImage",
            header=header,
            format=JPEG_FORMAT,
            data=to_jpeg(pixels).reshape(-1),
        )

    def targets(
        self, result: FrameResult, header: object, inference_s: float, latency_s: float, drops: int
    ) -> object:
        """Give the targets of one frame.

        Args:
            result: of the engine.
            header: of the image.
            inference_s: time the engine took.
            latency_s: from the image's stamp to the time of this message in the bag.
            drops: images of the camera that could not be used, so far.
        """
        return self._make(
            "samwise_ros/msg/TargetArray",
            header=header,
            camera=result.frame.camera,
            targets=[self._target(target, header) for target in result.targets],
            inference_seconds=inference_s,
            latency_seconds=latency_s,
            dropped_frames=drops,
        )

    def event(self, event: Event, header: object) -> object:
        """Give an event; the header is that of the image that caused it, or the time of it."""
        return self._make(
            "samwise_ros/msg/TargetEvent",
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
            previous_roi=self._roi(event.previous_box),
            roi=self._roi(event.box),
            reason=event.reason,
        )

    def commands(self, commands: Sequence[CommandStatus], header: object) -> object:
        """Give the living commands; the header says since when they are."""
        return self._make(
            "samwise_ros/msg/CommandArray",
            header=header,
            commands=[
                self._make(
                    "samwise_ros/msg/Command",
                    id=one.command.id,
                    sentence=one.command.sentence,
                    action=0,  # TRACK
                    cameras=list(one.command.cameras),
                )
                for one in commands
            ],
            labels=np.array([one.label for one in commands], np.uint8),
            states=np.array([one.paused for one in commands], np.uint8),
        )

    def _target(self, target: Target, header: object) -> object:
        centre = centroid(target.mask) or (math.nan, math.nan)
        box = target.box or Box(0, 0, 0, 0)
        inside = target.mask[box.y : box.y + box.height, box.x : box.x + box.width]
        return self._make(
            "samwise_ros/msg/Target",
            command_id=target.command.id,
            sentence=target.command.sentence,
            label=target.label,
            state=int(target.state),
            score=float(target.score),
            roi=self._roi(target.box),
            mask=self.mask(inside, header),
            area=int(np.count_nonzero(target.mask)),
            centroid_x=centre[0],
            centroid_y=centre[1],
            frames_tracked=target.frames_tracked,
            frames_lost=target.frames_lost,
        )

    def _roi(self, box: Box | None) -> object:
        box = box or Box(0, 0, 0, 0)
        return self._make(
            "sensor_msgs/msg/RegionOfInterest",
            x_offset=box.x,
            y_offset=box.y,
            height=box.height,
            width=box.width,
            do_rectify=False,
        )

    def _make(self, kind: str, /, **fields: Any) -> object:
        return self._types[kind](**fields)


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else float(number)
