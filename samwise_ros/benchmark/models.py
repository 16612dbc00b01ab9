"""The network that is measured, by name."""

import torch

from samwise_ros.data.tabletop.video import vocabulary
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.checkpoints.model_home import SHIPPED
from samwise_ros.network.presets import PRESETS, preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer


def open_subject(model: str) -> tuple[Samwise, SentenceTokenizer]:
    """Load a shipped model or a folder; a preset without weights gets random ones.

    What a network does to an image takes as long whatever it has learned.

    Raises:
        ValueError: it is none of these; the message says what is wrong.
    """
    if model not in PRESETS or (SHIPPED / model).is_dir():
        return load_model(model)
    torch.manual_seed(0)
    return Samwise(preset(model)).eval(), SentenceTokenizer.from_words(vocabulary())
