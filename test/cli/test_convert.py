"""Released checkpoints and frozen parts, whole and broken, become a model folder or a reason."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from samwise_ros.cli.main import main
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

NETWORK_TESTS = Path(__file__).parents[1] / "network"
State = dict[str, torch.Tensor]
KEY = "sam.mask_downsample.weight"


def _released(keys_file: str) -> State:
    """A checkpoint in the released form, with weights from the parity tests' recipe."""
    keys = json.loads((NETWORK_TESTS / "data" / keys_file).read_text())
    recipe: Callable[..., State] = runpy.run_path(str(NETWORK_TESTS / "recipe.py"))[
        "recipe_state_dict"
    ]
    return recipe(keys, "convert")


@pytest.fixture(scope="module")
def state() -> State:
    return _released("keys_mini.json")


def _convert(content: Any, folder: Path, *more: str) -> int:
    torch.save(content, folder / "released.pth")
    SentenceTokenizer.of_words(["red", "ball", "rolls"]).save(folder / "tokenizer.json")
    argv = ["convert", "released", str(folder / "released.pth"), "--preset", "mini", *more]
    argv += ["--trained-frames", "8"]
    tokenizer = str(folder / "tokenizer.json")
    return main([*argv, "--tokenizer", tokenizer, "--out", str(folder / "model")])


def test_a_released_checkpoint_becomes_a_model(state: State, tmp_path: Path) -> None:
    assert _convert({"model": state}, tmp_path) == 0
    network, tokenizer = load_model(str(tmp_path / "model"))
    assert torch.equal(network.state_dict()[KEY], state[KEY])
    assert network.trained_frames == 8
    assert len(tokenizer.encode("red ball")) == 4


def test_the_prefix_of_parallel_training_does_not_matter(state: State, tmp_path: Path) -> None:
    assert _convert({f"module.{key}": value for key, value in state.items()}, tmp_path) == 0
    network, _ = load_model(str(tmp_path / "model"))
    assert torch.equal(network.state_dict()[KEY], state[KEY])


def test_the_motion_prompt_is_seen_from_the_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _convert(_released("keys_mini_motion.json"), tmp_path, "--verbs", "rolls") == 0
    assert "unused" not in capsys.readouterr().out
    network, _ = load_model(str(tmp_path / "model"))
    assert network.config.motion_prompt
    assert network.config.verbs == ("rolls",)


def test_keys_that_do_not_fit_are_all_named(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = dict(state)
    shape = tuple(broken.pop(KEY).shape)
    assert shape
    reshaped = "sam.no_mem_embed"
    broken[reshaped] = broken[reshaped].flatten()
    broken["sam.surplus"] = torch.zeros(1)
    assert _convert(broken, tmp_path) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "released.pth does not fit the network; " in said
    assert f"1 missing: {KEY}; " in said
    assert "1 unexpected: sam.surplus; " in said
    was, now = tuple(state[reshaped].shape), tuple(broken[reshaped].shape)
    assert f"1 of another shape: {reshaped}: expected {was}, got {now}" in said
    assert not (tmp_path / "model").exists()


class _Malice:
    """Pickled, it asks the reader to create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_malicious_file_is_refused_and_not_executed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _convert({"model": _Malice(tmp_path / "owned")}, tmp_path) == 2
    assert "released.pth: not a file of plain tensors" in capsys.readouterr().err
    assert not (tmp_path / "owned").exists()


def test_other_mistakes_are_told(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _convert(state, tmp_path, "--verbs", "rolls") == 2
    assert "has no motion prompt" in capsys.readouterr().err
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("dear to somebody")
    assert _convert(state, tmp_path) == 2
    assert "is not empty" in capsys.readouterr().err
    words = [f"word{number}" for number in range(200)]
    SentenceTokenizer.of_words(words).save(tmp_path / "large.json")
    argv = ["convert", "released", str(tmp_path / "released.pth"), "--preset", "mini"]
    argv += ["--tokenizer", str(tmp_path / "large.json"), "--out", str(tmp_path / "new")]
    assert main(argv) == 2
    assert "large.json: 204 tokens, filled up with token 1; expected" in capsys.readouterr().err


def test_what_it_was_trained_on_is_known_by_name_or_asked_for(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(state, tmp_path / "mine.pth")
    (tmp_path / "pretrained_model.pth").symlink_to(tmp_path / "mine.pth")
    SentenceTokenizer.of_words(["red"]).save(tmp_path / "tokenizer.json")
    common = ["--preset", "mini", "--tokenizer", str(tmp_path / "tokenizer.json")]
    common += ["--out", str(tmp_path / "model")]
    assert main(["convert", "released", str(tmp_path / "mine.pth"), *common]) == 2
    assert "say how many frames the clips had" in capsys.readouterr().err
    assert main(["convert", "released", str(tmp_path / "pretrained_model.pth"), *common]) == 0
    assert load_model(str(tmp_path / "model"))[0].trained_frames == 1


def test_frozen_parts_become_a_model_that_has_learned_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(5)
    parts = Samwise(preset("mini"))
    torch.save({"model": parts.sam.state_dict()}, tmp_path / "sam2.pt")
    roberta = parts.text_encoder.get_submodule("roberta").state_dict()
    text = {f"roberta.{key}": value for key, value in roberta.items()}
    save_file(text | {"lm_head.bias": torch.zeros(120)}, tmp_path / "text.safetensors")
    SentenceTokenizer.of_words(["red", "ball", "rolls"]).save(tmp_path / "tokenizer.json")
    argv = ["convert", "parts", "--preset", "mini", "--sam2", str(tmp_path / "sam2.pt")]
    argv += ["--text", str(tmp_path / "text.safetensors"), "--verbs", "rolls"]
    argv += ["--tokenizer", str(tmp_path / "tokenizer.json")]
    for name in ("one", "other"):
        assert main([*argv, "--out", str(tmp_path / name)]) == 0
    one, other = (load_model(str(tmp_path / name))[0] for name in ("one", "other"))
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one.sam) == fingerprint(parts.sam)
    assert fingerprint(one.text_encoder) == fingerprint(parts.text_encoder)
    assert fingerprint(one.cmt_adapters) != fingerprint(parts.cmt_adapters)
    assert one.config.motion_prompt
    assert one.config.verbs == ("rolls",)
    assert one.trained_frames is None
    argv[argv.index(str(tmp_path / "sam2.pt"))] = str(tmp_path / "text.safetensors")
    assert main([*argv, "--out", str(tmp_path / "none")]) == 2
    assert "text.safetensors does not fit the network; " in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
