"""Training and validation on every folder format."""

import dataclasses
import json

import pytest
from write_ref_davis17 import write_ref_davis17
from write_ref_youtube_vos import write_ref_youtube_vos
from write_refcoco import write_refcoco

from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.training.recipe import EvaluationSettings, Recipe, Stage
from samwise_ros.training.trainer import Trainer

WRITE = {
    "mevis": write_mevis,
    "ref_youtube_vos": write_ref_youtube_vos,
    "ref_davis17": write_ref_davis17,
    "refcoco": write_refcoco,
}


@pytest.mark.parametrize("name", list(WRITE))
def test_format_trains_and_validates(name, tmp_path):
    frames = 1 if name == "refcoco" else 4
    WRITE[name](tmp_path / "data", {"train": 2}, PaintedConfig(frames, 64, 48))
    spec = f"{name}:{tmp_path / 'data'}:train"
    stage = Stage("clips", "sentences", steps=2, batch=2, frames=frames, targets=1, augment=True)
    recipe = Recipe(
        "tabletop", 1, (stage,), (spec,), evaluate=EvaluationSettings(spec, every=2, videos=1)
    )
    trainer = Trainer(recipe, tmp_path / "run", device="cpu")
    assert trainer.run()
    lines = [json.loads(text) for text in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "J&F" in line] == [2]
    assert all(line["focal"] > 0 for line in lines if "focal" in line)
    assert trainer.training.network.trained_frames == frames


def test_missing_masks_raise(tmp_path):
    spec = f"mevis:{tmp_path / 'data'}:train"
    write_mevis(tmp_path / "data", {"train": 1}, PaintedConfig(4, 64, 48))
    next((tmp_path / "data").rglob("mask_dict.json")).unlink()
    stage = Stage("clips", "sentences", steps=1, batch=1, frames=4, absent_share=0.0)
    with pytest.raises(ValueError, match=r"mask_dict\.json"):
        Trainer(Recipe("tabletop", 1, (stage,), (spec,)), tmp_path / "run", device="cpu").run()
    words = dataclasses.replace(stage, task="words", name="words")
    evaluate = EvaluationSettings(f"mevis:{tmp_path / 'none'}:train")
    recipe = Recipe("tabletop", 1, (words,), (spec,), evaluate=evaluate)
    with pytest.raises(ValueError, match="none"):
        Trainer(recipe, tmp_path / "other", device="cpu")
