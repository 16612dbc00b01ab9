"""The simulated table: a process with the physics, the camera and the servos of the arm.

    python -m samwise_ros.sim.simulator --seed 3

It publishes what a robot's drivers publish: colour and depth images, calibration, the camera's
transform and joint states; and obeys positions of the servos. ``simulator/...`` has the truth, for
those who judge a trial.
"""

import argparse
import json
import sys
import threading
import time
from contextlib import suppress
from typing import Any, NamedTuple, cast

import numpy as np
import rclpy
from geometry_msgs.msg import TransformStamped
from numpy.typing import NDArray
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from rclpy.utilities import ok, try_shutdown
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import String

from samwise_ros.client.image_message import to_image
from samwise_ros.data.tabletop.description import Split
from samwise_ros.interface.ros_types import load_type
from samwise_ros.sim import messages
from samwise_ros.sim.physics import Physics
from samwise_ros.sim.scene import Trial, draw_trial
from samwise_ros.sim.so101 import BASE_FRAME, HOME_RAD, JOINTS
from samwise_ros.sim.view import View, camera_pose

SPLITS = ("train", "val", "test", "unseen")
PERIOD_S = 0.02
TRUTH_EVERY = 5  # periods
_LATEST_S = 0.1  # simulated at once after the process was delayed
_QUEUE = 10
_TF_MESSAGE = "tf2_msgs/msg/TFMessage"
_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class _World(NamedTuple):
    """A scene in progress; replaced as a whole by the next one."""

    trial: Trial
    physics: Physics


