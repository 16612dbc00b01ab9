"""An untrained network with the vocabulary of the tabletop."""

import pytest
import torch

from samwise_ros.data.painted.video import vocabulary
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

SCORE_BIAS = "sam.sam_mask_decoder.pred_obj_score_head.layers.2.bias"


@pytest.fixture(scope="session")
def tokenizer() -> SentenceTokenizer:
    return SentenceTokenizer.from_words(vocabulary())


@pytest.fixture
def network() -> Samwise:
    """A network whose object score is always positive."""
    torch.manual_seed(0)
    network = Samwise(preset("tabletop"))
    with torch.no_grad():
        network.get_parameter(SCORE_BIAS).fill_(10.0)
    return network.eval()
