"""The demo's camera: a process that publishes a tabletop scene or a video as a camera would.

It waits for a line on its standard input, the stamp of frame 0 in nanoseconds, so that whoever
knows the scene knows the truth of every stamp. Without that line, or at the end, it just ends.
"""

import argparse
import itertools
import sys
import time
from array import array
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
from samwise_ros.vision.video_frame import VideoError
from samwise_ros.vision.video_reader import VideoReader

Pixels = NDArray[np.uint8]

SECOND_NS = 1_000_000_000


def main() -> int:
    """Publish until the video or the time is over; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = Node("demo_camera")
    try:
        _run(node, arguments.source, arguments.seed, arguments.seconds)
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
    """Say whether a source is a camera, which keeps its own time."""
    return source.isdecimal() and not Path(source).exists()


def _run(node: Node, source: str, seed: int, seconds: float) -> None:
    # Best effort, as most camera drivers are.
    publisher = node.create_publisher(Image, "camera/image_raw", qos_profile_sensor_data)
    if source:
        reader = VideoReader(source)
        images, rate_hz = iter(reader), reader.fps
    else:
        images, rate_hz = _tabletop(seed), RATE_HZ
    start_line = sys.stdin.readline()
    if not start_line:
        return
    begin_ns = int(start_line)
    times = _live_times(begin_ns) if is_live(source) else _even_times(begin_ns, rate_hz)
    for image, (stamp_ns, late) in zip(images, times, strict=False):
        if stamp_ns - begin_ns >= seconds * SECOND_NS:
            return
        if not late:
            publisher.publish(_to_message(image, stamp_ns))


def _tabletop(seed: int) -> Iterator[Pixels]:
    scene = make_scene(seed)
    for index in itertools.count():
        yield scene.frame(index)[0]


def _even_times(begin_ns: int, rate_hz: float) -> Iterator[tuple[int, bool]]:
    """Wait for each frame's time; give it, and whether the next one's is over already."""
    for index in itertools.count():
        due_ns = begin_ns + round(index * SECOND_NS / rate_hz)
        ahead_s = (due_ns - time.time_ns()) / SECOND_NS
        if ahead_s > 0:
            time.sleep(ahead_s)
        yield due_ns, -ahead_s * rate_hz >= 1.0


def _live_times(begin_ns: int) -> Iterator[tuple[int, bool]]:
    while True:
        yield max(begin_ns, time.time_ns()), False


def _to_message(image: Pixels, stamp_ns: int) -> Image:
    height, width = image.shape[:2]
    data = array("B", np.ascontiguousarray(image).tobytes())
    message = Image(height=height, width=width, encoding="rgb8", step=3 * width, data=data)
    message.header.frame_id = "camera_optical_frame"
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, SECOND_NS)
    return message


if __name__ == "__main__":
    sys.exit(main())
