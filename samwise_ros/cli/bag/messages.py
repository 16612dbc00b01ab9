"""The messages of a bag, without ROS: `samwise_ros.interface.messages` made with rosbags' classes.

rosbags makes the classes from the definitions of ROS 2 that it contains and from this package's
definitions.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from samwise_ros.engine.commands import CommandStatus
from samwise_ros.engine.types import Event, FrameResult
from samwise_ros.interface import messages
from samwise_ros.interface.messages import EventPosition, MessageFields

DEFINITIONS = Path(__file__).parents[2] / "msg"
"""Folder of this package's message definitions: beside their Python modules, if those exist."""


def message_types() -> Typestore:
    """Return the message types of ROS 2 Jazzy and of this package.

    Raises:
        OSError: the definitions of this package are not installed.
    """
    if not DEFINITIONS.is_dir():
        raise FileNotFoundError(f"{DEFINITIONS}: no message definitions; install samwise_ros")
    types = get_typestore(Stores.ROS2_JAZZY)
    ours = {}
    for file in sorted(DEFINITIONS.glob("*.msg")):
        ours.update(get_types_from_msg(file.read_text(), f"samwise_ros/msg/{file.stem}"))
    types.register(ours)
    return types


class Messages:
    """Makes messages; headers are made here or come from a message of a bag."""

    def __init__(self, types: Typestore) -> None:
        """Use the types that `message_types` returns."""
        self._types = types.types
        self._position = EventPosition()

    def header(self, stamp_ns: int) -> object:
        """Return a header with a stamp in nanoseconds and no frame."""
        fields = {"stamp": messages.time_message(stamp_ns), "frame_id": ""}
        return self._made(MessageFields("std_msgs/msg/Header", fields))

    def grey(self, pixels: NDArray[np.uint8], header: object) -> object:
        """Return a mono8 image of (H, W) pixels."""
        return self._made(messages.image(pixels, "mono8", header))

    def mask(self, mask: NDArray[np.bool_], header: object) -> object:
        """Return an (H, W) mask as an image of 0 and 255."""
        return self._made(messages.mask_image(mask, header))

    def jpeg(self, pixels: NDArray[np.uint8], header: object) -> object:
        """Return a compressed image of (H, W, 3) RGB pixels."""
        return self._made(messages.jpeg_image(pixels, header))

    def targets(
        self, result: FrameResult, header: object, inference_s: float, latency_s: float, drops: int
    ) -> object:
        """Return the targets of one frame.

        Args:
            result: of the engine.
            header: of the image.
            inference_s: time that the engine took, in seconds.
            latency_s: from the image's stamp to the time of this message in the bag, in seconds.
            drops: images of the camera that could not be used, so far.
        """
        described = messages.target_array(
            result,
            header,
            inference_s=inference_s,
            latency_s=latency_s,
            dropped_frames=drops,
            position=self._position,
        )
        return self._made(described)

    def event(self, event: Event, header: object) -> object:
        """Return the next event; the header is its image's, or the time of the event."""
        self._position = self._position.next()
        return self._made(messages.target_event(event, header, self._position))

    def commands(self, commands: Sequence[CommandStatus], header: object) -> object:
        """Return the active commands; the header is the time of their last change."""
        return self._made(messages.command_array(commands, header, self._position))

    def _made(self, described: MessageFields) -> object:
        return described.build(self._make)

    def _make(self, type_name: str, fields: dict[str, Any]) -> object:
        return self._types[type_name](**fields)
