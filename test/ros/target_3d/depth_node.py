"""A small node with the real depth input and pose output, and colours instead of a network.

Red pixels are the first target and green pixels the second, so tests know the masks. After every
image it publishes the result of the pose output on ``~/account``.
"""

import contextlib
import json
import queue
import threading
import time
from collections import Counter

import numpy as np
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.engine.types import Box, Command, Frame, FrameResult, Target, TargetState
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.ros.camera.image_conversion import to_rgb
from samwise_ros.ros.lifecycle import reject_impossible_transitions
from samwise_ros.ros.target_3d.depth_input import DepthInput
from samwise_ros.ros.target_3d.pose_output import PoseOutput
from samwise_ros.ros.target_3d.tf import FrameLookup
from samwise_ros.vision.masks import bounding_box

COLOURS = ("red", "green")


class DepthNode(LifecycleNode):
    def __init__(self) -> None:
        super().__init__("samwise_node")
        reject_impossible_transitions(self)
        self.target_frame = self.declare_parameter("target_frame", "").value
        self.publish_tf = self.declare_parameter("publish_tf", False).value
        self.transport = self.declare_parameter("depth_transport", "raw").value
        self.processing_s = self.declare_parameter("processing_s", 0.0).value
        self.jobs: queue.SimpleQueue[Image | None] = queue.SimpleQueue()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            frame = self.target_frame
            self.lookup = FrameLookup(self, frame) if frame else None
            self.output = PoseOutput(
                self,
                "camera",
                depth_range=(0.1, 10.0),
                lookup=self.lookup,
                publish_tf=self.publish_tf,
            )
        except ImportError as error:
            self.get_logger().error(f"cannot configure: {error}")
            return TransitionCallbackReturn.FAILURE
        self.account = self.create_publisher(String, "~/account", 10)
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        result = super().on_activate(state)
        self.depth = DepthInput(self, "camera", self.transport)
        self.images = self.create_subscription(Image, "camera/image_raw", self.jobs.put, 10)
        self.worker = threading.Thread(target=self.work, daemon=True)
        self.worker.start()
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.destroy_subscription(self.images)
        self.depth.close()
        self.jobs.put(None)
        self.worker.join()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.output.close()
        if self.lookup:
            self.lookup.close()
        self.destroy_publisher(self.account)
        return super().on_cleanup(state)

    def work(self) -> None:
        while message := self.jobs.get():
            stamp = to_nanoseconds(message.header.stamp)
            self.depth.expect(stamp)
            time.sleep(self.processing_s)
            rgb = to_rgb(message)
            targets = tuple(target(rgb, channel) for channel in range(len(COLOURS)))
            result = FrameResult(Frame(rgb, "camera", stamp), targets)
            published, failures = self.output.published, Counter(self.output.failures)
            began = time.monotonic()
            self.output.publish(result, message.header, self.depth)
            account = {
                "stamp_ns": stamp,
                "published": self.output.published - published,
                "failures": self.output.failures - failures,
                "reason": self.output.reason,
                "seconds": time.monotonic() - began,
            }
            self.account.publish(String(data=json.dumps(account)))


def target(rgb: np.ndarray, channel: int) -> Target:
    mask = rgb[:, :, channel] > 128
    found = bounding_box(mask)
    box = Box(*found) if found else None
    command = Command(COLOURS[channel], f"the {COLOURS[channel]} thing")
    return Target(command, channel + 1, TargetState.TRACKING, mask, 1.0, box, 1, 0)


def main() -> None:
    rclpy.init()
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(DepthNode())


if __name__ == "__main__":
    main()
