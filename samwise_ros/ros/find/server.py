"""The server of the action ``~/find``.

The executor's thread accepts, cancels and finishes goals; the worker's thread owns the commands:

    executor's thread  FindServer  accepts a goal and queues its `Search`; publishes feedback and
                                   the result; ends searches that are canceled or out of time
    worker's thread    SearchSet   adds and removes commands, reports frames, ends searches whose
                                   object is found or whose command is rejected or removed

Every search ends once, with an `Ending` from either thread, and an ended search always has two
consequences: the worker removes its command, and the executor finishes its goal.
"""

import time
from collections import deque
from dataclasses import dataclass, field

from rclpy._rclpy_pybind11 import InvalidHandle, RCLError
from rclpy.action.server import ActionServer, CancelResponse, GoalResponse, ServerGoalHandle
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.lifecycle import LifecycleNode
from rclpy.task import Future

from samwise_ros.action import FindObject
from samwise_ros.engine.types import Command
from samwise_ros.interface.actions import FIND
from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.printable import printable
from samwise_ros.ros.find import messages
from samwise_ros.ros.find.goal_check import rejection_reason
from samwise_ros.ros.find.real_time import RealTimeNode
from samwise_ros.ros.find.search import Ending, Outcome, Search
from samwise_ros.ros.find.search_set import SearchSet

CHECK_PERIOD_S = 0.1
NO_CLIENT_S = 5.0  # without a subscriber of the feedback
RESULT_TIMEOUT_S = 60  # a client can request a result so long after its goal has ended
MAX_RECENT_GOALS = 128  # within RESULT_TIMEOUT_S, because ROS 2 keeps each goal so long


@dataclass(eq=False)
class _Goal:
    """A goal that has not ended.

    Attributes:
        handle: of ROS 2.
        search: for the object.
        began: when the goal was accepted, in seconds of ``time.monotonic``.
        last_client: when the feedback had a subscriber last, in the same time.
        result: the message, when the goal has ended.
    """

    handle: ServerGoalHandle
    search: Search
    began: float = field(default_factory=time.monotonic)
    last_client: float = field(default_factory=time.monotonic)
    result: Future = field(default_factory=Future)


