"""Sentences of different lengths in one batch, with CLIP's text encoder."""

import numpy as np
import pytest
from random_network import random_network
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame
from samwise_ros.network.checkpoints.model_folder import load_model, save_model
from samwise_ros.network.text.tokenizer import SentenceTokenizer

WORDS = ("the", "red", "mug", "small", "ball", "that", "moves", "left")
ENDS = [("<|startoftext|>", 30), ("<|endoftext|>", 31)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model folder with a CLIP text encoder."""
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


def test_result_does_not_depend_on_longer_sentence_in_batch(model, images):
    config = EngineConfig(min_mask_area=1)
    alone, batched = (
        Engine(SamwiseBackend(*load_model(model), device="cpu"), config) for _ in range(2)
    )
    alone.add(Command("a", "the red mug"))
    batched.add(Command("a", "the red mug"))
    batched.add(Command("b", "the small ball that moves left"))
    scores = []
    for index, image in enumerate(images[:4]):
        frame = Frame(image, stamp_ns=index)
        (target,), (same, other) = (engine.step(frame)[0].targets for engine in (alone, batched))
        assert same.score == pytest.approx(target.score, abs=1e-4)
        assert np.mean(same.mask != target.mask) < 0.002
        scores.append((same.score, other.score))
    assert all(same != other for same, other in scores)


def test_sentence_with_too_many_tokens_is_rejected(model):
    engine = Engine.from_model(model, device="cpu")
    (event,) = engine.add(Command("a", "red " * 11))
    assert event.kind is EventKind.REJECTED
    assert "13 tokens, expected at most 12" in event.reason
