"""The arm's controller: trajectories in, positions of the servos out."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rclpy.node import Node
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from samwise_ros.client.process import ChildProcess
from samwise_ros.client.spinner import Spinner
from samwise_ros.sim import messages
from samwise_ros.sim.arm import Trajectory
from samwise_ros.sim.so101 import HOME_RAD, JOINTS

TIMEOUT_S = 20.0


def point(seconds: float, *positions: float) -> JointTrajectoryPoint:
    made = JointTrajectoryPoint(positions=positions)
    made.time_from_start.sec = int(seconds)
    made.time_from_start.nanosec = round(1e9 * (seconds % 1.0))
    return made


def message(*points: JointTrajectoryPoint, names: tuple[str, ...] = JOINTS) -> JointTrajectory:
    return JointTrajectory(joint_names=list(names), points=list(points))


def test_positions_are_interpolated_and_other_joints_stay() -> None:
    start = np.arange(6.0)
    names = ("elbow_flex", "shoulder_pan")
    path = Trajectory(message(point(1, 4, 1), point(2.5, 4, 4), names=names), start, begin_s=10.0)
    assert path.at(9.0).tolist() == start.tolist()
    assert path.at(10.5).tolist() == [0.5, 1, 3, 3, 4, 5]
    assert path.at(12.0).tolist() == [3, 1, 4, 3, 4, 5]
    assert path.at(99.0).tolist() == [4, 1, 4, 3, 4, 5]


@pytest.mark.parametrize(
    ("trajectory", "problem"),
    [
        (message(point(1, 0.0), names=("knee",)), "joint_names: expected names of shoulder_pan"),
        (message(point(1, 0.0)), r"points\[0\].positions: expected 6 finite numbers, got \[0.0\]"),
        (message(point(1, *[np.nan] * 6)), r"points\[0\].positions"),
        (message(point(1, *[0.0] * 6), point(1, *[1.0] * 6)), r"points\[1\].time_from_start"),
        (message(point(0, *[0.0] * 6)), r"points\[0\].time_from_start"),
    ],
)
def test_invalid_trajectories_are_errors(trajectory: JointTrajectory, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Trajectory(trajectory, np.zeros(6), 0.0)


class Servos:
    """Publishes joint states of an arm that follows its commands exactly."""

    def __init__(self, node: Node) -> None:
        self.node, self.positions = node, np.array(HOME_RAD)
        self.is_silent = False
        self.highest = -np.inf  # of the first joint
        self.received = 0
        self.states = node.create_publisher(JointState, messages.JOINT_STATES, 10)
        self.trajectories = node.create_publisher(JointTrajectory, messages.TRAJECTORY, 10)
        node.create_subscription(JointState, messages.JOINT_COMMANDS, self.on_command, 10)
        node.create_timer(0.02, self.publish)

    def on_command(self, command: JointState) -> None:
        self.positions = np.array(command.position)
        self.highest = max(self.highest, self.positions[0])
        self.received += 1

    def publish(self) -> None:
        if not self.is_silent:
            self.states.publish(messages.joint_state(JOINTS, self.positions, time.time_ns()))


def wait(spin: Spinner, condition: Callable[[], bool]) -> None:
    assert spin.spin_until(condition, TIMEOUT_S)


def move(spin: Spinner, servos: Servos, path: JointTrajectory, is_done: Callable[[], bool]) -> None:
    """Publish a trajectory, again while it is not done.

    The controller may not have discovered the publisher yet, and on a loaded machine joint states
    can be late, which stops the arm.
    """

    def publish() -> bool:
        servos.trajectories.publish(path)
        return spin.spin_until(is_done, TIMEOUT_S / 5)

    assert any(publish() for _ in range(5))


def rest(spin: Spinner, servos: Servos) -> float:
    """Wait until commands arrive and do not change; return the position of the first joint."""

    def is_at_rest() -> bool:
        received, positions = servos.received, servos.positions.copy()
        spin.spin_for(0.3)
        return servos.received > received + 2 and np.allclose(positions, servos.positions)

    wait(spin, is_at_rest)
    return float(servos.positions[0])


def test_process_follows_stops_and_survives_invalid_trajectories(
    tmp_path: Path, node: Node
) -> None:
    command = [sys.executable, "-m", "samwise_ros.sim.arm"]
    with ChildProcess(command, tmp_path / "arm.log", folder=tmp_path) as arm:
        servos = Servos(node)
        spin = Spinner(node)
        wait(spin, lambda: servos.trajectories.get_subscription_count() > 0)
        wait(spin, lambda: servos.states.get_subscription_count() > 0)
        at_once = message(point(0.5, *[0.1] * 6))
        move(spin, servos, at_once, lambda: np.abs(servos.positions - 0.1).max() < 1e-6)

        slowly = message(point(20, 1.0), names=JOINTS[:1])
        move(spin, servos, slowly, lambda: servos.positions[0] > 0.12)
        servos.trajectories.publish(JointTrajectory())
        stopped = rest(spin, servos)
        assert stopped < 0.9

        servos.trajectories.publish(message(point(1, 0.0), names=("knee",)))
        wait(spin, lambda: "knee" in arm.log)
        slowly = message(point(4, 1.5), names=JOINTS[:1])
        move(spin, servos, slowly, lambda: servos.positions[0] > stopped + 0.02)
        servos.is_silent = True
        wait(spin, lambda: f"no {messages.JOINT_STATES}" in arm.log)
        assert rest(spin, servos) == servos.highest, "it does not go back to an old state"
        assert servos.highest < 1.3
