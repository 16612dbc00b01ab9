"""What the picker knows of the robot: joint states, camera, and the arm's trajectories."""

import time

import numpy as np
from geometry_msgs.msg import TransformStamped
from numpy.typing import ArrayLike, NDArray
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image, JointState
from trajectory_msgs.msg import JointTrajectory

from samwise_ros.sim.grasp import SPEED_RAD_S, times_s
from samwise_ros.sim.messages import joint_positions, joint_trajectory, pose_matrix

Array = NDArray[np.float64]

NODE = "/samwise_node/camera"
NEAR_RAD = 0.1


class Robot:
    """The arm, and the points of the object that the samwise node tracks."""

    def __init__(self, node: Node) -> None:
        """Subscribe; the node belongs to the caller, who spins it."""
        self.joints_rad: Array | None = None
        self.points_m: Array | None = None  # (N, 3) of the target, in the frame of the arm's foot
        self._matrix = self._pose = None
        self._ends_s = 0.0
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        node.create_subscription(JointState, "joint_states", self._on_joints, 10)
        node.create_subscription(TransformStamped, "camera/transform", self._on_pose, latched)
        node.create_subscription(CameraInfo, f"{NODE}/camera_info", self._on_info, 1)
        node.create_subscription(Image, f"{NODE}/masked_depth", self._on_depth, 1)
        self._trajectories = node.create_publisher(JointTrajectory, "arm/joint_trajectory", 10)

    def follow(self, waypoints: Array, speed_rad_s: float = SPEED_RAD_S) -> None:
        """Move through (K, 6) joint angles."""
        assert self.joints_rad is not None
        ends_s = times_s(self.joints_rad, waypoints, speed_rad_s)
        self._trajectories.publish(joint_trajectory(waypoints, ends_s))
        self.goal_rad = waypoints[-1]
        self._ends_s = time.monotonic() + float(ends_s[-1]) + 0.15

    def is_moving(self) -> bool:
        """Return whether the time of the last trajectory is not over."""
        return time.monotonic() < self._ends_s

    def is_at(self, joints_rad: ArrayLike) -> bool:
        """Return whether the arm, without the gripper, is at these joint angles."""
        return bool(np.abs(self.joints_rad - np.array(joints_rad))[:5].max() < NEAR_RAD)

    def stop(self) -> None:
        """Stop the arm where it is."""
        self._trajectories.publish(JointTrajectory())
        self._ends_s = 0.0

    def _on_joints(self, message: JointState) -> None:
        if (positions := joint_positions(message)) is not None:
            self.joints_rad = positions

    def _on_info(self, message: CameraInfo) -> None:
        self._matrix = np.array(message.k).reshape(3, 3)

    def _on_pose(self, message: TransformStamped) -> None:
        self._pose = pose_matrix(message)

    def _on_depth(self, message: Image) -> None:
        if self._matrix is None or self._pose is None:
            return
        pixels = np.frombuffer(message.data, np.uint16).reshape(message.height, message.width)
        rows, columns = np.nonzero(pixels)
        places = np.stack([columns, rows, np.ones(len(rows))]) * (pixels[rows, columns] / 1000.0)
        rotation, offset = self._pose[:3, :3], self._pose[:3, 3]
        points = (rotation @ np.linalg.inv(self._matrix) @ places).T + offset
        on_object = points[:, 2] > 0.002  # the mask's edge can be on the table
        self.points_m = points[on_object] if on_object.sum() > 8 else None
