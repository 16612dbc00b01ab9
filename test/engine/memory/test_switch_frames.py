"""The frames on which candidates are written to the memory."""

import numpy as np
import pytest
import torch
from random_network import random_network

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame

SCORE_BIAS = "sam.sam_mask_decoder.pred_obj_score_head.layers.2.bias"
HEAD_BIAS = "conditional_memory_encoder.decision_class_head.bias"


@pytest.fixture
def written(make_engine, network, images):
    """Returns the frames that wrote a candidate, with a CME that always or never agrees."""
    bias = network.get_parameter(HEAD_BIAS)
    before = bias.detach().clone()

    def run(correction, agrees):
        with torch.no_grad():
            bias.copy_(torch.tensor([-100.0, 100.0] if agrees else [100.0, -100.0]))
        engine = make_engine(switch_correction=correction)
        engine.add(Command("a", "the red mug"))
        memory = engine._store.get(Command("a", "the red mug"), "camera").network
        frames = []
        for index, image in enumerate(images[:15]):
            engine.step(Frame(image, stamp_ns=index))
            if index > 0 and memory.last_switch_frame == index:
                frames.append(index)
        return frames

    yield run
    with torch.no_grad():
        bias.copy_(before)


@pytest.mark.parametrize(
    ("correction", "if_agrees", "if_not"),
    [
        ("learned", [5, 8, 11, 14], []),
        ("never", [], []),
        ("always", list(range(5, 15)), list(range(5, 15))),
        ("every_4th", [5, 9, 13], [5, 9, 13]),
    ],
)
def test_correction_selects_frames(written, correction, if_agrees, if_not):
    assert written(correction, agrees=True) == if_agrees
    assert written(correction, agrees=False) == if_not


def test_written_candidate_affects_the_next_frame(tokenizer, images):
    network = random_network()
    with torch.no_grad():
        network.get_parameter(SCORE_BIAS).fill_(3.0)  # an object is always in view
    masks = []
    for correction in ("never", "always"):
        config = EngineConfig(switch_correction=correction)
        engine = Engine(SamwiseBackend(network, tokenizer, device="cpu"), config)
        engine.add(Command("a", "the red mug"))
        results = [engine.step(Frame(image, stamp_ns=t))[0] for t, image in enumerate(images[:9])]
        masks.append(np.stack([result.targets[0].mask for result in results]))
    never, always = masks
    assert never.any()
    assert np.array_equal(never[:6], always[:6])
    assert not np.array_equal(never[6:], always[6:])


def test_unknown_correction_is_rejected():
    with pytest.raises(ValueError, match="switch_correction: expected learned, never, always"):
        EngineConfig(switch_correction="sometimes")
