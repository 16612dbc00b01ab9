"""Converts the image messages of one camera to frames, in the worker thread."""

import math
import time

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image

from samwise_ros.engine.types import Frame
from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.printable import printable
from samwise_ros.ros.camera.image_conversion import ImageMessage, to_frame
from samwise_ros.ros.camera.image_qos import node_names
from samwise_ros.ros.camera.input import image_topic
from samwise_ros.ros.camera.statistics import TOO_OLD, UNKNOWN_AGE, CameraStatistics
from samwise_ros.ros.messages import seconds_since
from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.intensity import BitDepth, exposure_fault


class FrameConverter:
    """Converts images, and counts and logs the images that it drops.

    The first image and each reason for dropping are logged once.
    """

    def __init__(
        self,
        node: LifecycleNode,
        camera: str,
        parameters: Parameters,
        statistics: CameraStatistics,
    ) -> None:
        """Start without a logged fault.

        Args:
            node: provides clock and log.
            camera: name of the camera.
            parameters: have the image transport.
            statistics: receives the counts.
        """
        self._node = node
        self._camera = camera
        self._declared = image_topic(parameters).name_for(camera)
        self._topic: str = node.resolve_topic_name(self._declared)
        self._statistics = statistics
        self._logged: set[str] = set()
        self._bit_depth = BitDepth()

    def convert(self, message: ImageMessage, max_age_s: float) -> Frame | None:
        """Return the frame of an image.

        Args:
            message: raw or compressed.
            max_age_s: maximum time since the stamp, in seconds; 0 for no limit.

        Returns:
            ``None`` if the image is too old or cannot be decoded. Such an image is counted, and
            each kind of fault is logged once.
        """
        age_s = seconds_since(self._node, message.header.stamp)
        self._statistics.add_time("age", age_s)
        if max_age_s > 0.0 and math.isnan(age_s):
            stamp = message.header.stamp
            detail = f"the stamp {stamp.sec}.{stamp.nanosec:09} is zero or of another clock"
            self._drop(UNKNOWN_AGE, f"{detail}, max_frame_age is {max_age_s:g} s")
            return None
        if 0.0 < max_age_s < age_s:
            self._drop(TOO_OLD, f"age {age_s:.3f} s, max_frame_age is {max_age_s:g} s")
            return None
        began = time.perf_counter()
        try:
            frame = to_frame(message, self._camera, self._bit_depth)
        except ImageError as error:
            self._drop(error.kind, str(error))
            return None
        self._statistics.times_s["conversion"].append(time.perf_counter() - began)
        self._statistics.exposure_fault = exposure_fault(frame.image)
        if self._is_new("first image"):
            text = f"{self._topic}: first image: {self._first_image(message, frame)}"
            self._node.get_logger().info(printable(text))
        return frame

    def _first_image(self, message: ImageMessage, frame: Frame) -> str:
        """Describe the first image: size, encoding and publisher."""
        height, width, _ = frame.image.shape
        kind = message.encoding if isinstance(message, Image) else message.format
        names = node_names(self._node.get_publishers_info_by_topic(self._declared))
        return f"{width} x {height} pixels, {kind}, from {names}"

    def _drop(self, reason: str, detail: str) -> None:
        self._statistics.drop(reason)
        if self._is_new(reason):
            text = printable(f"{self._topic}: image dropped: {detail}")
            self._node.get_logger().warning(text)

    def _is_new(self, kind: str) -> bool:
        if kind in self._logged:
            return False
        self._logged.add(kind)
        return True
