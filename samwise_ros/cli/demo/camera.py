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

import rclpy
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

from samwise_ros.cli.demo.script import RATE_HZ, make_scene
from samwise_ros.client.image_message import to_image
from samwise_ros.interface.stamps import SECOND_NS
from samwise_ros.vision.video_frame import VideoError, VideoFrame
from samwise_ros.vision.video_reader import VideoReader


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
    """Publish frames; raise VideoError at the end of a source that is damaged."""
    # Best effort, like most camera drivers.
    publisher = node.create_publisher(Image, "camera/image_raw", qos_profile_sensor_data)
    reader = VideoReader(source) if source else None
    frames = reader.frames() if reader else _tabletop_frames(seed)
    rate_hz = reader.fps if reader else RATE_HZ
    start_line = sys.stdin.readline()
    if not start_line:
        return
    begin_ns = int(start_line)
    for frame in frames:
        if is_live(source):
            stamp_ns, is_late = max(begin_ns, time.time_ns()), False
        else:
            stamp_ns = begin_ns + frame.stamp_ns
            is_late = _wait_until(stamp_ns) * rate_hz >= 1.0  # the next frame is due too
        if stamp_ns - begin_ns >= seconds * SECOND_NS:
            return
        if not is_late:
            publisher.publish(to_image(frame.image, stamp_ns))
    if reader and (problem := reader.problem()):
        raise VideoError(problem)


def _tabletop_frames(seed: int) -> Iterator[VideoFrame]:
    scene = make_scene(seed)
    for index in itertools.count():
        yield VideoFrame(scene.frame(index)[0], round(index * SECOND_NS / RATE_HZ))


def _wait_until(time_ns: int) -> float:
    """Wait until a time; return the seconds since then."""
    ahead_s = (time_ns - time.time_ns()) / SECOND_NS
    if ahead_s > 0:
        time.sleep(ahead_s)
    return -ahead_s


if __name__ == "__main__":
    sys.exit(main())
