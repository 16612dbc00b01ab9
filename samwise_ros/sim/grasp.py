"""Plans how the SO-101 picks up the object under a cloud of points, and puts it into the tray."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.sim import so101
from samwise_ros.sim.kinematics import GripperPose, Kinematics
from samwise_ros.sim.scene import TRAY_M

Array = NDArray[np.float64]

TILTS_RAD = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8)
LOWEST_M = 0.0015  # of the fingertips above the table
DEPTH_M = 0.035  # from the top of the object to the fingertips
CLEARANCE_M = 0.007  # on each side, before the fingers close
ABOVE_M = 0.06
LIFTED_M = (0.12, 0.1, 0.08)  # of the fingertips; close to the foot only the last is in reach
DROP_M = 0.02  # of the object above the floor of the tray
SPEED_RAD_S = 1.6
SLOW_RAD_S = 0.7


class Plan(NamedTuple):
    """Waypoints of a pick: (K, 6) joint angles each, radians.

    Attributes:
        reach: from where the arm is to above the object.
        descend: down to the object, the fingers open.
        close: the fingers closed.
        lift: up, with the object.
        carry: to the tray.
        release: the fingers open.
    """

    reach: Array
    descend: Array
    close: Array
    lift: Array
    carry: Array
    release: Array


class Footprint(NamedTuple):
    """The smallest rectangle around points from above, metres, in the frame of the arm's foot.

    Attributes:
        centre: (2,) its centre.
        width: its shorter side, along which the fingers close.
        yaw_rad: direction of that side.
        top: height of the points above the table.
    """

    centre: Array
    width: float
    yaw_rad: float
    top: float


def footprint(points_m: Array) -> Footprint:
    """Return the footprint of an object's points, (N, 3) in the frame of the arm's foot."""
    low, high = np.quantile(points_m, (0.01, 0.99), axis=0)
    inside = ((points_m >= low) & (points_m <= high))[:, :2].all(axis=1)
    centre, sides, degrees = cv2.minAreaRect(1000 * points_m[inside, :2].astype(np.float32))
    yaw = np.radians(degrees) + (0.0 if sides[0] <= sides[1] else np.pi / 2)
    return Footprint(np.array(centre) / 1000, min(sides) / 1000, float(yaw), float(high[2]))


def plan_pick(arm: Kinematics, points_m: Array, joints_rad: Array) -> Plan | None:
    """Return how to pick up an object, or ``None`` if it is out of reach or too wide.

    Args:
        arm: kinematics of the arm.
        points_m: (N, 3) points of its surface, in the frame of the arm's foot.
        joints_rad: (6,) where the arm is.
    """
    shape = footprint(points_m)
    opening = shape.width + 2 * CLEARANCE_M
    if opening > so101.gripper_opening(so101.OPEN_RAD):
        return None
    for tilt in TILTS_RAD:
        lowest = LOWEST_M + 0.012 * np.sin(tilt)
        height = max(lowest, shape.top - DEPTH_M)
        grasp = GripperPose(np.append(shape.centre, height), shape.yaw_rad, tilt, opening)
        if (path := _descent(arm, grasp, joints_rad)) is None:
            continue
        lifts = (_raised(arm, grasp, height_m, path[-1]) for height_m in LIFTED_M)
        lifted = next((joints for joints in lifts if joints is not None), None)
        if lifted is None:
            continue
        tray = np.stack([tray_pose(arm, LIFTED_M[0]), tray_pose(arm, height + DROP_M)])
        closed = with_closed_gripper(np.stack([path[-1], lifted, *tray]))
        return Plan(
            np.stack(path[:1]),
            np.stack(path[1:]),
            closed[:1],
            closed[1:2],
            closed[2:],
            with_open_gripper(tray[1:]),
        )
    return None


def _descent(arm: Kinematics, grasp: GripperPose, joints_rad: Array) -> list[Array] | None:
    """Return joint angles from above a grasp down to it."""
    path = [_raised(arm, grasp, grasp.position_m[2] + ABOVE_M, joints_rad)]
    for share in (0.66, 0.33, 0.0):
        if path[-1] is None:
            return None
        path.append(_raised(arm, grasp, grasp.position_m[2] + share * ABOVE_M, path[-1]))
    if path[-1] is None or arm.inverse(grasp, path[-1]) is None:
        return None
    return [joints for joints in path if joints is not None]


def _raised(arm: Kinematics, grasp: GripperPose, height_m: float, start: Array) -> Array | None:
    """Return joint angles with the fingertips above a grasp, with the least tilt possible."""
    position = np.append(grasp.position_m[:2], height_m)
    for tilt in TILTS_RAD:
        if tilt >= grasp.tilt_rad:
            pose = grasp._replace(position_m=position, tilt_rad=tilt)
            if (joints := arm.inverse(pose, start)) is not None:
                return joints
    return None


def tray_pose(arm: Kinematics, height_m: float) -> Array:
    """Return the joint angles with the fingertips at a height above the tray."""
    for tilt in TILTS_RAD:
        pose = GripperPose(np.array([*TRAY_M, height_m]), 0.0, tilt, 0.06)
        if (joints := arm.inverse(pose)) is not None:
            return joints
    raise ValueError(f"expected a tray within reach, got {TRAY_M} at {height_m:.3f} m")


def with_closed_gripper(joints_rad: Array) -> Array:
    """Return (K, 6) joint angles with the gripper closed."""
    return np.column_stack([joints_rad[:, :5], np.full(len(joints_rad), so101.CLOSED_RAD)])


def with_open_gripper(joints_rad: Array) -> Array:
    """Return (K, 6) joint angles with the gripper open."""
    return np.column_stack([joints_rad[:, :5], np.full(len(joints_rad), so101.OPEN_RAD)])


def times_s(start_rad: Array, waypoints: Array, speed_rad_s: float = SPEED_RAD_S) -> Array:
    """Return when each of (K, 6) waypoints is reached, seconds."""
    steps = np.abs(np.diff(np.vstack([start_rad, waypoints]), axis=0)).max(axis=1)
    return np.cumsum(np.maximum(steps / speed_rad_s, 0.15))
