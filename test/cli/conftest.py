"""A short video for the commands."""

from pathlib import Path

import pytest

from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_writer import VideoWriter


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nine frames of a table as ``video.mp4`` and as ``frames/``."""
    folder = tmp_path_factory.mktemp("films")
    video = make_video("test", 3, PaintedConfig(frames=9, width=160, height=120))
    with VideoWriter(folder / "video.mp4", 10) as writer:
        for index, frame in enumerate(video.frames):
            writer.write(frame)
            write_image(folder / "frames" / f"{index:05d}.png", frame)
    return folder
