"""Inverse kinematics of the SO-101 over the area in which the things stand."""

import numpy as np
import pytest

from samwise_ros.sim import so101
from samwise_ros.sim.kinematics import (
    ANGLE_TOLERANCE_RAD,
    POSITION_TOLERANCE_M,
    GripperPose,
    Kinematics,
)
from samwise_ros.sim.scene import AREA_M, CENTRE_M

TILTS = (0.0, 0.2, 0.4, 0.5, 0.65, 0.8)


@pytest.fixture(scope="module")
def arm() -> Kinematics:
    return Kinematics()


def test_solutions_reach_the_pose(arm: Kinematics) -> None:
    for x, y, yaw, tilt in ((0.2, 0.0, 0.5, 0.0), (0.25, 0.1, -1.0, 0.0), (0.3, -0.1, 1.4, 0.35)):
        pose = GripperPose(np.array([x, y, 0.02]), yaw, tilt, 0.05)
        joints = arm.inverse(pose)
        assert joints is not None
        point, axes = arm.fingertips(joints)
        assert np.linalg.norm(point - pose.position_m) < POSITION_TOLERANCE_M
        approach = -axes[:, 2]
        assert np.arccos(-approach[2]) == pytest.approx(tilt, abs=ANGLE_TOLERANCE_RAD)
        across = abs(axes[0, 0] * np.cos(yaw) + axes[1, 0] * np.sin(yaw))
        assert across > np.cos(tilt + ANGLE_TOLERANCE_RAD)  # half turns are equivalent
        if tilt:  # outwards
            assert approach[:2] @ pose.position_m[:2] > 0
        limits = [(-1.92, 1.92), (-1.75, 1.75), (-1.69, 1.69), (-1.66, 1.66), (-2.75, 2.85)]
        assert all(low < q < high for q, (low, high) in zip(joints, limits, strict=False))


@pytest.mark.parametrize("height_m", [0.002, 0.05, 0.08])
def test_the_whole_area_is_in_reach(arm: Kinematics, height_m: float) -> None:
    x, y, _ = CENTRE_M
    for forwards in np.linspace(-AREA_M[0], AREA_M[0], 3):
        for sideways in np.linspace(-AREA_M[1], AREA_M[1], 3):
            point = np.array([x + forwards, y + sideways, height_m])
            for yaw in (-1.2, -0.4, 0.4, 1.2):
                poses = (GripperPose(point, yaw, tilt) for tilt in TILTS)
                assert any(arm.inverse(pose) is not None for pose in poses), (point, yaw)


def test_poses_out_of_reach_have_no_solution(arm: Kinematics) -> None:
    for x, z in ((0.6, 0.05), (0.05, 0.05), (0.25, 0.6)):
        assert arm.inverse(GripperPose(np.array([x, 0.0, z]), 0.0)) is None


def test_gripper_angles_and_openings_are_inverse() -> None:
    for opening in (0.005, 0.02, 0.05, 0.08):
        angle = so101.gripper_angle(opening)
        assert so101.gripper_opening(angle) == pytest.approx(opening)