class Simulator:
    """Steps the physics in real time; a thread renders the images."""

    def __init__(self, node: Node, options: argparse.Namespace) -> None:
        """Create the world of a seed."""
        self._node = node
        self._options = options
        self._lock = threading.Lock()
        self._world = self._create(options.split, options.seed)
        self._tick = 0
        self._scenes = 0
        self._simulated_s = time.monotonic()
        self._states = self._node.create_publisher(JointState, messages.JOINT_STATES, _QUEUE)
        self._truth = self._node.create_publisher(String, messages.TRUTH, _QUEUE)
        sensor = qos_profile_sensor_data
        self._images = self._node.create_publisher(Image, messages.IMAGE, sensor)
        self._depths = self._node.create_publisher(Image, messages.DEPTH, sensor)
        self._infos = self._node.create_publisher(CameraInfo, messages.CAMERA_INFO, sensor)
        self._labels = self._node.create_publisher(Image, messages.TRUE_LABELS, _QUEUE)
        self._transforms = self._node.create_publisher(
            TransformStamped, messages.CAMERA_TRANSFORM, _LATCHED
        )
        self._tf = self._tf_publisher()
        self._node.create_subscription(
            JointState, messages.JOINT_COMMANDS, self._on_command, _QUEUE
        )
        self._node.create_subscription(String, messages.REQUEST, self._on_request, _QUEUE)
        self._publish_transform()
        self._node.create_timer(PERIOD_S, self._step)

    def _create(
        self, split: str, seed: int, joints_rad: NDArray[np.float64] | tuple[float, ...] = HOME_RAD
    ) -> _World:
        if split not in SPLITS:
            raise ValueError(f"expected one of {', '.join(SPLITS)}, got {split!r}")
        trial = draw_trial(cast(Split, split), seed)
        return _World(trial, Physics(trial.description.things, joints_rad))

    def _tf_publisher(self) -> Any:
        """Return a publisher of ``/tf_static``, or ``None`` without tf2_msgs."""
        with suppress(ImportError):
            return self._node.create_publisher(
                load_type("tf2_msgs/msg/TFMessage"), "/tf_static", _LATCHED
            )
        return None

    def _publish_transform(self, error_m: float = 0.0) -> None:
        pose = camera_pose(self._world.trial.description)
        pose[1, 3] += error_m
        message = messages.transform(
            pose,
            BASE_FRAME,
            messages.OPTICAL_FRAME,
            self._node.get_clock().now().nanoseconds,
        )
        self._transforms.publish(message)
        if self._tf is not None:
            self._tf.publish(load_type(_TF_MESSAGE)(transforms=[message]))

    def _on_command(self, message: JointState) -> None:
        if (positions := messages.joint_positions(message)) is not None:
            with self._lock:
                self._world.physics.command(positions)

    def _on_request(self, message: String) -> None:
        """Obey the runner of the trials."""
        try:
            self._obey(message.data)
        except (ValueError, IndexError) as error:
            self._node.get_logger().error(f"{messages.REQUEST}: {message.data!r}: {error}")

    def _obey(self, request: str) -> None:
        match request.split():
            case ["scene", split, seed]:
                # The arm stays where it is.
                world = self._create(split, int(seed), self._world.physics.joints_rad)
                with self._lock:
                    self._world = world
                    self._scenes += 1
                self._publish_transform()
            case ["slide", index, x, y, seconds]:
                with self._lock:
                    velocity = float(x), float(y)
                    self._world.physics.slide(int(index), velocity, float(seconds))
            case ["remove", index]:
                with self._lock:
                    self._world.physics.remove(int(index))
            case ["shift", metres]:
                self._publish_transform(float(metres))
            case _:
                raise ValueError("unknown request")

    def _step(self) -> None:
        now_s = time.monotonic()
        with self._lock:
            physics = self._world.physics
            periods = int(min(now_s - self._simulated_s, _LATEST_S) / PERIOD_S)
            if periods:
                physics.advance(periods * PERIOD_S)
                late = now_s - self._simulated_s > _LATEST_S
                self._simulated_s = now_s if late else self._simulated_s + periods * PERIOD_S
            positions, velocities = physics.joints_rad, physics.velocities
            truth = self._read_truth() if self._tick % TRUTH_EVERY == 0 else None
        self._tick += 1
        state = messages.joint_state(JOINTS, positions, self._node.get_clock().now().nanoseconds)
        state.velocity = velocities.tolist()
        self._states.publish(state)
        if truth is not None:
            self._truth.publish(String(data=json.dumps(truth)))

    def _read_truth(self) -> dict[str, object]:
        trial, physics = self._world
        centres, _ = physics.thing_poses()
        return {
            "split": trial.description.split,
            "seed": trial.description.index,
            "scenes": self._scenes,
            "held": physics.held,
            "in_tray": physics.in_tray(),
            "touched": {str(index): len(by) for index, by in physics.touched().items()},
            "positions_m": centres.round(4).tolist(),
        }

    def render(self) -> None:
        """Publish images until rclpy shuts down; runs in a thread, which owns the GL context."""
        width, height = self._options.width, self._options.height
        view = View(width, height)
        shown: Trial | None = None
        period_s = 1.0 / self._options.rate
        next_s = time.monotonic()
        while ok():
            with self._lock:
                trial, physics = self._world
                snapshot = view.snapshot(physics)
                stamp_ns = self._node.get_clock().now().nanoseconds
            if trial is not shown:
                view.load(trial.description)
                shown = trial
                continue  # loading takes longer than a frame: take the poses again
            self._publish(view, view.render(snapshot), stamp_ns)
            next_s = max(next_s + period_s, time.monotonic())
            time.sleep(max(next_s - time.monotonic(), 0.0))

    def _publish(self, view: View, picture: Any, stamp_ns: int) -> None:
        frame, size = messages.OPTICAL_FRAME, (self._options.width, self._options.height)
        millimetres = np.round(1000 * picture.depth_m).astype(np.uint16)
        self._labels.publish(to_image(picture.labels, stamp_ns, frame, "mono8"))
        self._infos.publish(messages.camera_info(view.camera_matrix(), *size, stamp_ns))
        self._depths.publish(to_image(millimetres, stamp_ns, frame, "16UC1"))
        self._images.publish(to_image(picture.rgb, stamp_ns, frame))


def main() -> int:
    """Simulate until a signal; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--height", type=int, default=120)
    parser.add_argument("--rate", type=float, default=10.0, help="images per second")
    options = parser.parse_args()
    rclpy.init()
    node = Node("simulator")
    simulator = Simulator(node, options)
    failures: list[BaseException] = []

    def render() -> None:
        try:
            simulator.render()
        except Exception as error:
            if ok():  # not an image that was published during the shutdown
                failures.append(error)
            try_shutdown()

    camera = threading.Thread(target=render, daemon=True)
    camera.start()
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        try_shutdown()
        camera.join(5.0)
    if failures:
        sys.stderr.write(f"{failures[0]}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
