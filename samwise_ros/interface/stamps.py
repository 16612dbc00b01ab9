"""Stamps as nanoseconds, and their age: for the node, clients and bags."""

import math
from typing import Protocol

SECOND_NS = 1_000_000_000
OTHER_CLOCK_S = 3600.0  # a stamp that is further away is not of the same clock


class Stamp(Protocol):
    """A ``builtin_interfaces/msg/Time``, of ROS 2 or of rosbags."""

    sec: int
    nanosec: int


def to_nanoseconds(stamp: Stamp) -> int:
    """Return a stamp in nanoseconds.

    >>> from builtin_interfaces.msg import Time
    >>> to_nanoseconds(Time(sec=2, nanosec=5))
    2000000005
    """
    return int(stamp.sec) * SECOND_NS + int(stamp.nanosec)


def age_s(stamp_ns: int, now_ns: int) -> float:
    """Return the time from a stamp to now, in seconds.

    Returns:
        NaN if the stamp is zero or of another clock: such a stamp has no age. Negative for a stamp
        that lies a little in the future.

    >>> age_s(2_000_000_000, 2_500_000_000)
    0.5
    >>> age_s(0, 2_500_000_000)
    nan
    """
    age = (now_ns - stamp_ns) / SECOND_NS
    return age if stamp_ns > 0 and abs(age) < OTHER_CLOCK_S else math.nan
