"""A model that has learned nothing, and a video, for commands to work on."""

from pathlib import Path

import pytest
import torch

from samwise_ros.data.tabletop.video import TabletopConfig, make_video, vocabulary
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_writer import VideoWriter

SCORE_BIAS = "sam.sam_mask_decoder.pred_obj_score_head.layers.2.bias"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model folder with random weights that sees something wherever it looks."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    tokenizer = SentenceTokenizer.from_words(vocabulary())
    network = Samwise(preset("tabletop"))
    with torch.no_grad():
        network.get_parameter(SCORE_BIAS).fill_(10.0)
    save_model(folder, network, tokenizer)
    return str(folder)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nine frames of a table as ``video.mp4`` and as ``frames/``."""
    folder = tmp_path_factory.mktemp("films")
    video = make_video("test", 3, TabletopConfig(frames=9, width=160, height=120))
    with VideoWriter(folder / "video.mp4", 10) as writer:
        for index, frame in enumerate(video.frames):
            writer.write(frame)
            write_image(folder / "frames" / f"{index:05d}.png", frame)
    return folder
