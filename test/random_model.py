"""A model folder with random weights, for tests that need any model."""

from pathlib import Path

import torch

from samwise_ros.data.painted.video import vocabulary
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

SCORE_BIAS = "sam.sam_mask_decoder.pred_obj_score_head.layers.2.bias"


def save_random_model(folder: Path) -> str:
    """Write a model that finds some object in every image; return the folder as text."""
    torch.manual_seed(0)
    network = Samwise(preset("tabletop"))
    with torch.no_grad():
        network.get_parameter(SCORE_BIAS).fill_(10.0)
    save_model(folder, network, SentenceTokenizer.from_words(vocabulary()))
    return str(folder)
