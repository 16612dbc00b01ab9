"""A whole recipe in a few steps: trained and frozen weights, and resuming."""

import dataclasses
import json
import os
import signal

import numpy as np
import pytest
import torch

from samwise_ros.data.painted.video import vocabulary
from samwise_ros.files.folder_lock import locked_folder
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import load_model, save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.optimization.learner import Learner
from samwise_ros.training.recipe import Recipe, Stage
from samwise_ros.training.state import TrainingState
from samwise_ros.training.trainer import Trainer

STEPS = 7  # of all stages of the recipe


def _weights(folder):
    network, _ = load_model(str(folder / "model"))
    return network.state_dict()


def _log(folder):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "seconds"} for line in lines]


def _changed(before, after) -> set[str]:
    names = {name for name, value in before.items() if not torch.equal(value, after[name])}
    return {name.split(".")[0] for name in names}


@pytest.fixture(scope="module")
def trained(recipe, tmp_path_factory):
    """Train the recipe stage by stage; return the weights after every stage."""
    folder = tmp_path_factory.mktemp("runs")
    trainer = Trainer(recipe, folder, device="cpu")
    kept = [{key: value.clone() for key, value in trainer.training.network.state_dict().items()}]
    for stage in recipe.stages:
        assert Trainer(recipe, folder, device="cpu").run(stage.steps) is (stage.name == "motion")
        kept.append(_weights(folder))
    return folder, kept


def test_each_stage_trains_only_its_modules(trained):
    _, kept = trained
    assert _changed(kept[0], kept[1]) == {"sam"}
    assert _changed(kept[1], kept[2]) == {"text_encoder"}
    assert _changed(kept[2], kept[3]) == {
        "cmt_adapters",
        "prompt",
        "conditional_memory_encoder",
    }


def test_model_folder_has_vocabulary_and_clip_length(trained):
    folder, _ = trained
    network, tokenizer = load_model(str(folder / "model"))
    assert 3 not in tokenizer.encode("the red mug that moves to the left")
    assert network.trained_frames == 8


def test_finished_training_is_not_repeated(trained, recipe):
    folder, kept = trained
    again = Trainer(recipe, folder, device="cpu")
    assert again.run()
    assert torch.equal(again.training.network.sam.no_obj_ptr, kept[-1]["sam.no_obj_ptr"])


def test_second_training_in_a_folder_is_refused(recipe, tmp_path):
    trainer = Trainer(recipe, tmp_path, device="cpu")
    (tmp_path / "log.jsonl").write_text("{}\n")
    with locked_folder(tmp_path), pytest.raises(ValueError, match="another process writes"):
        trainer.run(1)
    assert (tmp_path / "log.jsonl").read_text() == "{}\n"


def test_denormal_numbers_are_not_rounded_after_training(trained):
    assert np.float32(1e-40) * np.float32(0.5) > 0


def test_losses_are_logged(trained):
    folder, _ = trained
    assert [(line["stage"], line["step"]) for line in _log(folder)] == [
        ("follow", 2),
        ("words", 2),
        ("motion", 3),
    ]
    assert {"focal", "dice", "score", "switch"} < set(_log(folder)[-1])
    assert sorted(path.name for path in (folder / "tensorboard").iterdir()) == [
        "follow",
        "motion",
        "words",
    ]


def test_resumed_training_equals_uninterrupted_training(trained, recipe, tmp_path):
    folder, kept = trained
    for _ in range(STEPS - 1):
        assert not Trainer(recipe, tmp_path, device="cpu").run(steps=1)
    assert Trainer(recipe, tmp_path, device="cpu").run()
    after = _weights(tmp_path)
    assert all(torch.equal(value, after[name]) for name, value in kept[-1].items())
    assert _log(tmp_path) == _log(folder)


