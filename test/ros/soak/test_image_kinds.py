"""A camera whose images change size and encoding every time."""

import random
import time

import pytest
from budget import share_of
from figures import ages, record
from growth import Growth
from image_kinds import random_image
from node_process import NodeProcess, StartNode
from ros_harness import Robot
from steps import Steps, steps_with
from tqdm import tqdm

MAX_GROWTH_MB = 64.0  # the largest images are random, and buffers grow with them


def send_random_images(robot: Robot, steps: Steps, chance: random.Random, number: int) -> None:
    """Send random images; each must have a mask of its size and header."""
    for _ in range(number):
        sent = random_image(robot.stamp_ns(), chance)
        mask = steps.send(sent)
        assert (mask.width, mask.height) == (sent.width, sent.height), sent.encoding
        assert mask.encoding == "mono8"
        assert set(bytes(mask.data)) <= {0, 255}


def test_images_of_20_random_sizes_and_encodings(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    with (
        robot.camera(active_node) as images,
        steps_with(robot, active_node, images) as steps,
    ):
        send_random_images(robot, steps, random.Random(0), 20)


@pytest.mark.slow
def test_images_of_1000_random_sizes_and_encodings(robot: Robot, start_node: StartNode) -> None:
    node, rounds = start_node(model="tabletop", command="the red ball"), share_of(50, least=5)
    robot.bring_up(node.name)
    chance, began = random.Random(1), time.monotonic()
    with robot.camera(node) as images, steps_with(robot, node, images) as steps:
        growth = Growth(node.pid)
        for number in tqdm(range(rounds), "20 images each", mininterval=5.0, miniters=1):
            send_random_images(robot, steps, chance, 20)
            growth.sample(20 * (number + 1))
    record(
        "image kinds",
        f"{20 * rounds} images of random size, encoding, byte order and padding",
        time.monotonic() - began,
        growth,
        age=ages(steps.ages_s),
    )
    assert growth.grown_mb() < MAX_GROWTH_MB, growth.line()
    assert node.end()[0] == 0, node.log
