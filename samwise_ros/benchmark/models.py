"""Loads the model of a benchmark by name."""

import torch

from samwise_ros.data.painted.video import vocabulary
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.checkpoints.model_home import SHIPPED
from samwise_ros.network.presets import PRESETS, preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer


def load_benchmark_model(model: str) -> tuple[Samwise, SentenceTokenizer]:
    """Load a model by name or path, or build a preset with random weights.

    Args:
        model: name of a shipped or installed model, path of a model folder, or name of a preset.

    The time per frame does not depend on the weights.

    Raises:
        ValueError: there is no such model, or it cannot be loaded.
    """
    if model not in PRESETS or (SHIPPED / model).is_dir():
        return load_model(model)
    torch.manual_seed(0)
    return Samwise(preset(model)).eval(), SentenceTokenizer.from_words(vocabulary())
