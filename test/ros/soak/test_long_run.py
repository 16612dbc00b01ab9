"""Thousands of frames with frequent changes of the commands."""

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from budget import share_of
from figures import ages, record
from growth import Growth
from image_messages import image, picture
from node_process import StartNode
from ros_harness import Robot, values_of
from std_msgs.msg import String
from steps import steps_with
from tqdm import tqdm

from samwise_ros.msg import Command
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

FRAMES = 20_000
COMMAND_EVERY, FLOOD_EVERY, FLOOD = 3, 1000, 200
WIDTH, HEIGHT = 160, 120
COLOURS = ("red", "blue", "green", "yellow")
THINGS = ("ball", "mug", "box", "thing that moves left")
MAX_GROWTH_MB = 8.0
MAX_AGE_S = 2.0


@pytest.fixture
def small_model(tmp_path: Path) -> Path:
    """A smaller network of the shipped model's type, with random weights."""
    small = replace(preset("tabletop"), image_size=64, embed_dim=16, text_layers=(1, 1, 1, 1))
    torch.manual_seed(0)
    words = " ".join((*COLOURS, *THINGS, "the")).split()
    save_model(tmp_path / "small", Samwise(small), SentenceTokenizer.from_words(words))
    return tmp_path / "small"


def random_command(chance: random.Random) -> String | Command:
    """Return a random sentence or request."""
    sentence = f"the {chance.choice(COLOURS)} {chance.choice(THINGS)}"
    if chance.random() < 0.2:
        return String(data=chance.choice((sentence, sentence, "stop", "", "?!", "red " * 1000)))
    actions = (Command.TRACK,) * 6 + tuple(range(6))  # 5 is invalid
    name = f"command {chance.randrange(12)}"
    return Command(id=name, sentence=sentence, action=chance.choice(actions))


@pytest.mark.slow
def test_20000_frames_with_commands_changing(
    robot: Robot, start_node: StartNode, small_model: Path
) -> None:
    node, frames = start_node(model=small_model), share_of(FRAMES, least=1000)
    robot.bring_up(node.name)
    chance, began = random.Random(0), time.monotonic()
    pictures = [picture(WIDTH, HEIGHT, seed) for seed in range(16)]
    superseded = 0

    def new_image(number: int) -> Any:
        return image(robot.stamp_ns(), pictures[number % len(pictures)])

    with robot.camera(node) as images, steps_with(robot, node, images) as steps:
        growth = Growth(node.pid)
        for number in tqdm(range(1, frames + 1), "frames", mininterval=5.0):
            if number % COMMAND_EVERY == 0:
                command = random_command(chance)
                robot.send(node, command)
            steps.send(new_image(number))
            if number % FLOOD_EVERY == 0:
                superseded += steps.flood(new_image, FLOOD)
            if number % (FRAMES // 200) == 0:
                growth.sample(number)
        steps.check_active()
    model = values_of(robot.status(node.name, lambda status: "failures" in values_of(status)))
    record(
        "long run",
        f"{frames} frames with {frames // COMMAND_EVERY} commands, every mask there and in order; "
        f"and {frames // FLOOD_EVERY} floods of {FLOOD} images, {superseded} superseded",
        time.monotonic() - began,
        growth,
        age=ages(steps.ages_s),
    )
    assert model["failures"] == "0", node.log
    assert max(steps.ages_s) < MAX_AGE_S
    assert growth.grown_mb() < MAX_GROWTH_MB, growth.line()
    assert node.end()[0] == 0, node.log
