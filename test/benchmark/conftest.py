"""An untrained model; its speed equals that of a trained one."""

from pathlib import Path

import pytest

from samwise_ros.data.painted.video import vocabulary
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with random weights."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = SentenceTokenizer.from_words(vocabulary())
    save_model(folder, Samwise(preset("tabletop")), tokenizer)
    return folder
