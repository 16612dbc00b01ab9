"""A model with random weights, and a short video, for the commands."""

from pathlib import Path

import pytest
from random_model import save_random_model

from samwise_ros.data.tabletop.video import TabletopConfig, make_video
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_writer import VideoWriter


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model folder with random weights that finds an object in every image."""
    return save_random_model(tmp_path_factory.mktemp("model"))


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
