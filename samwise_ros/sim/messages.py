"""Topics of the simulated robot, and conversions to their messages."""

import mujoco
import numpy as np
from geometry_msgs.msg import Quaternion, TransformStamped, Vector3
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from samwise_ros.client.image_message import to_time
from samwise_ros.sim.so101 import JOINTS

Array = NDArray[np.float64]

IMAGE = "camera/image_raw"
DEPTH = "camera/depth/image_raw"
CAMERA_INFO = "camera/camera_info"
CAMERA_TRANSFORM = "camera/transform"
"""geometry_msgs/TransformStamped, latched: from the arm's foot to the optical frame, as in
``/tf_static``, which needs tf2_msgs: a package that PyPI does not have."""
JOINT_STATES = "joint_states"
JOINT_COMMANDS = "joint_commands"
"""sensor_msgs/JointState: the positions that the servos hold."""
TRAJECTORY = "arm/joint_trajectory"
DEVIATION = "arm/deviation"
"""sensor_msgs/JointState: commanded minus measured position of each joint."""

TRUTH = "simulator/truth"
"""std_msgs/String, JSON: what happened. For the runner of trials only, like the next two."""
TRUE_LABELS = "simulator/labels"
"""sensor_msgs/Image, mono8, with the stamp of the image: index of the thing plus 1, 255 the arm."""
REQUEST = "simulator/request"
"""std_msgs/String: ``scene SPLIT SEED``, ``slide INDEX X Y SECONDS`` (metres per second),
``remove INDEX``, or ``shift METRES``: the error of the camera's transform along y until the next
scene."""

OPTICAL_FRAME = "camera_optical_frame"


def joint_state(names: tuple[str, ...], positions: Array, stamp_ns: int) -> JointState:
    """Return positions of joints as a message."""
    message = JointState(name=list(names), position=positions.tolist())
    message.header.stamp = to_time(stamp_ns)
    return message


def joint_trajectory(waypoints: Array, times_s: Array) -> JointTrajectory:
    """Return (K, 6) joint angles at (K,) times as a message."""
    message = JointTrajectory(joint_names=list(JOINTS))
    for positions, seconds in zip(waypoints, times_s, strict=True):
        point = JointTrajectoryPoint(positions=positions.tolist())
        point.time_from_start.sec = int(seconds)
        point.time_from_start.nanosec = int(1e9 * (seconds % 1.0))
        message.points.append(point)
    return message


def joint_positions(message: JointState) -> Array | None:
    """Return the (6,) positions of `so101.JOINTS`; ``None`` if one is missing or not finite."""
    found = dict(zip(message.name, message.position, strict=False))
    positions = np.array([found.get(name, np.nan) for name in JOINTS])
    return positions if np.isfinite(positions).all() else None


def camera_info(matrix: Array, width: int, height: int, stamp_ns: int) -> CameraInfo:
    """Return the calibration of a camera without distortion, (3, 3) in pixels."""
    info = CameraInfo(width=width, height=height, distortion_model="plumb_bob")
    info.header.frame_id, info.header.stamp = OPTICAL_FRAME, to_time(stamp_ns)
    info.k, info.d, info.r = matrix.ravel(), [0.0] * 5, np.eye(3).ravel()
    info.p = np.column_stack([matrix, np.zeros(3)]).ravel()
    return info


def transform(pose: Array, parent: str, child: str, stamp_ns: int) -> TransformStamped:
    """Return the (4, 4) pose of a child frame in its parent as a message."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id, message.header.stamp = parent, to_time(stamp_ns)
    x, y, z = pose[:3, 3].tolist()
    message.transform.translation = Vector3(x=x, y=y, z=z)
    message.transform.rotation = quaternion(pose[:3, :3])
    return message


def pose_matrix(message: TransformStamped) -> Array:
    """Return the (4, 4) pose of the child frame in its parent.

    >>> pose = np.array([[0.0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]])
    >>> np.allclose(pose_matrix(transform(pose, "foot", "camera", 0)), pose)
    True
    """
    turn, offset = message.transform.rotation, message.transform.translation
    rotation = np.empty(9)
    mujoco.mju_quat2Mat(rotation, [turn.w, turn.x, turn.y, turn.z])
    pose = np.eye(4)
    pose[:3, :3] = rotation.reshape(3, 3)
    pose[:3, 3] = offset.x, offset.y, offset.z
    return pose


def quaternion(rotation: Array) -> Quaternion:
    """Return a (3, 3) rotation as a message.

    >>> quaternion(np.diag([-1.0, -1.0, 1.0])).z
    1.0
    """
    found = np.empty(4)
    mujoco.mju_mat2Quat(found, np.ascontiguousarray(rotation, np.float64).ravel())
    w, x, y, z = found.tolist()
    return Quaternion(x=x, y=y, z=z, w=w)
