"""Converts the descriptions in `samwise_ros.interface.messages` and stamps to ROS 2 messages."""

from array import array
from functools import lru_cache
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from rclpy.node import Node

from samwise_ros.interface.messages import NANOSECONDS, MessageFields
from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.stamps import age_s

_load_type = lru_cache(maxsize=None)(load_type)


def stamp_ns(stamp: Time) -> int:
    """Return a stamp in nanoseconds.

    >>> stamp_ns(Time(sec=2, nanosec=5))
    2000000005
    """
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


def seconds_since(node: Node, stamp: Time) -> float:
    """Return the time since a stamp, in seconds of the node's clock; see `age_s` for NaN."""
    return age_s(stamp_ns(stamp), node.get_clock().now().nanoseconds)


def to_message(described: MessageFields) -> Any:
    """Return the message of a description."""
    return described.build(_make)


def _make(type_name: str, fields: dict[str, Any]) -> object:
    values = {name: _field_value(value) for name, value in fields.items()}
    message: object = _load_type(type_name)(**values)
    return message


def _field_value(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        # rclpy takes an array without a copy; it checks a list or bytes item by item.
        data = array("B")
        data.frombytes(value.tobytes())
        return data
    return value
