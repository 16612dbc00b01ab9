"""The whole recipe of the tabletop model, with few steps, and the clips of its stages."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.training.recipe import Recipe
from samwise_ros.training.stage_run import StageRun
from samwise_ros.training.trainer import Trainer

ROOT = Path(__file__).parents[2]
KINDS = ("attribute", "relation", "motion", "motion with attributes", "past", "absent")
FRAMES = 36


@pytest.fixture
def recipe(tmp_path) -> Recipe:
    """Shorten the recipe, and write videos with the kinds and times of the tabletop's sentences."""
    write_mevis(tmp_path / "data", {"train": 2}, PaintedConfig(FRAMES, 128, 96))
    for index in range(2):
        _write_truth(Mevis(tmp_path / "data", "train").truth_file(index))
    path = tmp_path / "data" / "train" / "meta_expressions.json"
    content = json.loads(path.read_text())
    for video in content["videos"].values():
        for number, expression in enumerate(video["expressions"].values()):
            kind = KINDS[number % len(KINDS)]
            expression.update(kind=kind, start=20 if kind == "past" else 0, stop=FRAMES)
    path.write_text(json.dumps(content))
    full = Recipe.read(ROOT / "recipes" / "tabletop_3d.yaml")
    short = [replace(stage, steps=1, warmup=1, batch=1, accumulate=1) for stage in full.stages]
    data = (f"mevis:{tmp_path / 'data'}:train",)
    return replace(full, stages=tuple(short), data=data, evaluate=replace(full.evaluate, data=None))


def _write_truth(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    labels = np.zeros((FRAMES, 96, 128), np.uint8)
    labels[:, 20:60, 30:60] = 1
    looks = {"kinds": ["mug"], "colours": ["red"], "patterns": ["plain"], "materials": ["metal"]}
    np.savez(path, labels=labels, motion=np.zeros((FRAMES, 1)), **looks)


def test_recipe_trains_every_stage(recipe, tmp_path):
    assert len(recipe.stages) <= 8
    trainer = Trainer(recipe, tmp_path / "run", device="cpu")
    before = {name: value.clone() for name, value in trainer.training.network.state_dict().items()}
    assert not trainer.run(steps=4)
    earlier = {name: dict(head) for name, head in trainer.state.heads.items()}
    assert {"objects", "words"} <= set(earlier)
    trainer = Trainer(recipe, tmp_path / "run", device="cpu")
    heads = StageRun(trainer.training, trainer.state).task.heads()
    for name in ("objects", "words"):  # of stages 1 and 4, for stage 5
        for key, value in heads[name].state_dict().items():
            assert value.equal(earlier[name][key])
    assert trainer.run()
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["stage"] for line in lines] == [stage.name for stage in recipe.stages]
    assert any("switch" in line for line in lines)
    network, tokenizer = load_model(str(tmp_path / "run" / "model"))
    parts = {"sam", "text_encoder", "cmt_adapters", "prompt", "conditional_memory_encoder"}
    after = network.state_dict()
    assert {name.split(".")[0] for name in before if not before[name].equal(after[name])} == parts
    assert tokenizer.known_and_unknown_words("the quokka")[1] == []
    assert tokenizer.highest_id < network.config.vocabulary
