"""Thousands of random image messages."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import cv2
import numpy as np
import pytest
from budget import share_of
from figures import record
from fixed_settings import examples
from fuzzed_images import compressed_images, raw_images
from fuzzed_text import as_it_arrives
from growth import Growth
from hypothesis import given
from hypothesis import strategies as st
from image_messages import image
from known_scene import KnownScene
from node_process import NodeProcess, StartNode
from numpy.typing import NDArray
from rclpy.serialization import serialize_message
from ros_harness import Robot, values_of
from sensor_msgs.msg import CompressedImage, Image
from steps import Steps, steps_with
from tqdm import tqdm

from samwise_ros.ros.camera.image_conversion import to_rgb
from samwise_ros.vision.compressed import compressed_to_rgb
from samwise_ros.vision.encodings import ImageError

TOTAL = 5000  # of each transport
BATCH = 20
MAX_GROWTH_MB = 64.0  # the largest images are random, and buffers grow with them


def png(stamp_ns: int, pixels: NDArray[np.uint8]) -> CompressedImage:
    content = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1]
    header = image(stamp_ns).header
    return CompressedImage(header=header, format="png", data=content.tobytes())


@dataclass(frozen=True)
class Transport:
    """An image transport.

    Attributes:
        kind: message type.
        topic: suffix of the raw topic.
        fuzzed: random messages.
        decode: returns a message's pixels as the node does.
        valid: returns a valid message of a stamp and pixels.
    """

    kind: type
    topic: str
    fuzzed: st.SearchStrategy[Any]
    decode: Callable[[Any], NDArray[np.uint8]]
    valid: Callable[[int, NDArray[np.uint8]], Any]


TRANSPORTS = {
    "raw": Transport(Image, "", raw_images(), to_rgb, image),
    "compressed": Transport(
        CompressedImage, "/compressed", compressed_images(), compressed_to_rgb, png
    ),
}


@contextmanager
def silence() -> Iterator[None]:
    """Hide what the JPEG and PNG decoders write to the standard error."""
    kept, discard = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(discard, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(discard)


class Fuzzing:
    """Sends images, checks the result of each, and counts."""

    def __init__(
        self, transport: Transport, node: NodeProcess, steps: Steps, progress: "tqdm[NoReturn]"
    ) -> None:
        self._transport, self._steps, self._progress = transport, steps, progress
        self.growth = Growth(node.pid)
        self.sent = self.usable = 0

    def send(self, batch: list[Any]) -> None:
        """Send images, and the first one again as a truncated message."""
        for message in batch:
            self._send(message)
        whole = serialize_message(batch[0])
        self._steps.send_invalid(whole[: len(whole) // 2])
        self.sent += len(batch) + 1
        self._progress.update(len(batch) + 1)
        self.growth.sample(self.sent)

    def _send(self, message: Any) -> None:
        """Send an image: it must have a mask exactly if its pixels can be decoded."""
        try:
            with silence():
                height, width, _ = self._transport.decode(message).shape
        except ImageError:
            self._steps.send_invalid(message)
            return
        self.usable += 1
        message.header.frame_id = as_it_arrives(message.header.frame_id)
        mask = self._steps.send(message)
        assert (mask.width, mask.height) == (width, height)


@contextmanager
def camera_of(robot: Robot, node: NodeProcess, transport: Transport) -> Iterator[Any]:
    """Create a publisher; begins when the node's subscription is reliable."""
    topic = node.image_topic + transport.topic
    with robot.image_publisher(topic, transport.kind) as publisher:
        yield publisher


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSPORTS)
def test_fuzzed_images(robot: Robot, start_node: StartNode, name: str) -> None:
    transport, scene = TRANSPORTS[name], KnownScene(TRANSPORTS[name].valid)
    batches = st.lists(transport.fuzzed, min_size=BATCH, max_size=BATCH)
    number = share_of(TOTAL // BATCH, least=5)
    # Random stamps can be a little before the last one.
    node = start_node(model="tabletop", image_transport=name, late_tolerance=0.0)
    robot.bring_up(node.name)
    began = time.monotonic()
    with (
        camera_of(robot, node, transport) as images,
        steps_with(robot, node, images) as steps,
        tqdm(total=number * (BATCH + 1), desc=f"{name} images", mininterval=5.0) as progress,
    ):
        before = scene.masks(robot, node, steps)
        fuzzing = Fuzzing(transport, node, steps, progress)
        examples(number)(given(batches)(fuzzing.send))()
        assert scene.masks(robot, node, steps) == before
    model = values_of(robot.status(node.name, lambda status: "failures" in values_of(status)))
    camera = values_of(robot.status(node.name, lambda status: "dropped" in values_of(status)))
    record(
        f"fuzzed images, {name}",
        f"{fuzzing.sent} messages, {fuzzing.usable} of them valid",
        time.monotonic() - began,
        fuzzing.growth,
        images_received_by_the_node=camera["images received"],
    )
    assert model["failures"] == "0", node.log
    assert fuzzing.growth.grown_mb() < MAX_GROWTH_MB, fuzzing.growth.line()
    assert node.end()[0] == 0, node.log
