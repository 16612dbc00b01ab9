"""The age of a stamp, for the node and for bags."""

import math

from samwise_ros.interface.messages import NANOSECONDS

OTHER_CLOCK_S = 3600.0  # a stamp that is further away is not of the same clock


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
    age = (now_ns - stamp_ns) / NANOSECONDS
    return age if stamp_ns > 0 and abs(age) < OTHER_CLOCK_S else math.nan
