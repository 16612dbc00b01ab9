"""A camera and an ear in a process of their own: what a robot gets from the node, over DDS.

Run as a script with the settings as JSON; the last line that it prints is the measurement.
"""

import json
import sys
import time
from array import array
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from samwise_ros.data.tabletop import TabletopConfig, make_video
from samwise_ros.msg import TargetArray

_LOADING_S = 120.0
_WARM_UP_S = 3.0
_LAST_MASKS_S = 1.0


class Probe:
    """Publishes images at a steady rate and times the masks that come back."""

    def __init__(self, settings: dict[str, Any]) -> None:
        """Make the node, its topics and the images."""
        self.node = Node("probe", namespace=settings["namespace"])
        self.target = f"{settings['namespace']}/samwise_node"
        self.rate_hz: float = settings["rate_hz"]
        self.sent: list[int] = []
        self.latencies: list[tuple[int, float]] = []
        self.dropped: list[tuple[int, int]] = []
        self.failed = False
        scene = TabletopConfig(frames=32, width=settings["width"], height=settings["height"])
        frames = make_video("test", 0, scene).frames
        self.images = [_message(frame) for frame in frames]
        reliable = QoSProfile(depth=10)
        self.camera = self.node.create_publisher(Image, "camera/image_raw", QoSProfile(depth=2))
        self.node.create_subscription(Image, f"{self.target}/camera/mask", self._on_mask, reliable)
        self.node.create_subscription(
            TargetArray, f"{self.target}/camera/targets", self._on_targets, reliable
        )
        self.node.create_subscription(
            DiagnosticArray, "/diagnostics", self._on_diagnostics, reliable
        )

    def wait_for_node(self) -> None:
        """Wait until the node is active.

        Raises:
            RuntimeError: it is not, or not in time.
        """
        end = time.monotonic() + _LOADING_S
        while not self.camera.get_subscription_count():
            rclpy.spin_once(self.node, timeout_sec=0.1)
            if self.failed:
                raise RuntimeError("the node does not start")
            if time.monotonic() > end:
                raise RuntimeError("the node does not listen to the camera")

    def measure(self, seconds: float) -> dict[str, Any]:
        """Publish for a while and sum up what came back; the warm-up does not count."""
        self._publish_for(_WARM_UP_S)
        begin = self.node.get_clock().now().nanoseconds
        self._publish_for(seconds)
        end = self.node.get_clock().now().nanoseconds
        self._spin_until(time.monotonic() + _LAST_MASKS_S)
        sent = [stamp for stamp in self.sent if begin <= stamp < end]
        latencies = [late for stamp, late in self.latencies if begin <= stamp < end]
        before = max((drops for stamp, drops in self.dropped if stamp < begin), default=0)
        after = max((drops for stamp, drops in self.dropped if stamp < end), default=0)
        return {
            "seconds": (end - begin) / 1e9,
            "sent": len(sent),
            "masks": len(latencies),
            "dropped": after - before,
            "latencies": latencies,
        }

    def _publish_for(self, seconds: float) -> None:
        begin = time.monotonic()
        for index in range(round(seconds * self.rate_hz)):
            self._spin_until(begin + index / self.rate_hz)
            message = self.images[index % len(self.images)]
            message.header.stamp = (now := self.node.get_clock().now()).to_msg()
            self.camera.publish(message)
            self.sent.append(now.nanoseconds)
        self._spin_until(begin + seconds)

    def _spin_until(self, moment: float) -> None:
        """Take what comes until a moment of the monotonic clock."""
        while (left := moment - time.monotonic()) > 0:
            rclpy.spin_once(self.node, timeout_sec=left)

    def _on_mask(self, message: Image) -> None:
        stamp = _nanoseconds(message)
        late = (self.node.get_clock().now().nanoseconds - stamp) / 1e9
        self.latencies.append((stamp, late))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        ours = [one for one in message.status if one.name.startswith(f"{self.target[1:]}:")]
        self.failed |= any(one.level == DiagnosticStatus.ERROR for one in ours)

    def _on_targets(self, message: TargetArray) -> None:
        self.dropped.append((_nanoseconds(message), message.dropped_frames))


def _message(frame: Any) -> Image:
    """An rgb8 message of a (H, W, 3) uint8 frame."""
    height, width = frame.shape[:2]
    data = array("B", frame.tobytes())
    return Image(height=height, width=width, encoding="rgb8", step=3 * width, data=data)


def _nanoseconds(message: Any) -> int:
    stamp = message.header.stamp
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def main() -> int:
    """Measure as the first argument says; exit status 1 if the node does not start."""
    settings = json.loads(sys.argv[1])
    rclpy.init()
    try:
        probe = Probe(settings)
        probe.wait_for_node()
        print(json.dumps(probe.measure(settings["seconds"])))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        rclpy.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
