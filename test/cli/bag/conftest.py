"""A recorded bag, and the bag that the command writes."""

from pathlib import Path

import numpy as np
import pytest
from recording import SENTENCES, drive

from samwise_ros.cli.main import main
from samwise_ros.vision.video_reader import VideoReader


@pytest.fixture(scope="session")
def frames(films: Path) -> list[np.ndarray]:
    return list(VideoReader(films / "frames"))


@pytest.fixture(scope="session")
def bag(frames: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drive(tmp_path_factory.mktemp("bag") / "drive", frames)


@pytest.fixture(scope="session")
def out(bag: Path, model: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bag that the command writes."""
    path = tmp_path_factory.mktemp("out") / "new" / "masks.mcap"
    assert main(["bag", str(bag), *SENTENCES, "--model", model, "--out", str(path)]) == 0
    return path
