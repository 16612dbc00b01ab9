"""Waits for messages of a node, whether or not an executor already spins the node."""

import time
from collections.abc import Callable
from typing import TypeVar

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

T = TypeVar("T")

_POLL_S = 0.01


class Spinner:
    """Processes the callbacks of a node while the caller waits.

    * A node that is in an executor: that executor has to spin in another thread; the spinner only
      sleeps. Do not wait inside a callback of the same single-threaded executor: no message can
      arrive until the callback returns.
    * A node that is in no executor: the spinner spins the node in the caller's thread. Messages
      that arrive between two waits stay in the queues of the subscriptions.
    """

    def __init__(self, node: Node) -> None:
        """Wait for messages of this node."""
        self._node = node
        self._executor: SingleThreadedExecutor | None = None

    def close(self) -> None:
        """Free the executor."""
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None

    def spin_once(self, timeout_s: float) -> None:
        """Process at most one callback, or wait until the time is over."""
        executor = self._node.executor
        if executor is not None and self._node in executor.get_nodes():
            time.sleep(min(timeout_s, _POLL_S))
            return
        if self._executor is None:
            self._executor = SingleThreadedExecutor(context=self._node.context)
        # Only for this call, so that the caller can add the node to an executor later.
        self._executor.add_node(self._node)
        try:
            self._executor.spin_once(timeout_sec=timeout_s)
        finally:
            self._executor.remove_node(self._node)

    def spin_for(self, seconds: float) -> None:
        """Process callbacks for a number of seconds."""
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0.0:
            self.spin_once(left_s)

    def spin_until(
        self, condition: Callable[[], T], timeout_s: float, interval_s: float = 0.1
    ) -> T:
        """Process callbacks until a condition is true or the time is over.

        Args:
            condition: checked after each callback and at least every ``interval_s``.
            timeout_s: seconds to wait; 0 only checks.
            interval_s: for conditions that change without a callback, such as discovery.

        Returns:
            The last result of the condition.
        """
        end = time.monotonic() + timeout_s
        while not (found := condition()) and (left_s := end - time.monotonic()) > 0.0:
            self.spin_once(min(left_s, interval_s))
        return found
