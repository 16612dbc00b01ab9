"""A model that has only seen images says so before it is used on video."""

import dataclasses
import warnings

import pytest

from samwise_ros.engine.engine import Engine, ImagesOnlyWarning
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise


def test_a_model_folder_trained_on_images_is_named_in_a_warning(tokenizer, tmp_path):
    network = Samwise(preset("tabletop"))
    network.trained_frames = 1
    save_model(tmp_path / "model", network, tokenizer)
    with pytest.warns(ImagesOnlyWarning, match="over 20 points") as told:
        Engine.from_model(str(tmp_path / "model"), device="cpu")
    assert len(told) == 1


@pytest.mark.parametrize("frames", [8, None])
def test_one_trained_on_clips_or_not_known_is_not(frames, tokenizer, tmp_path):
    network = Samwise(dataclasses.replace(preset("tabletop"), adapter_width=32))
    network.trained_frames = frames
    save_model(tmp_path / "model", network, tokenizer)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ImagesOnlyWarning)
        Engine.from_model(str(tmp_path / "model"), device="cpu")
