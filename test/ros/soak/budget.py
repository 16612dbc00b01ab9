"""How long the soak is: all of it, or the share that ``SOAK_SHARE`` gives, such as 0.02."""

import os

SHARE = float(os.environ.get("SOAK_SHARE", "1"))


def share_of(count: int, least: int = 1) -> int:
    """Give this run's share of a count."""
    return max(least, round(SHARE * count))
