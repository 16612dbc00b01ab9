"""A node whose clock is real time."""

from typing import Any

from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.node import Node


class RealTimeNode:
    """Stands for a node in an action server, which counts the age of results by the node's clock.

    In a paused or restarted simulation that clock stands still or goes back, and the results of
    ended goals would be kept without end.
    """

    def __init__(self, node: Node) -> None:
        """Wrap a node."""
        self._node, self._clock = node, Clock(clock_type=ClockType.SYSTEM_TIME)

    def get_clock(self) -> Clock:
        """Return the clock of real time."""
        return self._clock

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the node."""
        return getattr(self._node, name)
