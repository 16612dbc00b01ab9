"""The messages of a bag, without ROS: `samwise_ros.interface.messages` made with rosbags' classes.

rosbags makes the classes from the definitions of ROS 2 that it contains and from this package's
definitions.
"""

from pathlib import Path
from typing import Any

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from samwise_ros.interface.messages import MessageFields, time_message

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


def header_at(stamp_ns: int) -> MessageFields:
    """Describe a header with a stamp in nanoseconds and no frame."""
    return MessageFields("std_msgs/msg/Header", {"stamp": time_message(stamp_ns), "frame_id": ""})


def serialized(described: MessageFields, types: Typestore) -> bytes:
    """Return a described message as it is stored in a bag.

    Args:
        described: headers in it are described, too, or come from a message of a bag.
        types: from `message_types`.
    """

    def make(type_name: str, fields: dict[str, Any]) -> object:
        return types.types[type_name](**fields)

    return bytes(types.serialize_cdr(described.build(make), described.type_name))
