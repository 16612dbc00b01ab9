"""The arm's controller: a process that follows joint trajectories.

    python -m samwise_ros.sim.arm

It obeys the latest ``trajectory_msgs/JointTrajectory`` from where the arm is, along straight lines
between the points. A trajectory without points stops the arm. The controller also stops if joint
states are late, or if a joint does not follow.
"""

import sys
import time

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.utilities import try_shutdown
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from samwise_ros.interface.stamps import SECOND_NS
from samwise_ros.sim import messages
from samwise_ros.sim.so101 import ARM_JOINTS, JOINTS

Array = NDArray[np.float64]

PERIOD_S = 0.02
LATE_S = 0.5
MAX_DEVIATION_RAD = 0.5  # of the joints but the gripper, which an object stops
_QUEUE = 10


class Trajectory:
    """Positions of all joints over time."""

    def __init__(self, message: JointTrajectory, start: Array, begin_s: float) -> None:
        """Check a message.

        Args:
            message: the trajectory, of all joints or some.
            start: (6,) positions from which the arm moves; other joints keep theirs.
            begin_s: when it begins.

        Raises:
            ValueError: a joint is unknown, or a point is incomplete or not after the one before.
        """
        unknown = sorted(set(message.joint_names) - set(JOINTS))
        if unknown:
            raise ValueError(f"joint_names: expected names of {', '.join(JOINTS)}, got {unknown}")
        columns = [JOINTS.index(name) for name in message.joint_names]
        self._times, self._path = [begin_s], [start]
        for number, point in enumerate(message.points):
            due_s = begin_s + point.time_from_start.sec + point.time_from_start.nanosec / SECOND_NS
            positions = np.array(point.positions, np.float64)
            if len(positions) != len(columns) or not np.isfinite(positions).all():
                raise ValueError(
                    f"points[{number}].positions: expected {len(columns)} finite numbers, got "
                    f"{positions.tolist()}"
                )
            if due_s <= self._times[-1]:
                raise ValueError(
                    f"points[{number}].time_from_start: expected a time after the point before"
                )
            waypoint = self._path[-1].copy()
            waypoint[columns] = positions
            self._times.append(due_s)
            self._path.append(waypoint)

    def at(self, time_s: float) -> Array:
        """Return the (6,) positions at a time."""
        path = np.array(self._path)
        return np.array([np.interp(time_s, self._times, joint) for joint in path.T])


class ArmController:
    """Turns trajectories into positions of the servos, at 50 Hz."""

    def __init__(self, node: Node) -> None:
        """Subscribe; the arm does not move before the first trajectory."""
        self._node = node
        self._measured: Array | None = None
        self._commanded: Array | None = None
        self._trajectory: Trajectory | None = None
        self._received_s = 0.0
        self._commands = self._node.create_publisher(JointState, messages.JOINT_COMMANDS, _QUEUE)
        self._deviation = self._node.create_publisher(JointState, messages.DEVIATION, _QUEUE)
        self._node.create_subscription(JointState, messages.JOINT_STATES, self._on_state, _QUEUE)
        self._node.create_subscription(
            JointTrajectory, messages.TRAJECTORY, self._on_trajectory, _QUEUE
        )
        self._node.create_timer(PERIOD_S, self._control)

    def _on_state(self, message: JointState) -> None:
        if (positions := messages.joint_positions(message)) is not None:
            self._measured = positions
            self._received_s = time.monotonic()

    def _on_trajectory(self, message: JointTrajectory) -> None:
        if self._measured is None:
            self._node.get_logger().error(f"no trajectory before {messages.JOINT_STATES}")
            return
        if not message.points:
            self._stop("")
            return
        now_s = time.monotonic()
        start = self._measured if self._commanded is None else self._commanded
        try:
            self._trajectory = Trajectory(message, start, now_s)
        except ValueError as error:
            self._stop(f"{messages.TRAJECTORY}: {error}")

    def _stop(self, problem: str) -> None:
        """Hold the measured position, or the commanded one if states are late.

        The gripper keeps its grip.
        """
        if problem:
            self._node.get_logger().error(problem)
        self._trajectory = None
        is_late = time.monotonic() - self._received_s > LATE_S
        if self._measured is not None and self._commanded is not None and not is_late:
            self._commanded[: len(ARM_JOINTS)] = self._measured[: len(ARM_JOINTS)]

    def _control(self) -> None:
        if self._measured is None:
            return
        now_s = time.monotonic()
        if self._trajectory is not None:
            if now_s - self._received_s > LATE_S:
                self._stop(f"no {messages.JOINT_STATES} for {LATE_S:g} s")
            else:
                self._commanded = self._trajectory.at(now_s)
        if self._commanded is None:
            return
        deviation = self._commanded - self._measured
        if self._trajectory is not None:
            worst = float(np.abs(deviation[: len(ARM_JOINTS)]).max())
            if worst > MAX_DEVIATION_RAD:
                self._stop(f"a joint deviates by {worst:.2f} rad: the arm is blocked")
        stamp_ns = self._node.get_clock().now().nanoseconds
        self._commands.publish(messages.joint_state(JOINTS, self._commanded, stamp_ns))
        self._deviation.publish(messages.joint_state(JOINTS, deviation, stamp_ns))


def main() -> int:
    """Run until a signal; return the exit code."""
    rclpy.init()
    node = Node("arm")
    ArmController(node)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
