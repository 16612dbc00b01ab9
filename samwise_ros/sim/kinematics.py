"""Forward and inverse kinematics of the SO-101: damped least squares on MuJoCo's Jacobian."""

from collections.abc import Sequence
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from samwise_ros.sim import so101

Array = NDArray[np.float64]

POSITION_TOLERANCE_M = 0.002
ANGLE_TOLERANCE_RAD = 0.05
_PROGRESS, _PATIENCE = 0.97, 8
"""A search ends when no step of this number decreases the error to this share."""
_DAMPING = 0.02
_MAX_STEP_RAD = 0.2
_ANGLE_WEIGHT_M = 0.1  # an error of 0.1 rad counts as one of 10 mm
_DOWN = np.array([0.0, 0.0, -1.0])


class GripperPose(NamedTuple):
    """A pose of the gripper, in the frame of the arm's foot.

    Attributes:
        position_m: (3,) point between the fingertips.
        yaw_rad: direction in which the fingers close, about z; half turns are equivalent.
        tilt_rad: angle between the approach and straight down; positive leans the fingers
            outwards, away from the foot.
        opening_m: distance between the fingertips.
    """

    position_m: Array
    yaw_rad: float
    tilt_rad: float = 0.0
    opening_m: float = 0.06


class Kinematics:
    """The arm's kinematics; the model belongs to the thread that uses it."""

    def __init__(self) -> None:
        """Load the model.

        Raises:
            ArmModelError: the model is not installed.
        """
        self._model = so101.arm_spec().compile()
        self._data = mujoco.MjData(self._model)
        self._gripper = self._model.body(so101.GRIPPER_BODY).id
        self._low, self._high = self._model.jnt_range[:5].T

    def fingertips(self, joints_rad: Sequence[float] | Array) -> tuple[Array, Array]:
        """Return the point between the fingertips (3,) and the gripper's axes (3, 3).

        The columns of the axes are the closing direction, the side and the reverse approach.

        Args:
            joints_rad: (6,) angles of `so101.JOINTS`.
        """
        point, axes = self._forward(np.asarray(joints_rad, np.float64))
        return point.copy(), axes.copy()

    def inverse(
        self, pose: GripperPose, start_rad: Sequence[float] | Array = so101.HOME_RAD
    ) -> Array | None:
        """Return the (6,) joint angles of a pose of the gripper.

        Both half turns of the gripper are tried.

        Args:
            pose: the pose.
            start_rad: (6,) joint angles; the nearer of two solutions is returned.

        Returns:
            ``None`` if the pose is out of reach.
        """
        start = np.asarray(start_rad, np.float64)
        found = []
        for half_turn in (0.0, np.pi):
            solution = self._solve(pose._replace(yaw_rad=pose.yaw_rad + half_turn), start)
            if solution is not None:
                found.append(solution)
        return min(found, key=lambda one: float(np.abs(one - start).max()), default=None)

    def _solve(self, pose: GripperPose, start: Array) -> Array | None:
        x, y, _ = pose.position_m
        azimuth = float(np.arctan2(y, x - _PAN_X_M))
        outwards = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
        approach = np.cos(pose.tilt_rad) * _DOWN + np.sin(pose.tilt_rad) * outwards
        closing = np.array([np.cos(pose.yaw_rad), np.sin(pose.yaw_rad), 0.0])
        closing -= (closing @ approach) * approach
        closing /= np.linalg.norm(closing)
        wanted = np.stack([closing, np.cross(-approach, closing), -approach], axis=1)
        # From above the target: the iteration does not end at a limit of a joint.
        joints = np.array([-azimuth, 0.0, 0.0, 1.4, 0.0, so101.gripper_angle(pose.opening_m)])
        joints[4] = _wrapped(azimuth - pose.yaw_rad, start[4])
        best, stalled = np.inf, 0
        while stalled < _PATIENCE:
            point, axes = self._forward(joints)
            error = np.concatenate(
                [pose.position_m - point, _ANGLE_WEIGHT_M * _rotation_vector(wanted @ axes.T)]
            )
            if _is_reached(error):
                return joints
            size = float(np.linalg.norm(error))
            best, stalled = (size, 0) if size < _PROGRESS * best else (best, stalled + 1)
            jacobian = self._jacobian(point)
            normal = jacobian @ jacobian.T + _DAMPING**2 * np.eye(6) * 0.01
            step = jacobian.T @ np.linalg.solve(normal, error)
            step *= min(1.0, _MAX_STEP_RAD / max(float(np.abs(step).max()), 1e-9))
            joints[:5] = np.clip(joints[:5] + step, self._low, self._high)
        return None

    def _forward(self, joints: Array) -> tuple[Array, Array]:
        self._data.qpos[:6] = joints
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_comPos(self._model, self._data)
        axes = self._data.xmat[self._gripper].reshape(3, 3)
        opening = so101.gripper_opening(float(joints[5]))
        local = np.array([so101.FIXED_FINGER_X_M + opening / 2, 0.0, so101.FINGERTIP_Z_M])
        return self._data.xpos[self._gripper] + axes @ local, axes

    def _jacobian(self, point: Array) -> Array:
        """Return the (6, 5) Jacobian of the fingertips' position and weighted rotation."""
        position, rotation = np.zeros((3, 6)), np.zeros((3, 6))
        mujoco.mj_jac(self._model, self._data, position, rotation, point, self._gripper)
        return np.concatenate([position, _ANGLE_WEIGHT_M * rotation])[:, :5]


_PAN_X_M = 0.0388
"""x of the axis about which the arm turns."""


def _wrapped(angle: float, near: float) -> float:
    """Return the angle plus the number of whole turns that brings it nearest to another."""
    return float(angle + 2 * np.pi * np.round((near - angle) / (2 * np.pi)))


def _rotation_vector(rotation: Array) -> Array:
    quaternion, vector = np.empty(4), np.empty(3)
    mujoco.mju_mat2Quat(quaternion, rotation.ravel())
    mujoco.mju_quat2Vel(vector, quaternion, 1.0)
    return vector


def _is_reached(error: Array) -> bool:
    angle = np.linalg.norm(error[3:]) / _ANGLE_WEIGHT_M
    return bool(np.linalg.norm(error[:3]) < POSITION_TOLERANCE_M and angle < ANGLE_TOLERANCE_RAD)
