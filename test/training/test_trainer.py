"""A whole recipe in a few steps: what learns, what is frozen, and going on after a stop."""

import json
from pathlib import Path

import pytest
import torch

from samwise_ros.network.checkpoint import CheckpointError, load_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.recipe import Recipe, Stage
from samwise_ros.training.trainer import Trainer

RECIPE = Recipe(
    preset="tabletop",
    seed=3,
    stages=(
        Stage("follow", "prompted", steps=2, batch=2, frames=2, true_mask_share=0.5),
        Stage("words", "words", steps=2, batch=8, frames=8),
        Stage("motion", "sentences", steps=2, batch=1, frames=6, causal_share=0.5),
    ),
)


def _changed(before, after) -> set[str]:
    names = {name for name, value in before.items() if not torch.equal(value, after[name])}
    return {name.split(".")[0] for name in names}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train the recipe; keep the weights after every stage."""
    folder = tmp_path_factory.mktemp("runs")
    trainer = Trainer(RECIPE, folder)
    kept = [{key: value.clone() for key, value in trainer.network.state_dict().items()}]
    run_stage = trainer._run_stage

    def run_and_keep(stage):
        run_stage(stage)
        kept.append({k: value.clone() for k, value in trainer.network.state_dict().items()})

    trainer._run_stage = run_and_keep
    trainer.run()
    return folder, kept


def test_each_stage_trains_its_part_and_freezes_the_others(trained):
    _, kept = trained
    assert _changed(kept[0], kept[1]) == {"sam"}
    assert _changed(kept[1], kept[2]) == {"text_encoder"}
    assert _changed(kept[2], kept[3]) == {
        "cmt_adapters",
        "prompt",
        "conditional_memory_encoder",
    }


def test_the_model_folder_holds_the_last_weights(trained):
    folder, kept = trained
    network, tokenizer = load_model(str(folder / "model"))
    assert all(torch.equal(kept[-1][key], value) for key, value in network.state_dict().items())
    assert 3 not in tokenizer.encode("the red mug that moves to the left")


def test_a_finished_training_is_not_repeated(trained):
    folder, kept = trained
    again = Trainer(RECIPE, folder)
    again.run()
    assert torch.equal(again.network.sam.no_obj_ptr, kept[-1]["sam.no_obj_ptr"])


def test_training_goes_on_where_it_stopped(trained, tmp_path):
    """Stop before the second stage, and go on to the same weights."""
    _, kept = trained
    trainer = Trainer(RECIPE, tmp_path)

    class StopError(Exception):
        pass

    def run_one(stage):
        if stage.name == "words":
            raise StopError
        run_stage(stage)

    run_stage, trainer._run_stage = trainer._run_stage, run_one
    with pytest.raises(StopError):
        trainer.run()
    resumed = Trainer(RECIPE, tmp_path)
    assert (resumed.stage_index, resumed.step) == (1, 0)
    resumed.run()
    for key, value in resumed.network.state_dict().items():
        assert torch.allclose(value.float(), kept[-1][key].float(), atol=1e-5), key


def test_another_recipe_or_a_damaged_state_is_refused(trained, tmp_path):
    folder, _ = trained
    with pytest.raises(CheckpointError, match="another recipe"):
        Trainer(Recipe("tabletop", 4, RECIPE.stages), folder)
    (tmp_path / "state.pt").write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match=r"state\.pt"):
        Trainer(RECIPE, tmp_path)


def test_log_holds_the_losses(tmp_path):
    stage = Stage("words", "words", steps=50, batch=4, frames=8)
    Trainer(Recipe("tabletop", 1, (stage,)), tmp_path).run()
    (line,) = (json.loads(text) for text in (tmp_path / "log.jsonl").read_text().splitlines())
    assert line["stage"] == "words"
    assert line["hidden"] > 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("preset: tabletop\nseed: 1\nstages: []", "one or more"),
        ("preset: giant\nseed: 1\nstages: []", "unknown preset"),
        ("preset: tabletop\nseed: 1\nspeed: 9\nstages: []", "speed"),
        (
            "preset: tabletop\nseed: 1\nstages: [{name: a, task: dance, steps: 1, batch: 1}]",
            "dance",
        ),
        (
            "preset: tabletop\nseed: 1\nstages: [{name: a, task: words, steps: 0, batch: 1}]",
            "steps",
        ),
        ("preset: tabletop\nseed: 1\nstages: [{name: a, colour: red}]", "colour"),
        ("- nothing", "recipe.yaml"),
        ("{", "recipe.yaml"),
    ],
)
def test_bad_recipes_are_refused_with_the_reason(tmp_path, text, reason):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason) as caught:
        Recipe.read(path)
    assert "recipe.yaml" in str(caught.value)


def test_the_shipped_recipe_is_read():
    recipe = Recipe.read(Path(__file__).parents[2] / "recipes" / "tabletop.yaml")
    assert recipe.preset == "tabletop"
    assert Samwise(preset(recipe.preset)).config.image_size == 128
