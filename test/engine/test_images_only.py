"""Warning about models that were trained on images only."""

import dataclasses
import warnings

import pytest

from samwise_ros.engine.backend.samwise_backend import ImagesOnlyWarning
from samwise_ros.engine.engine import Engine
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise


def test_model_trained_on_images_warns(tokenizer, tmp_path):
    network = Samwise(preset("tabletop"))
    network.trained_frames = 1
    save_model(tmp_path / "model", network, tokenizer)
    with pytest.warns(ImagesOnlyWarning, match="over 20 points") as warned:
        Engine.from_model(str(tmp_path / "model"), device="cpu")
    assert len(warned) == 1


@pytest.mark.parametrize("frames", [8, None])
def test_model_trained_on_clips_or_unknown_does_not_warn(frames, tokenizer, tmp_path):
    network = Samwise(dataclasses.replace(preset("tabletop"), adapter_width=32))
    network.trained_frames = frames
    save_model(tmp_path / "model", network, tokenizer)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ImagesOnlyWarning)
        Engine.from_model(str(tmp_path / "model"), device="cpu")
