"""The film of the trials, from messages over DDS."""

import time
from pathlib import Path

import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.cli.demo.trials.film import Film
from samwise_ros.cli.demo.trials.robot import SENTENCE
from samwise_ros.client.image_message import to_image
from samwise_ros.client.names import resolve_topic
from samwise_ros.interface.topics import MASK
from samwise_ros.sim import messages
from samwise_ros.vision.video_reader import VideoReader

PERIOD_NS = 100_000_000


def test_a_frame_for_each_mask_with_its_image_and_the_sentence(tmp_path: Path) -> None:
    rclpy.init()
    node = Node("film")
    try:
        film = Film(node, tmp_path / "trials.mp4", 10.0)
        images = node.create_publisher(Image, messages.IMAGE, qos_profile_sensor_data)
        masks = node.create_publisher(Image, resolve_topic(MASK.name), 10)
        sentences = node.create_publisher(String, SENTENCE, 10)
        end = time.monotonic() + 10.0
        while min(each.get_subscription_count() for each in (images, masks, sentences)) == 0:
            rclpy.spin_once(node, timeout_sec=0.1)
            assert time.monotonic() < end
        green = np.zeros((120, 160, 3), np.uint8)
        green[..., 1] = 200
        mask = np.zeros((120, 160), np.uint8)
        mask[40:80, 40:80] = 1
        sentences.publish(String(data="the green wall"))
        for number in range(3):
            images.publish(to_image(green, number * PERIOD_NS, "camera"))
            masks.publish(to_image(mask, number * PERIOD_NS, "camera", "mono8"))
            until = time.monotonic() + 0.5
            while time.monotonic() < until:
                rclpy.spin_once(node, timeout_sec=0.05)
        assert film.close()
    finally:
        node.destroy_node()
        rclpy.shutdown()
    with VideoReader(str(tmp_path / "trials.mp4")) as reader:
        frames = list(reader)
    assert len(frames) == 3
    last = frames[-1].astype(int)
    assert last.shape == (480, 960, 3)
    outside, inside = last[400, 600], last[240, 240]
    assert outside[1] > 150 > outside[0]
    assert inside[0] > outside[0] + 10, "the mask has a tint"
    assert last[:, 640:].max() > 200, "the panel has text"
