"""The camera and the subscriber of the node benchmark, in a process separate from the node.

Run as a script with the settings as JSON; the last line of the output is the measurement.
"""

import json
import sys
import time
from array import array
from collections.abc import Sequence
from statistics import median
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.benchmark.workload import make_frames
from samwise_ros.client.image_message import to_image
from samwise_ros.client.names import resolve_topic
from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.interface.stamps import SECOND_NS, to_nanoseconds
from samwise_ros.interface.topics import COMPRESSED_IMAGE, IMAGE, MASK, NODE_NAME
from samwise_ros.msg import TargetArray
from samwise_ros.vision.compressed import JPEG_FORMAT, to_jpeg

_LOADING_S = 120.0
_WARM_UP_S = 3.0
_LAST_MASKS_S = 1.5  # longer than the period of the diagnostics


class NodeBenchmarkClient:
    """Publishes images at a steady rate and times the masks that arrive."""

    def __init__(self, settings: dict[str, Any]) -> None:
        """Create the node, its topics and the images."""
        self.node = Node("probe", namespace=settings["namespace"])
        name = f"{settings['namespace']}/{NODE_NAME}"
        self.client = SamwiseClient(self.node, name=name, on_targets=self._on_targets)
        self.rate_hz: float = settings["rate_hz"]
        self.started: float = settings["started"]
        self.first_mask_s: float | None = None
        self.sent: list[int] = []
        self.latencies: list[tuple[int, float]] = []
        self.targets: list[TargetArray] = []
        self.arrivals: dict[int, int] = {}
        frames = make_frames(*settings["size"])
        kind, declared = Image, IMAGE
        if settings["transport"] == "compressed":
            kind, declared = CompressedImage, COMPRESSED_IMAGE
            self.images = [_compressed(frame) for frame in frames]
        else:
            self.images = [to_image(frame, 0) for frame in frames]
        topic = resolve_topic(declared.name)
        self.camera = self.node.create_publisher(kind, topic, QoSProfile(depth=2))
        mask_topic = resolve_topic(MASK.name, name)
        self.node.create_subscription(Image, mask_topic, self._on_mask, QoSProfile(depth=10))

    def start(self, sentences: Sequence[str]) -> None:
        """Send the sentences, and images until the node tracks all of them.

        Raises:
            RuntimeError: the node does not start, or not in time.
        """
        end = time.monotonic() + _LOADING_S
        while not (self.client.connect() and self.camera.get_subscription_count()):
            self.client.spin_once(0.1)
            levels = [status.level for status in self.client.diagnostics.values()]
            if DiagnosticStatus.ERROR in levels:
                raise RuntimeError("the node does not start")
            if time.monotonic() > end:
                raise RuntimeError(f"the node did not start within {_LOADING_S:g} s")
        for sentence in sentences:
            self.client.track(sentence)
        while not self.targets or len(self.targets[-1].targets) < len(sentences):
            self._publish_for(1.0 / self.rate_hz)
            if time.monotonic() > end:
                raise RuntimeError(f"the node published no targets within {_LOADING_S:g} s")

    def measure(self, seconds: float) -> dict[str, Any]:
        """Publish images, and return statistics of the masks after the warm-up."""
        self._publish_for(_WARM_UP_S)
        begin = self.node.get_clock().now().nanoseconds
        self._publish_for(seconds)
        end = self.node.get_clock().now().nanoseconds
        self._spin_until(time.monotonic() + _LAST_MASKS_S)
        return {
            "seconds": (end - begin) / SECOND_NS,
            "sent": sum(begin <= stamp < end for stamp in self.sent),
            "masks": sum(begin <= stamp < end for stamp, _ in self.latencies),
            "latencies": [latency for stamp, latency in self.latencies if begin <= stamp < end],
            "first_mask_s": round(self.first_mask_s or float("nan"), 2),
            **self._stages(begin, end),
        }

    def _stages(self, begin: int, end: int) -> dict[str, float]:
        """Return the median of each stage in ms; most come from the node's diagnostics."""
        values = {one.key: one.value for one in self.client.diagnostics["camera"].values}

        def p50(name: str) -> float:
            return float(values[f"{name} p50 (ms)"])

        returns_s = []
        for message in self.targets:
            stamp = to_nanoseconds(message.header.stamp)
            if begin <= stamp < end:
                returns_s.append(
                    (self.arrivals[stamp] - stamp) / SECOND_NS - message.latency_seconds
                )
        stages = {name: p50(name) for name in ("transport", "conversion", "inference")}
        stages["waiting"] = p50("age") - p50("transport")
        stages["publishing"] = p50("publishing")
        stages["return"] = 1000 * median(returns_s) if returns_s else float("nan")
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

    def _spin_until(self, moment: float) -> None:
        """Receive messages until a time of the monotonic clock."""
        self.client.spin_for(moment - time.monotonic())

    def _on_mask(self, message: Image) -> None:
        stamp = to_nanoseconds(message.header.stamp)
        latency_s = (self.node.get_clock().now().nanoseconds - stamp) / SECOND_NS
        self.latencies.append((stamp, latency_s))
        if self.first_mask_s is None:
            self.first_mask_s = time.monotonic() - self.started

    def _on_targets(self, message: TargetArray) -> None:
        self.arrivals[to_nanoseconds(message.header.stamp)] = (
            self.node.get_clock().now().nanoseconds
        )
        self.targets.append(message)


def _compressed(frame: Any) -> CompressedImage:
    """Return a JPEG message of a (H, W, 3) uint8 frame."""
    return CompressedImage(format=JPEG_FORMAT, data=array("B", to_jpeg(frame).tobytes()))


def main() -> int:
    """Measure with the settings of the first argument; return 1 if the node does not start."""
    settings = json.loads(sys.argv[1])
    rclpy.init()
    try:
        client = NodeBenchmarkClient(settings)
        client.start(settings["sentences"])
        print(json.dumps(client.measure(settings["seconds"])))
    except (RuntimeError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        rclpy.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
