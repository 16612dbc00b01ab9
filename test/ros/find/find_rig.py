"""A camera and a client of the action ``~/find`` in front of a node with the shipped model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from action_msgs.msg import GoalStatus
from image_messages import image
from node_process import NodeProcess
from numpy.typing import NDArray
from rclpy.action import ActionClient
from ros_harness import TIMEOUT_S, Inbox, Robot, wait_for
from sensor_msgs.msg import Image
from tracked_scene import PERIOD_NS, SENTENCE, scene_pixels

from samwise_ros.action import FindObject
from samwise_ros.msg import TargetArray

Result = FindObject.Result
SUCCEEDED, ABORTED, CANCELED = (
    GoalStatus.STATUS_SUCCEEDED,
    GoalStatus.STATUS_ABORTED,
    GoalStatus.STATUS_CANCELED,
)


def done(future: Any, timeout_s: float = TIMEOUT_S) -> Any:
    """Wait for a future, which another thread completes."""
    wait_for(future.done, timeout_s, "a response of the action")
    return future.result()


def requested(robot: Robot, request: Callable[[], Any]) -> Any:
    """Call a client in the thread that spins it, and return the future of the response.

    In another thread, the response can arrive before rclpy knows the request, and is ignored.
    """
    return done(robot.node.executor.create_task(request))


def destroy(robot: Robot, client: ActionClient) -> None:
    """Destroy a client in the thread that spins it.

    In another thread, the executor may be about to wait for the client, and ends with an error.
    """
    requested(robot, client.destroy)


@dataclass(eq=False)
class Goal:
    """An accepted goal.

    Attributes:
        robot: whose node has the client.
        handle: of rclpy.
        response: future of the status and the result.
        feedback: as it arrived.
    """

    robot: Robot
    handle: Any
    response: Any
    feedback: list[FindObject.Feedback] = field(default_factory=list)

    @property
    def command_id(self) -> str:
        return f"find-{bytes(self.handle.goal_id.uuid).hex()}"

    def result(self, status: int, outcome: int) -> FindObject.Result:
        """Wait for the result, which must have a status and an outcome."""
        response = done(self.response)
        assert (response.status, response.result.outcome) == (status, outcome), response.result
        return response.result

    def cancel(self) -> None:
        """Cancel the goal."""
        assert done(requested(self.robot, self.handle.cancel_goal_async)).goals_canceling


class FindRig:
    """Sends goals and frames to a node."""

    def __init__(
        self, robot: Robot, node: NodeProcess, camera: Any, targets: Inbox[TargetArray]
    ) -> None:
        self.robot, self.node, self._camera, self._targets = robot, node, camera, targets
        self.client = ActionClient(robot.node, FindObject, f"{node.name}/find")
        assert self.client.wait_for_server(TIMEOUT_S)
        self._stamp_ns = robot.stamp_ns()
        self._number = 0

    def goal(self, sentence: str = SENTENCE, **fields: Any) -> Goal:
        """Send a goal, which ROS 2 must accept."""
        feedback: list[FindObject.Feedback] = []
        handle = self.send(
            FindObject.Goal(sentence=sentence, **fields),
            lambda message: feedback.append(message.feedback),
        )
        assert handle.accepted
        return Goal(self.robot, handle, requested(self.robot, handle.get_result_async), feedback)

    def send(
        self, goal: FindObject.Goal, on_feedback: Callable[[Any], object] | None = None
    ) -> Any:
        """Send a goal, and return its handle."""
        request = partial(self.client.send_goal_async, goal, on_feedback)
        return done(requested(self.robot, request))

    def started(self, sentence: str = SENTENCE, **fields: Any) -> Goal:
        """Send a goal and wait until its command is active."""
        goal = self.goal(sentence, **fields)
        wait_for(lambda: goal.command_id in self.command_ids(), what="the command of the goal")
        return goal

    def frame(self, pixels: NDArray[Any] | None = None) -> TargetArray:
        """Send a frame, by default the next one of the scene, and wait for its targets."""
        if pixels is None:
            pixels, self._number = scene_pixels(self._number), self._number + 1
        self._stamp_ns += PERIOD_NS
        message: Image = image(self._stamp_ns, pixels)
        self._camera.publish(message)
        return self._targets.wait(lambda array: array.header == message.header)

    def wait_for_camera(self) -> None:
        """Wait until the node subscribes to the camera again."""
        wait_for(self._camera.get_subscription_count, what="the subscription of the camera")
        wait_for(lambda: self.robot.reliability(self.node.image_topic) == ["RELIABLE"])

    def command_ids(self) -> list[str]:
        """Return the ids of the active commands."""
        client = self.robot.client(self.node.name)
        client.wait_until_ready(TIMEOUT_S)
        return [one.id for one in client.commands.commands]

    def wait_for_no_commands(self, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until the node has no command."""
        wait_for(lambda: not self.command_ids(), timeout_s, what="no commands")


@contextmanager
def find_rig(robot: Robot, node: NodeProcess) -> Iterator[FindRig]:
    """A rig in front of an active node."""
    with (
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/targets", TargetArray) as targets,
    ):
        rig = FindRig(robot, node, camera, targets)
        try:
            yield rig
        finally:
            destroy(robot, rig.client)
