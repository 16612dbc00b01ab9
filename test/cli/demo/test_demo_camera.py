"""The camera process of the demo publishes the frames of a video at their times."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import rclpy
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from video_samples import BROWSER_STAMPS_MS, damaged_avi, plain_frames, write_video

TIMEOUT_S = 30.0
CAMERA = (sys.executable, "-m", "samwise_ros.cli.demo.camera", "--seconds", "20", "--source")


def _published(node: Node, video: Path) -> tuple[list[int], int, str]:
    """Run the camera; return the times of its images in ms, exit code and errors."""
    stamps_ms: list[int] = []
    begin_ns = 0

    def receive(message: Image) -> None:
        stamp_ns = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
        stamps_ms.append(round((stamp_ns - begin_ns) / 1e6))

    subscription = node.create_subscription(
        Image, "camera/image_raw", receive, qos_profile_sensor_data
    )
    with subprocess.Popen(
        [*CAMERA, str(video)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as camera:
        deadline = time.monotonic() + TIMEOUT_S
        while not node.count_publishers("camera/image_raw") and time.monotonic() < deadline:
            rclpy.spin_once(node, timeout_sec=0.05)
        begin_ns = time.time_ns() + 500_000_000  # discovery also ends on the camera's side
        assert camera.stdin
        assert camera.stderr
        camera.stdin.write(f"{begin_ns}\n")
        camera.stdin.flush()
        while camera.poll() is None and time.monotonic() < deadline:
            rclpy.spin_once(node, timeout_sec=0.01)
        for _ in range(20):
            rclpy.spin_once(node, timeout_sec=0.01)
        node.destroy_subscription(subscription)
        return stamps_ms, camera.wait(), camera.stderr.read()


@pytest.fixture
def node() -> Iterator[Node]:
    is_first = not rclpy.ok()  # other tests of this process share the context
    if is_first:
        rclpy.init()
    node = Node("camera_test")
    yield node
    node.destroy_node()
    if is_first:
        rclpy.shutdown()


def test_browser_recording_keeps_its_times(node: Node, tmp_path: Path) -> None:
    frames = plain_frames(len(BROWSER_STAMPS_MS))
    video = write_video(tmp_path / "video.webm", frames, "libvpx", BROWSER_STAMPS_MS)
    stamps_ms, code, errors = _published(node, video)
    assert (code, errors) == (0, "")
    # A busy machine may skip frames, but never moves them.
    assert len(stamps_ms) >= 5
    assert set(stamps_ms) <= set(BROWSER_STAMPS_MS)


def test_damaged_video_is_named(node: Node, tmp_path: Path) -> None:
    video = damaged_avi(tmp_path / "video.avi", [5])
    _, code, errors = _published(node, video)
    assert (code, errors) == (1, f"{video}: 1 of 20 frames are damaged (5)\n")