class FindServer:
    """Serves the action in every state of the node; goals are searched while it is active."""

    def __init__(self, node: LifecycleNode) -> None:
        """Create the action; until `start`, its goals are rejected."""
        self._node = node
        self._goals: list[_Goal] = []
        self._accepted: deque[float] = deque(maxlen=MAX_RECENT_GOALS)
        self._parameters: Parameters | None = None
        self._searches: SearchSet | None = None
        self._changed = node.create_guard_condition(self._finish_ended)
        # Real time: simulated time can stand still, and no goal may wait forever.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(CHECK_PERIOD_S, self._check, clock=steady)
        self._timer.cancel()
        self._feedback_topic = node.resolve_topic_name(FIND.feedback_topic)
        self._server = ActionServer(
            RealTimeNode(node),
            FindObject,
            FIND.name,
            execute_callback=lambda _: FindObject.Result(),  # replaced for each goal
            goal_callback=self._on_goal,
            handle_accepted_callback=self._on_accepted,
            cancel_callback=self._on_cancel,
            result_timeout=RESULT_TIMEOUT_S,
        )

    def start(self, parameters: Parameters, searches: SearchSet) -> None:
        """Search for the objects of goals.

        Args:
            parameters: current values; the names of the cameras do not change.
            searches: receives the search of each goal.
        """
        self._parameters, self._searches = parameters, searches

    def stop(self, reason: str) -> bool:
        """End all goals; later goals are rejected.

        Args:
            reason: why, for people.

        Returns:
            Whether there were goals.
        """
        had_goals = bool(self._goals)
        for goal in self._goals:
            goal.search.end(Ending(Outcome.REMOVED, reason))
        self._finish_ended()
        self._parameters = self._searches = None
        return had_goals

    def close(self) -> None:
        """Destroy the action, after `stop`."""
        self._server.destroy()

    def wake(self) -> None:
        """Make the executor look at the searches; safe in any thread."""
        self._changed.trigger()

    def _on_goal(self, _: FindObject.Goal) -> GoalResponse:
        """Accept a goal unless there are too many, whatever it is: a rejection has no reason."""
        now = time.monotonic()
        full = len(self._accepted) == MAX_RECENT_GOALS
        if full and now - self._accepted[0] < RESULT_TIMEOUT_S:
            text = f"goal rejected: more than {MAX_RECENT_GOALS} goals in {RESULT_TIMEOUT_S} s"
            self._node.get_logger().warning(text, throttle_duration_sec=1.0)
            return GoalResponse.REJECT
        self._accepted.append(now)
        return GoalResponse.ACCEPT

    def _on_accepted(self, handle: ServerGoalHandle) -> None:
        request: FindObject.Goal = handle.request
        command = Command(
            f"find-{bytes(handle.goal_id.uuid).hex()}",
            request.sentence.strip(),
            tuple(dict.fromkeys(request.cameras)),
            temporary=True,
        )
        goal = _Goal(handle, Search(command, request.confident_frames, request.keep_tracking))

        async def result(_: ServerGoalHandle) -> FindObject.Result:
            return await goal.result

        handle.execute(result)
        self._goals.append(goal)
        if self._timer.is_canceled():  # otherwise frequent goals would delay it forever
            self._timer.reset()
        if self._searches is None or self._parameters is None:
            goal.search.end(Ending(Outcome.REJECTED, "the node is not active"))
        elif reason := rejection_reason(request, self._parameters):
            goal.search.end(Ending(Outcome.REJECTED, reason))
        else:
            self._searches.add(goal.search)
        self._finish_ended()

    def _on_cancel(self, _: ServerGoalHandle) -> CancelResponse:
        # The goal is canceled when this callback has returned.
        self.wake()
        return CancelResponse.ACCEPT

    def _finish_ended(self) -> None:
        """Publish feedback, and finish the goals whose searches have ended."""
        for goal in self._goals:
            if goal.handle.is_cancel_requested:
                goal.search.end(Ending(Outcome.CANCELED, "canceled by a client"))
            report, ending = goal.search.take_report(), goal.search.ending
            if ending is not None:
                self._finish(goal, ending)
            elif report is not None:
                goal.handle.publish_feedback(messages.feedback(report))
        remaining = [goal for goal in self._goals if not goal.result.done()]
        if self._searches is not None and len(remaining) < len(self._goals):
            self._searches.request_settle()
        self._goals = remaining
        if not remaining:
            self._timer.cancel()

    def _finish(self, goal: _Goal, ending: Ending) -> None:
        self._log(goal, ending)
        try:
            if ending.outcome is Outcome.FOUND:
                goal.handle.succeed()
            elif ending.outcome is Outcome.CANCELED:
                goal.handle.canceled()
            else:
                goal.handle.abort()
        except (InvalidHandle, RCLError) as error:
            # After rclpy's shutdown, or for a fault of rclpy: the other goals must end anyway.
            if self._node.context.ok():
                self._node.get_logger().error(printable(f"goal {goal.search.command.id}: {error}"))
        goal.result.set_result(messages.result(ending))

    def _check(self) -> None:
        """End the searches that take too long or have no client."""
        now = time.monotonic()
        has_client = self._node.count_subscribers(self._feedback_topic) > 0
        for goal in self._goals:
            if has_client:
                goal.last_client = now
            timeout_s = goal.handle.request.timeout_seconds
            if now - goal.began >= timeout_s:
                goal.search.end(Ending(Outcome.TIMEOUT, _timeout_reason(goal.search, timeout_s)))
            elif now - goal.last_client >= NO_CLIENT_S:
                reason = f"{self._feedback_topic} had no subscriber for {NO_CLIENT_S:g} s"
                goal.search.end(Ending(Outcome.REMOVED, reason))
        self._finish_ended()

    def _log(self, goal: _Goal, ending: Ending) -> None:
        text = f"goal {goal.search.command.id}: {ending.outcome.name}"
        if ending.reason:
            text += f": {ending.reason}"
        self._node.get_logger().info(printable(text), throttle_duration_sec=0.1)


def _timeout_reason(search: Search, timeout_s: float) -> str:
    if not search.frames:
        return f"no image was processed for {timeout_s:g} s"
    return f"not found within {timeout_s:g} s; processed frames: {search.frames}"
