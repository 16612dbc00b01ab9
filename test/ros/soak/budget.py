"""The length of the soak tests: complete, or the share in ``SOAK_SHARE``, such as 0.02."""

import os

SHARE = float(os.environ.get("SOAK_SHARE", "1"))


def share_of(count: int, least: int = 1) -> int:
    """Return this run's share of a count."""
    return max(least, round(SHARE * count))
