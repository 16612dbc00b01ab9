"""Engines with a small network of random weights."""

import numpy as np
import pytest
from random_network import random_network

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

WORDS = ("the", "red", "blue", "small", "mug", "ball", "that", "moves", "left")


@pytest.fixture(scope="session")
def network() -> Samwise:
    return random_network()


@pytest.fixture(scope="session")
def tokenizer() -> SentenceTokenizer:
    return SentenceTokenizer.from_words(WORDS)


@pytest.fixture
def make_engine(network, tokenizer):
    def make(**settings: object) -> Engine:
        config = EngineConfig(**{"min_mask_area": 1, **settings})
        return Engine(SamwiseBackend(network, tokenizer, device="cpu"), config)

    return make


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    """30 frames (60, 80, 3) of drifting blocks of noise."""
    rng = np.random.default_rng(0)
    wide = rng.integers(0, 256, (8, 40, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    return np.stack([wide[:60, 3 * t : 3 * t + 80] for t in range(30)])
