"""The camera of the demo: a process that publishes a tabletop scene or a video.

The process reads the stamp of the first frame, in nanoseconds, from standard input. The demo then
knows the scene at the stamp of every frame. Without that line the process ends.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

from samwise_ros.cli.demo.script import RATE_HZ, make_scene
from samwise_ros.client.image_message import SECOND_NS, to_image
from samwise_ros.vision.video_frame import VideoError
from samwise_ros.vision.video_reader import VideoReader

Pixels = NDArray[np.uint8]


def main() -> int:
    """Publish until the video or the time is over; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = Node("demo_camera")
    try:
        _publish(node, arguments.source, arguments.seed, arguments.seconds)
    except VideoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        node.destroy_node()
        rclpy.shutdown()
    return 0


def is_live(source: str) -> bool:
    """Return whether a source is a camera, which sets the time of its frames itself."""
    return source.isdecimal() and not Path(source).exists()


def _publish(node: Node, source: str, seed: int, seconds: float) -> None:
    # Best effort, like most camera drivers.
    publisher = node.create_publisher(Image, "camera/image_raw", qos_profile_sensor_data)
    if source:
        reader = VideoReader(source)
        images, rate_hz = iter(reader), reader.fps
    else:
        images, rate_hz = _tabletop_images(seed), RATE_HZ
    start_line = sys.stdin.readline()
    if not start_line:
        return
    begin_ns = int(start_line)
    stamps = _live_stamps(begin_ns) if is_live(source) else _even_stamps(begin_ns, rate_hz)
    for image, (stamp_ns, is_late) in zip(images, stamps, strict=False):
        if stamp_ns - begin_ns >= seconds * SECOND_NS:
            return
        if not is_late:
            publisher.publish(to_image(image, stamp_ns))


def _tabletop_images(seed: int) -> Iterator[Pixels]:
    scene = make_scene(seed)
    for index in itertools.count():
        yield scene.frame(index)[0]


def _even_stamps(begin_ns: int, rate_hz: float) -> Iterator[tuple[int, bool]]:
    """Wait for the time of each frame; yield the stamp, and whether the next frame is due too."""
    for index in itertools.count():
        due_ns = begin_ns + round(index * SECOND_NS / rate_hz)
        ahead_s = (due_ns - time.time_ns()) / SECOND_NS
        if ahead_s > 0:
            time.sleep(ahead_s)
        yield due_ns, -ahead_s * rate_hz >= 1.0


def _live_stamps(begin_ns: int) -> Iterator[tuple[int, bool]]:
    while True:
        yield max(begin_ns, time.time_ns()), False


if __name__ == "__main__":
    sys.exit(main())
