"""Released checkpoints and frozen parts, whole and broken, become a model folder or a reason."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from released_form import released_state, training_checkpoint
from safetensors.torch import save_file
from tokenizers import ByteLevelBPETokenizer
from transformers import RobertaTokenizer

from samwise_ros.cli.main import main
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer, normalise

State = dict[str, torch.Tensor]
KEY = "sam.mask_downsample.weight"
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def state() -> State:
    return released_state()


def _convert(content: Any, folder: Path, *more: str) -> int:
    torch.save(content, folder / "released.pth")
    SentenceTokenizer.from_words(["red", "ball", "rolls"]).save(folder / "tokenizer.json")
    argv = ["convert", "released", str(folder / "released.pth"), "--preset", "mini", *more]
    argv += ["--trained-frames", "8"]
    tokenizer = str(folder / "tokenizer.json")
    return main([*argv, "--tokenizer", tokenizer, "--out", str(folder / "model")])


def test_a_released_checkpoint_becomes_a_model(state: State, tmp_path: Path) -> None:
    assert _convert(training_checkpoint(state), tmp_path) == 0
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
    assert _convert(released_state("keys_mini_motion.json"), tmp_path, "--verbs", "rolls") == 0
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
    assert "released.pth: holds a pickled " in capsys.readouterr().err
    assert not (tmp_path / "owned").exists()


def test_other_mistakes_are_told(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _convert(state, tmp_path, "--verbs", "rolls") == 2
    assert "has no motion prompt" in capsys.readouterr().err
    for verb in ("Rolls", "pick up"):
        assert _convert(state, tmp_path, "--verbs", verb) == 2
        error = capsys.readouterr().err
        assert f"verbs: expected single words in lower case, got '{verb}'" in error
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("dear to somebody")
    assert _convert(state, tmp_path) == 2
    assert "exists and is not empty" in capsys.readouterr().err
    words = [f"word{number}" for number in range(200)]
    SentenceTokenizer.from_words(words).save(tmp_path / "large.json")
    argv = ["convert", "released", str(tmp_path / "released.pth"), "--preset", "mini"]
    argv += ["--tokenizer", str(tmp_path / "large.json"), "--out", str(tmp_path / "new")]
    assert main(argv) == 2
    assert "large.json: 204 tokens, filled up with token 1; expected" in capsys.readouterr().err


def test_what_it_was_trained_on_is_known_by_name_or_asked_for(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(state, tmp_path / "mine.pth")
    (tmp_path / "pretrained_model.pth").symlink_to(tmp_path / "mine.pth")
    SentenceTokenizer.from_words(["red"]).save(tmp_path / "tokenizer.json")
    common = ["--preset", "mini", "--tokenizer", str(tmp_path / "tokenizer.json")]
    common += ["--out", str(tmp_path / "model")]
    assert main(["convert", "released", str(tmp_path / "mine.pth"), *common]) == 2
    assert "--trained-frames 8, or 1 for images" in capsys.readouterr().err
    for frames in ("0", "-5", "5000"):
        argv = ["convert", "released", str(tmp_path / "mine.pth"), *common]
        assert main([*argv, "--trained-frames", frames]) == 2
        assert f"--trained-frames: expected 1 to 1000, got {frames}" in capsys.readouterr().err
    assert main(["convert", "released", str(tmp_path / "pretrained_model.pth"), *common]) == 0
    assert load_model(str(tmp_path / "model"))[0].trained_frames == 1


def test_missing_checkpoint_is_reported_before_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["convert", "released", str(tmp_path / "mine.pth"), "--preset", "mini"]
    argv += ["--tokenizer", str(tmp_path / "tokenizer.json"), "--out", str(tmp_path / "model")]
    assert main(argv) == 2
    assert "mine.pth: no such file" in capsys.readouterr().err


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: a write then fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_failed_write_leaves_nothing_that_blocks_the_next_attempt(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _convert(state, tmp_path) == 0
    argv = ["convert", "released", str(tmp_path / "released.pth"), "--preset", "mini"]
    argv += ["--trained-frames", "8", "--tokenizer", str(tmp_path / "tokenizer.json")]
    argv += ["--out", str(tmp_path / "second")]
    before = {path.name for path in tmp_path.iterdir()}
    with _largest_file(MEBIBYTE):
        assert main(argv) == 2
    error = capsys.readouterr().err
    assert "File too large" in error
    assert "model.safetensors" in error
    assert {path.name for path in tmp_path.iterdir()} == before
    assert main(argv) == 0
    load_model(str(tmp_path / "second"))


def test_roberta_vocabulary_and_merges_give_the_tokens_of_its_fast_tokenizer(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    text = ["the red mug that moves left", "the cup's größe 日本 3-4"] * 5
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(text, vocab_size=300, special_tokens=special)
    trained.save_model(str(tmp_path))
    vocabulary, merges = (str(tmp_path / name) for name in ("vocab.json", "merges.txt"))
    theirs = RobertaTokenizer(vocab=vocabulary, merges=merges)
    ours = SentenceTokenizer.from_bpe_files(Path(vocabulary), Path(merges))
    for sentence in (*text[:2], "two  red, mugs?", "naïve 🤖 robot", "x" * 40):
        normalised = normalise(sentence)
        assert ours.encode(sentence) == theirs(normalised).input_ids
        span = (0, len(normalised.split()[0]))
        theirs_of_word = theirs(normalised, return_offsets_mapping=True)["offset_mapping"]
        expected = [end > begin and begin < span[1] for begin, end in theirs_of_word]
        assert ours.token_mask(sentence, [span]) == expected
    assert ours.pad_id == 1

    torch.save(state, tmp_path / "released.pth")
    argv = ["convert", "released", str(tmp_path / "released.pth"), "--preset", "mini"]
    argv += ["--trained-frames", "8", "--out", str(tmp_path / "model"), "--tokenizer", vocabulary]
    assert main(argv) == 2  # the small network has 120 tokens
    assert f"vocab.json: {ours.size} tokens" in capsys.readouterr().err
    Path(merges).unlink()
    with pytest.raises(ValueError, match=r"merges\.txt: no such file"):
        SentenceTokenizer.from_bpe_files(Path(vocabulary), Path(merges))


def test_frozen_parts_become_a_model_that_has_learned_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(5)
    parts = Samwise(preset("mini"))
    torch.save({"model": parts.sam.state_dict()}, tmp_path / "sam2.pt")
    roberta = parts.text_encoder.get_submodule("roberta").state_dict()
    text = {f"roberta.{key}": value for key, value in roberta.items()}
    save_file(text | {"lm_head.bias": torch.zeros(120)}, tmp_path / "text.safetensors")
    SentenceTokenizer.from_words(["red", "ball", "rolls"]).save(tmp_path / "tokenizer.json")
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
