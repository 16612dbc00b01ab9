"""From the image messages of one camera to frames, in the worker's thread."""

import time

from rclpy.lifecycle import LifecycleNode

from samwise_ros.engine.types import Frame
from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.camera.image_conversion import ImageMessage, to_frame
from samwise_ros.ros.camera.input import image_topic, seconds_since_stamp
from samwise_ros.ros.camera.statistics import CameraStatistics
from samwise_ros.vision.encodings import ImageError


class FrameConverter:
    """Converts images, and counts and logs the images that it drops."""

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
        self._topic: str = node.resolve_topic_name(image_topic(parameters).name_for(camera))
        self._statistics = statistics
        self._logged: set[str] = set()

    def convert(self, message: ImageMessage, max_age_s: float) -> Frame | None:
        """Return the frame of an image.

        Args:
            message: raw or compressed.
            max_age_s: largest time since the stamp, in seconds; 0 for no limit.

        Returns:
            ``None`` if the image is too old or cannot be decoded. It is counted then, and each
            kind of fault is logged once.
        """
        age_s = seconds_since_stamp(self._node, message)
        self._statistics.add_age("age", age_s)
        if 0.0 < max_age_s < age_s:
            self._statistics.too_old += 1
            self._log("too old", f"age {age_s:.3f} s, max_frame_age is {max_age_s:g} s")
            return None
        began = time.perf_counter()
        try:
            frame = to_frame(message, self._camera)
        except ImageError as error:
            self._statistics.invalid[error.kind] += 1
            self._log(error.kind, str(error))
            return None
        self._statistics.times_s["conversion"].append(time.perf_counter() - began)
        return frame

    def _log(self, kind: str, detail: str) -> None:
        if kind not in self._logged:
            self._logged.add(kind)
            self._node.get_logger().warning(f"{self._topic}: image dropped: {detail}")
