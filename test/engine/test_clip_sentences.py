"""A network with CLIP's text model at work: sentences of any length side by side."""

import numpy as np
import pytest
from random_network import random_network
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame
from samwise_ros.network.checkpoints.model_folder import load_model, save_model
from samwise_ros.network.text.tokenizer import SentenceTokenizer

WORDS = ("the", "red", "mug", "small", "ball", "that", "moves", "left")
ENDS = [("<|startoftext|>", 30), ("<|endoftext|>", 31)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model folder, as every user of CLIP has one."""
    vocabulary = {word: index for index, word in enumerate(WORDS)} | dict(ENDS)
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<|endoftext|>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>", special_tokens=ENDS
    )
    network = random_network(text_encoder="clip", vocabulary=32, positions=12)
    folder = tmp_path_factory.mktemp("clip")
    save_model(folder, network, SentenceTokenizer(tokenizer))
    return str(folder)


def test_a_sentence_does_not_depend_on_a_longer_one_beside_it(model, images):
    config = EngineConfig(min_mask_area=1)
    alone, crowd = (Engine(*load_model(model), config, "cpu") for _ in range(2))
    alone.add(Command("a", "the red mug"))
    crowd.add(Command("a", "the red mug"))
    crowd.add(Command("b", "the small ball that moves left"))
    scores = []
    for index, image in enumerate(images[:4]):
        frame = Frame(image, stamp_ns=index)
        (one,), (same, other) = (engine.step(frame)[0].targets for engine in (alone, crowd))
        assert same.score == pytest.approx(one.score, abs=1e-4)
        assert np.mean(same.mask != one.mask) < 0.002
        scores.append((same.score, other.score))
    assert all(same != other for same, other in scores)


def test_a_sentence_that_is_too_long_is_refused(model):
    engine = Engine(*load_model(model), EngineConfig(), "cpu")
    (event,) = engine.add(Command("a", "red " * 11))
    assert event.kind is EventKind.REJECTED
    assert "13 tokens; at most 12 are taken" in event.reason
