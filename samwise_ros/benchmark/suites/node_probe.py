"""Publishes images to the node and receives its masks, in a separate process.

Runs as a script with the settings as JSON; the last line of its output is the measurement.
"""

import json
import sys
import time
from array import array
from collections.abc import Sequence
from statistics import median
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String

from samwise_ros.benchmark.workload import make_frames
from samwise_ros.msg import TargetArray
from samwise_ros.vision.encodings import JPEG_FORMAT, to_jpeg

_LOADING_S = 120.0
_WARM_UP_S = 3.0
_LAST_MASKS_S = 1.5  # includes one diagnostics message, which is published every second


class Probe:
    """Publishes images at a constant rate and times the masks."""

    def __init__(self, settings: dict[str, Any]) -> None:
        """Create the node, its topics and the images."""
        self.node = Node("probe", namespace=settings["namespace"])
        self.target = f"{settings['namespace']}/samwise_node"
        self.rate_hz: float = settings["rate_hz"]
        self.started: float = settings["started"]
        self.first_mask_s: float | None = None
        self.sent: list[int] = []
        self.latencies: list[tuple[int, float]] = []
        self.targets: list[TargetArray] = []
        self.arrivals: dict[int, int] = {}
        self.camera_values: dict[str, str] = {}
        self.failed = False
        frames = make_frames(*settings["size"])
        reliable = QoSProfile(depth=10)
        kind, topic = Image, "camera/image_raw"
        if settings["transport"] == "compressed":
            kind, topic = CompressedImage, f"{topic}/compressed"
            self.images = [_compressed(frame) for frame in frames]
        else:
            self.images = [_raw(frame) for frame in frames]
        self.camera = self.node.create_publisher(kind, topic, QoSProfile(depth=2))
        self.command_publisher = self.node.create_publisher(
            String, f"{self.target}/command", reliable
        )
        self.node.create_subscription(Image, f"{self.target}/camera/mask", self._on_mask, reliable)
        self.node.create_subscription(
            TargetArray, f"{self.target}/camera/targets", self._on_targets, reliable
        )
        self.node.create_subscription(
            DiagnosticArray, "/diagnostics", self._on_diagnostics, reliable
        )

    def start(self, sentences: Sequence[str]) -> None:
        """Publish images until the node tracks every sentence.

        Raises:
            RuntimeError: the node does not start, or not in time.
        """
        end = time.monotonic() + _LOADING_S
        while not self.camera.get_subscription_count():
            rclpy.spin_once(self.node, timeout_sec=0.1)
            if self.failed:
                raise RuntimeError("the node does not start")
            if time.monotonic() > end:
                raise RuntimeError("the node does not subscribe to the camera")
        for count, sentence in enumerate(sentences, 1):
            self.command_publisher.publish(String(data=sentence))
            while not self.targets or len(self.targets[-1].targets) < count:
                self._publish_for(1.0 / self.rate_hz)
                if time.monotonic() > end:
                    raise RuntimeError(f"the node does not track {sentence!r}")

    def measure(self, seconds: float) -> dict[str, Any]:
        """Publish for some time after a warm-up and summarise the received masks."""
        self._publish_for(_WARM_UP_S)
        begin = self.node.get_clock().now().nanoseconds
        self._publish_for(seconds)
        end = self.node.get_clock().now().nanoseconds
        self._spin_until(time.monotonic() + _LAST_MASKS_S)
        return {
            "seconds": (end - begin) / 1e9,
            "sent": sum(begin <= stamp < end for stamp in self.sent),
            "masks": sum(begin <= stamp < end for stamp, _ in self.latencies),
            "latencies": [late for stamp, late in self.latencies if begin <= stamp < end],
            "first_mask_s": round(self.first_mask_s or float("nan"), 2),
            **self._stages(begin, end),
        }

    def _stages(self, begin: int, end: int) -> dict[str, float]:
        """Return the median of each stage, ms; most come from the node's diagnostics."""

        def reported(name: str) -> float:
            return float(self.camera_values[f"{name} p50 (ms)"])

        back = []
        for message in self.targets:
            stamp = _nanoseconds(message)
            if begin <= stamp < end:
                back.append((self.arrivals[stamp] - stamp) / 1e9 - message.latency_seconds)
        stages = {name: reported(name) for name in ("transport", "conversion", "inference")}
        stages["waiting"] = reported("age") - reported("transport")
        stages["publishing"] = reported("publishing")
        stages["return"] = 1000 * median(back) if back else float("nan")
        return {f"{name}_ms": round(ms, 2) for name, ms in stages.items()}

    def _publish_for(self, seconds: float) -> None:
        begin = time.monotonic()
        for index in range(round(seconds * self.rate_hz)):
            self._spin_until(begin + index / self.rate_hz)
            message = self.images[len(self.sent) % len(self.images)]
            message.header.stamp = (now := self.node.get_clock().now()).to_msg()
            self.camera.publish(message)
            self.sent.append(now.nanoseconds)
        self._spin_until(begin + seconds)

    def _spin_until(self, end: float) -> None:
        """Process messages until a time of the monotonic clock."""
        while (left := end - time.monotonic()) > 0:
            rclpy.spin_once(self.node, timeout_sec=left)

    def _on_mask(self, message: Image) -> None:
        stamp = _nanoseconds(message)
        late = (self.node.get_clock().now().nanoseconds - stamp) / 1e9
        self.latencies.append((stamp, late))
        if self.first_mask_s is None:
            self.first_mask_s = time.monotonic() - self.started

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.name.startswith(f"{self.target[1:]}:"):
                self.failed |= status.level == DiagnosticStatus.ERROR
            if status.name == f"{self.target[1:]}: camera":
                self.camera_values = {value.key: value.value for value in status.values}

    def _on_targets(self, message: TargetArray) -> None:
        self.arrivals[_nanoseconds(message)] = self.node.get_clock().now().nanoseconds
        self.targets.append(message)


def _raw(frame: Any) -> Image:
    """Return an rgb8 message of a (H, W, 3) uint8 frame."""
    height, width = frame.shape[:2]
    data = array("B", frame.tobytes())
    return Image(height=height, width=width, encoding="rgb8", step=3 * width, data=data)


def _compressed(frame: Any) -> CompressedImage:
    """Return a JPEG message of a (H, W, 3) uint8 frame."""
    return CompressedImage(format=JPEG_FORMAT, data=array("B", to_jpeg(frame).tobytes()))


def _nanoseconds(message: Any) -> int:
    stamp = message.header.stamp
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def main() -> int:
    """Measure with the settings of the first argument; return 1 if the node does not start."""
    settings = json.loads(sys.argv[1])
    rclpy.init()
    try:
        probe = Probe(settings)
        probe.start(settings["sentences"])
        print(json.dumps(probe.measure(settings["seconds"])))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        rclpy.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
