"""One goal of the action ``~/find``, from the request to the result.

The middleware can lose a request to a server that was just discovered, or its response
(ros2/rmw_fastrtps issues 392 and 842). rclpy's client ignores a response that an executor in
another thread takes before the request is registered. Requests are therefore repeated. The id of a
goal makes that safe: the node accepts each id once.
"""

import time
import uuid
from collections.abc import Callable
from typing import Any

from rclpy.action.client import ActionClient, ClientGoalHandle
from unique_identifier_msgs.msg import UUID

from samwise_ros.action import FindObject
from samwise_ros.client.spinner import Spinner

ATTEMPTS = 5
RESEND_S = 2.0
MAX_RESEND_S = 30.0  # for results, because each request receives a response at the end
CANCEL_TIMEOUT_S = 2.0


class GoalExchange:
    """Sends a goal, and waits for its result."""

    def __init__(self, client: ActionClient, spinner: Spinner) -> None:
        """Prepare a goal.

        Args:
            client: connected to the node.
            spinner: waits with the node of the caller.
        """
        self._client, self._spinner = client, spinner
        self._id = UUID(uuid=list(uuid.uuid4().bytes))
        # Requests of results and cancellations need the id only, not the response to the goal.
        self._handle = ClientGoalHandle(client, self._id, None)

    def send(
        self, goal: FindObject.Goal, on_feedback: Callable[[FindObject.Feedback], object] | None
    ) -> bool:
        """Send the goal, and return whether the node accepted it.

        Raises:
            TimeoutError: the node did not answer.
        """

        def forward(message: Any) -> None:
            if on_feedback is not None:
                on_feedback(message.feedback)

        sent = []
        for _ in range(ATTEMPTS):
            sent.append(self._client.send_goal_async(goal, forward, self._id))
            answered = self._spinner.spin_until(lambda: _first_done(sent), RESEND_S)
            if answered is not None:
                # The node rejects a repeated goal that it has accepted already.
                return len(sent) > 1 or bool(answered.result().accepted)
        raise TimeoutError(f"expected an answer within {ATTEMPTS * RESEND_S:g} s, got none")

    def result(self, timeout_s: float) -> Any:
        """Wait for the response with status and result.

        Raises:
            ConnectionError: the node is gone.
            TimeoutError: there is no response in time.
        """
        now = time.monotonic()
        end, interval_s, due = now + timeout_s, RESEND_S, now
        requests: list[Any] = []
        while now < end:
            if now >= due:
                requests.append(self._handle.get_result_async())
                due, interval_s = now + interval_s, min(2.0 * interval_s, MAX_RESEND_S)
            answered = self._spinner.spin_until(lambda: _first_done(requests), RESEND_S)
            if answered is not None:
                return answered.result()
            if not self._client.server_is_ready():
                raise ConnectionError("the node ended during the search")
            now = time.monotonic()
        raise TimeoutError(f"expected a result within {timeout_s:g} s, got none")

    def cancel(self) -> None:
        """Cancel the goal, and wait for a moment until the node has done so."""
        self._spinner.spin_until(self._handle.cancel_goal_async().done, CANCEL_TIMEOUT_S)


def _first_done(futures: list[Any]) -> Any:
    return next((future for future in futures if future.done()), None)