def test_resuming_with_dropout_and_verbs_is_exact(tmp_path):
    config = dataclasses.replace(
        preset("tabletop"), dropout=0.5, motion_prompt=True, verbs=tuple(vocabulary())
    )
    network = Samwise(config)
    save_model(tmp_path / "init", network, SentenceTokenizer.from_words(vocabulary()))
    stage = Stage("look", "sentences", steps=2, batch=2, accumulate=2, frames=2, targets=1)
    recipe = Recipe(None, 1, (stage,), ("painted:train",))
    for name, pieces in (("whole", (None,)), ("pieces", (1, None))):
        for steps in pieces:
            trainer = Trainer(recipe, tmp_path / name, str(tmp_path / "init"), "cpu")
            trainer.run(steps)
    whole, pieces = _weights(tmp_path / "whole"), _weights(tmp_path / "pieces")
    assert all(torch.equal(value, pieces[name]) for name, value in whole.items())
    before = network.prompt.project_motion_prompts.state_dict()
    after = load_model(str(tmp_path / "whole" / "model"))[0].prompt.project_motion_prompts
    assert _changed(before, after.state_dict()) == {"layers"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_saves_the_state(recipe, tmp_path, monkeypatch, number):
    update = Learner.update

    def update_and_signal(self, parts, step):
        losses = update(self, parts, step)
        os.kill(os.getpid(), number)
        return losses

    monkeypatch.setattr(Learner, "update", update_and_signal)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        Trainer(recipe, tmp_path, device="cpu").run()
    assert signal.getsignal(number) is before
    assert Trainer(recipe, tmp_path, device="cpu").state.step == 1


def test_log_entries_after_the_saved_state_are_removed(trained, recipe, tmp_path):
    folder, _ = trained
    Trainer(recipe, tmp_path, device="cpu").run(steps=2)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write("a line of a lost step\n")
    Trainer(recipe, tmp_path, device="cpu").run(steps=2)
    assert _log(tmp_path) == _log(folder)[:2]


def test_missing_log_begins_again(recipe, tmp_path):
    Trainer(recipe, tmp_path, device="cpu").run(steps=2)
    (tmp_path / "log.jsonl").unlink()
    Trainer(recipe, tmp_path, device="cpu").run(steps=2)
    assert [line["stage"] for line in _log(tmp_path)] == ["words"]


def test_state_contains_only_trained_weights(recipe, tmp_path):
    Trainer(recipe, tmp_path, device="cpu").run(steps=3)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    kept = sum(value.numel() for value in state["learner"]["modules"].values())
    encoder = load_model(str(tmp_path / "model"))[0].text_encoder
    heads = 2 * (64 * 128 + 128)
    assert kept == sum(value.numel() for value in encoder.state_dict().values()) + heads


def test_changed_frozen_weights_raise(recipe, tmp_path):
    Trainer(recipe, tmp_path, device="cpu").run(steps=3)
    other = tmp_path / "other"
    Trainer(dataclasses.replace(recipe, seed=4), other, device="cpu").run(steps=2)
    (other / "model" / "model.safetensors").replace(tmp_path / "model" / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"other weights than those from .*model"):
        Trainer(recipe, tmp_path, device="cpu")


def test_recipe_may_gain_stages_but_not_change(trained, recipe, tmp_path):
    folder, _ = trained
    more = Stage("more", "sentences", steps=1, batch=1)
    grown = dataclasses.replace(recipe, stages=(*recipe.stages, more))
    assert Trainer(grown, folder, device="cpu").state.stage == 3
    for changed in (
        dataclasses.replace(recipe, seed=4),
        dataclasses.replace(recipe, stages=(dataclasses.replace(recipe.stages[0], batch=4),)),
        dataclasses.replace(recipe, stages=recipe.stages[1:]),
        dataclasses.replace(recipe, stages=(more, *recipe.stages)),
        dataclasses.replace(recipe, stages=recipe.stages[::-1]),
    ):
        with pytest.raises(CheckpointError, match=r"state\.pt: belongs to another recipe"):
            Trainer(changed, folder, device="cpu")


def test_state_with_other_weights_raises(recipe, tmp_path):
    Trainer(recipe, tmp_path, device="cpu").run(steps=1)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    state["learner"]["modules"].popitem()
    torch.save(state, tmp_path / "state.pt")
    with pytest.raises(CheckpointError, match=r"stage follow is of another version .*--out"):
        Trainer(recipe, tmp_path, device="cpu").run()


def test_heads_of_other_data_raise(recipe, tmp_path):
    Trainer(recipe, tmp_path, device="cpu").run(steps=1)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    named = dataclasses.replace(recipe.stages[0], name="follow", task="words", train=())
    other = dataclasses.replace(recipe, stages=(named,))
    state |= {"learner": None, "step": 0, "frozen": "", "settings": {}}
    state["heads"] = {"words": {"head.weight": torch.zeros(3, 3), "head.bias": torch.zeros(3)}}
    torch.save(state, tmp_path / "state.pt")
    with pytest.raises(CheckpointError, match=r"stage follow is of .* other data: .*--out"):
        Trainer(other, tmp_path, device="cpu").run()


def test_damaged_state_raises(recipe, tmp_path):
    (tmp_path / "state.pt").write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match=r"state\.pt"):
        Trainer(recipe, tmp_path, device="cpu")


def test_training_starts_from_a_model_folder(trained, tmp_path):
    folder, kept = trained
    stage = Stage("more", "sentences", steps=2, batch=2, accumulate=2, train=("prompt",))
    recipe = Recipe(None, 1, (stage,), ("painted:train",), precision="bfloat16")
    init = str(folder / "model")
    Trainer(recipe, tmp_path, init=init, device="cpu").run(steps=1)
    with pytest.raises(ValueError, match="--init"):
        Trainer(recipe, tmp_path, device="cpu")
    with pytest.raises(CheckpointError, match=r"other weights than those from --init tabletop"):
        Trainer(recipe, tmp_path, init="tabletop", device="cpu")
    assert Trainer(recipe, tmp_path, init=init, device="cpu").run()
    assert _changed(kept[-1], _weights(tmp_path)) == {"prompt"}


def test_invalid_training_raises(recipe, tmp_path):
    stage = Stage("more", "sentences", steps=2, train=("adapters",))
    with pytest.raises(ValueError, match="got 'adapters'; use sam, text_encoder"):
        Trainer(dataclasses.replace(recipe, stages=(stage,)), tmp_path, device="cpu")
    with pytest.raises(ValueError, match="--data"):
        Trainer(dataclasses.replace(recipe, data=()), tmp_path, device="cpu")
    endless = Stage("more", "sentences", epochs=1)
    with pytest.raises(ValueError, match="is endless; use steps"):
        Trainer(dataclasses.replace(recipe, stages=(endless,)), tmp_path, device="cpu").run()


@pytest.mark.parametrize("finished", range(3))
def test_training_killed_between_model_and_state_resumes_exactly(
    trained, recipe, tmp_path, monkeypatch, finished
):
    """The model of a finished stage is on the disk, but not yet the state after the stage."""
    write_state = TrainingState.write

    def killed_write(self, folder):
        if (self.stage, self.learner) == (finished + 1, None):
            raise SystemExit("killed")
        write_state(self, folder)

    with monkeypatch.context() as patch:
        patch.setattr(TrainingState, "write", killed_write)
        with pytest.raises(SystemExit):
            Trainer(recipe, tmp_path, device="cpu").run()
    assert Trainer(recipe, tmp_path, device="cpu").run()
    folder, kept = trained
    after = _weights(tmp_path)
    assert all(torch.equal(value, after[name]) for name, value in kept[-1].items())
    assert _log(tmp_path) == _log(folder)
