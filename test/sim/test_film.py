"""The film of the trials, from messages over DDS."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.cli.demo.trials.film import _WAITING as WAITING
from samwise_ros.cli.demo.trials.film import Film
from samwise_ros.cli.demo.trials.robot import SENTENCE
from samwise_ros.client.image_message import to_image
from samwise_ros.client.names import resolve_topic
from samwise_ros.interface.topics import MASK
from samwise_ros.sim import messages
from samwise_ros.vision.video_reader import VideoReader

PERIOD_NS = 100_000_000


def test_a_frame_for_each_image_with_its_mask_and_the_sentence(
    tmp_path: Path, node: Node, spin_once: Callable[[float], None]
) -> None:
    film = Film(node, tmp_path / "trials.mp4", 10.0)
    images = node.create_publisher(Image, messages.IMAGE, qos_profile_sensor_data)
    masks = node.create_publisher(Image, resolve_topic(MASK.name), 10)
    sentences = node.create_publisher(String, SENTENCE, 10)
    seen: list[Image] = []
    node.create_subscription(Image, messages.IMAGE, seen.append, qos_profile_sensor_data)
    end = time.monotonic() + 10.0
    while min(each.get_subscription_count() for each in (images, masks, sentences)) == 0:
        spin_once(0.1)
        assert time.monotonic() < end
    green = np.zeros((120, 160, 3), np.uint8)
    green[..., 1] = 200
    mask = np.zeros((120, 160), np.uint8)
    mask[40:80, 40:80] = 1
    sentences.publish(String(data="the green wall"))
    for number in range(3):
        images.publish(to_image(green, number * PERIOD_NS, "camera"))
        while len(seen) == number:  # a node publishes no mask before the image
            spin_once(0.1)
            assert time.monotonic() < end
        masks.publish(to_image(mask, number * PERIOD_NS, "camera", "mono8"))
        while len(film.latencies_s) == number:
            spin_once(0.1)
            assert time.monotonic() < end
    # The node is gone: the newest images wait for their masks, the others are shown without.
    for number in range(3, 3 + 4 + WAITING):
        images.publish(to_image(green, number * PERIOD_NS, "camera"))
        while len(seen) == number:
            spin_once(0.1)
            assert time.monotonic() < end
    assert film.close()
    with VideoReader(str(tmp_path / "trials.mp4")) as reader:
        frames = list(reader)
    assert len(frames) == 3 + 4
    last = frames[2].astype(int)
    assert last.shape == (480, 960, 3)
    outside, inside = last[400, 600], last[240, 240]
    assert outside[1] > 150 > outside[0]
    assert inside[0] > outside[0] + 10, "the mask has a tint"
    assert last[:, 640:].max() > 200, "the panel has text"
    silent = frames[-1].astype(int)
    assert abs(silent[240, 240] - silent[400, 600]).max() < 10, "there is no mask"
