"""Who decides whether a candidate is written to the memory."""

import numpy as np
import pytest
import torch
from random_network import random_network

from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame

SCORE_BIAS = "sam.sam_mask_decoder.pred_obj_score_head.layers.2.bias"
HEAD_BIAS = "conditional_memory_encoder.decision_class_head.bias"


@pytest.fixture
def written(make_engine, network, images):
    """Tells on which frames a candidate was written, with a head that says yes or no."""
    bias = network.get_parameter(HEAD_BIAS)
    before = bias.detach().clone()

    def run(correction, says):
        with torch.no_grad():
            bias.copy_(torch.tensor([-100.0, 100.0] if says else [100.0, -100.0]))
        engine = make_engine(switch_correction=correction)
        engine.add(Command("a", "the red mug"))
        memory = engine._store.get(Command("a", "the red mug"), "camera")
        found = []
        for index, image in enumerate(images[:15]):
            engine.step(Frame(image, stamp_ns=index))
            if index > 0 and memory.last_applied == index:
                found.append(index)
        return found

    yield run
    with torch.no_grad():
        bias.copy_(before)


@pytest.mark.parametrize(
    ("correction", "yes", "no"),
    [
        ("learned", [5, 8, 11, 14], []),
        ("never", [], []),
        ("always", list(range(5, 15)), list(range(5, 15))),
        ("every_4th", [5, 9, 13], [5, 9, 13]),
    ],
)
def test_who_decides(written, correction, yes, no):
    assert written(correction, says=True) == yes
    assert written(correction, says=False) == no


def test_a_written_candidate_shows_from_the_next_frame_on(tokenizer, images):
    network = random_network()
    with torch.no_grad():
        network.get_parameter(SCORE_BIAS).fill_(3.0)  # something is in view wherever it looks
    seen = []
    for correction in ("never", "always"):
        config = EngineConfig(switch_correction=correction)
        engine = Engine(network, tokenizer, config, device="cpu")
        engine.add(Command("a", "the red mug"))
        results = [engine.step(Frame(image, stamp_ns=t))[0] for t, image in enumerate(images[:9])]
        seen.append(np.stack([result.targets[0].mask for result in results]))
    never, always = seen
    assert never.any()
    assert np.array_equal(never[:6], always[:6])
    assert not np.array_equal(never[6:], always[6:])


def test_an_unknown_decider_is_refused():
    with pytest.raises(ValueError, match="switch_correction: expected learned, never, always"):
        EngineConfig(switch_correction="sometimes")
