"""Saves memory files of two engines with different commands, for `command_server.py`."""

import functools
from pathlib import Path

import numpy as np
import torch

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

SENTENCES = ("the red mug", "the ball")


@functools.cache
def engine(commands: int) -> Engine:
    """Return an engine with random weights that has seen an image."""
    torch.manual_seed(0)
    network = Samwise(PRESETS["tabletop"]).eval()
    tokenizer = SentenceTokenizer.from_words(("the", "red", "mug", "ball"))
    engine = Engine(SamwiseBackend(network, tokenizer, device="cpu"), EngineConfig(min_mask_area=1))
    sentences = SENTENCES[:commands]
    engine.set_commands([Command(str(n), text) for n, text in enumerate(sentences)])
    engine.step(Frame(np.zeros((48, 64, 3), np.uint8)))
    return engine


def save(path: str, commands: str) -> int:
    """Save the memory file of an engine with 1 or 2 commands; return exit code 0."""
    engine(int(commands)).save(Path(path))
    return 0
