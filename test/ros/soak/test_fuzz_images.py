"""Image messages as no camera makes them, by the thousand."""

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
from conftest import StartNode
from figures import record
from fixed_settings import examples
from fuzzed_images import compressed_images, raw_images
from fuzzed_text import as_it_arrives
from growth import Growth
from hypothesis import given
from hypothesis import strategies as st
from known_scene import KnownScene
from numpy.typing import NDArray
from rclpy.serialization import serialize_message
from ros_harness import NodeProcess, Robot, image, values_of, wait_for
from sensor_msgs.msg import CompressedImage, Image
from steps import Steps, steps_with
from tqdm import tqdm

from samwise_ros.ros.image_conversion import ImageError, compressed_to_rgb, to_rgb

TOTAL = 5000  # of each transport
BATCH = 20
MAX_GROWTH_MB = 64.0  # the largest images come at random, and buffers follow them


def png(stamp_ns: int, pixels: NDArray[np.uint8]) -> CompressedImage:
    content = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1]
    header = image(stamp_ns).header
    return CompressedImage(header=header, format="png", data=content.tobytes())


@dataclass(frozen=True)
class Transport:
    """How images come.

    Attributes:
        kind: of the message.
        topic: after the raw one.
        fuzzed: what comes.
        decode: what the node makes of it.
        good: makes a good one of a stamp and pixels.
    """

    kind: type
    topic: str
    fuzzed: st.SearchStrategy[Any]
    decode: Callable[[Any], NDArray[np.uint8]]
    good: Callable[[int, NDArray[np.uint8]], Any]


TRANSPORTS = {
    "raw": Transport(Image, "", raw_images(), to_rgb, image),
    "compressed": Transport(
        CompressedImage, "/compressed", compressed_images(), compressed_to_rgb, png
    ),
}


@contextmanager
def silence() -> Iterator[None]:
    """Hide what the decoders of JPEG and PNG write to the process's standard error."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class Fuzzing:
    """Sends images that may be wrong, checks what comes of each, and counts."""

    def __init__(
        self, transport: Transport, node: NodeProcess, steps: Steps, progress: "tqdm[NoReturn]"
    ) -> None:
        self._transport, self._steps, self._progress = transport, steps, progress
        self.growth = Growth(node.process.pid)
        self.sent = self.usable = 0

    def send(self, batch: list[Any]) -> None:
        """Send images; the first one once more as a message that breaks off in the middle."""
        for message in batch:
            self._send(message)
        whole = serialize_message(batch[0])
        self._steps.throw(whole[: len(whole) // 2])
        self.sent += len(batch) + 1
        self._progress.update(len(batch) + 1)
        self.growth.sample(self.sent)

    def _send(self, message: Any) -> None:
        """Send an image: it must have its mask exactly if its pixels can be had."""
        try:
            with silence():
                height, width, _ = self._transport.decode(message).shape
        except ImageError:
            self._steps.throw(message)
            return
        self.usable += 1
        message.header.frame_id = as_it_arrives(message.header.frame_id)
        mask = self._steps.show(message)
        assert (mask.width, mask.height) == (width, height)


@contextmanager
def camera_of(robot: Robot, node: NodeProcess, transport: Transport) -> Iterator[Any]:
    """Give a publisher; begins when the node's subscription is as reliable as it."""
    topic = node.image_topic + transport.topic
    with robot.speaking(topic, transport.kind) as publisher:
        wait_for(lambda: robot.reliability(topic) == ["RELIABLE"], what="reliable")
        wait_for(publisher.get_subscription_count)
        yield publisher


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSPORTS)
def test_fuzzed_images(robot: Robot, start_node: StartNode, name: str) -> None:
    transport, scene = TRANSPORTS[name], KnownScene(TRANSPORTS[name].good)
    batches = st.lists(transport.fuzzed, min_size=BATCH, max_size=BATCH)
    number = share_of(TOTAL // BATCH, least=5)
    node = start_node(model="tabletop", image_transport=name)
    robot.bring_up(node.name)
    began = time.monotonic()
    with (
        camera_of(robot, node, transport) as images,
        steps_with(robot, node, images) as steps,
        tqdm(total=number * (BATCH + 1), desc=f"{name} images", mininterval=5.0) as progress,
    ):
        before = scene.answers(robot, node, steps)
        fuzzing = Fuzzing(transport, node, steps, progress)
        examples(number)(given(batches)(fuzzing.send))()
        assert scene.answers(robot, node, steps) == before
    model = values_of(robot.diagnosis(node.name, lambda one: "failures" in values_of(one)))
    camera = values_of(robot.diagnosis(node.name, lambda one: "dropped" in values_of(one)))
    record(
        f"fuzzed images, {name}",
        f"{fuzzing.sent} messages, {fuzzing.usable} of them of use",
        time.monotonic() - began,
        fuzzing.growth,
        images_that_the_node_took=camera["images received"],
    )
    assert model["failures"] == "0", node.log
    assert fuzzing.growth.grown_mb() < MAX_GROWTH_MB, fuzzing.growth.line()
    assert node.end()[0] == 0, node.log
