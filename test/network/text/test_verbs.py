"""Verbs depend on the model's configuration, not on the installed packages."""

import dataclasses
import pickle
import sys
from pathlib import Path

import pytest
import spacy
import torch
from parity import VERB_TOKEN, build

from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.network.text.verbs import VerbTagger

DATA = Path(__file__).parents[1] / "data"
TOKENIZER = SentenceTokenizer.from_words(["the", "dog", "that", "walks", "left", "walk"])


def _config(**changes: object) -> SamwiseConfig:
    return dataclasses.replace(PRESETS["mini"], motion_prompt=True, **changes)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Save a small spaCy pipeline whose rules use the word before; return NAME-VERSION."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "that"}, {"LOWER": {"IN": ["walks", "walk"]}}]], {"POS": "VERB"}, index=1)
    ruler.add([[{"LOWER": "the"}, {"LOWER": "walk"}]], {"POS": "NOUN"}, index=1)
    nlp.meta["version"] = "1.2.3"
    folder = tmp_path_factory.mktemp("spacy") / "en_rules"
    nlp.to_disk(folder)
    return f"{folder}-1.2.3"


def test_verbs_from_word_list() -> None:
    verbs = VerbTagger(_config(verbs=("walks", "leaves")), TOKENIZER)
    assert verbs.token_mask("The dog, that WALKS!") == [False] * 4 + [True, False]
    assert not any(verbs.token_mask("the dog"))


def test_verbs_from_spacy_depend_on_context(pipeline: str) -> None:
    verbs = VerbTagger(_config(verb_tagger=pipeline), TOKENIZER)
    assert verbs.token_mask("the dog that walk left") == [False] * 4 + [True, False, False]
    assert not any(verbs.token_mask("the walk"))


def test_spacy_words_align_with_subword_tokens(pipeline: str) -> None:
    tokenizer = _byte_level_tokenizer(["the dog that walks", "the dogs that walk"])
    mask = VerbTagger(_config(verb_tagger=pipeline), tokenizer).token_mask("a dog that walks")
    tokens = tokenizer.encode("a dog that walks")
    assert len(mask) == len(tokens) > 6  # more tokens than words and special tokens
    assert _masked_text(tokenizer, tokens, mask) == "walks"


def _byte_level_tokenizer(sentences: list[str]) -> SentenceTokenizer:
    """Train a byte-level BPE tokenizer as RoBERTa's."""
    from tokenizers import ByteLevelBPETokenizer  # noqa: PLC0415

    tokenizer = ByteLevelBPETokenizer(trim_offsets=True)
    tokenizer.train_from_iterator(sentences, 262, 1, special_tokens=["<s>", "<pad>", "</s>"])
    return SentenceTokenizer(tokenizer._tokenizer)


def _masked_text(tokenizer: SentenceTokenizer, tokens: list[int], mask: list[bool]) -> str:
    selected = [token for token, is_verb in zip(tokens, mask, strict=True) if is_verb]
    return str(tokenizer._tokenizer.decode(selected)).strip()


def test_batch_of_masks_aligns_with_batch_of_tokens() -> None:
    sentences = ["the dog that walks", "walk"]
    tokens = TOKENIZER.encode_batch(sentences)
    masks = VerbTagger(_config(verbs=("walks", "walk")), TOKENIZER).batch_masks(sentences)
    assert masks.shape == tokens.shape
    assert masks.nonzero().tolist() == [[0, 4], [1, 1]]


def test_pickled_tagger_finds_same_verbs(pipeline: str) -> None:
    verbs = VerbTagger(_config(verb_tagger=pipeline), TOKENIZER)
    copy = pickle.loads(pickle.dumps(verbs))
    assert copy.token_mask("the dog that walks") == verbs.token_mask("the dog that walks")


def test_model_without_motion_prompt_needs_no_tagger() -> None:
    config = dataclasses.replace(PRESETS["mini"], verb_tagger="en_nowhere-1.0.0")
    assert not any(VerbTagger(config, TOKENIZER).token_mask("the dog that walks"))


def test_missing_pipeline_raises_with_install_command() -> None:
    with pytest.raises(ValueError, match=r"spacy download en_nowhere-3\.8\.0 --direct"):
        VerbTagger(_config(verb_tagger="en_nowhere-3.8.0"), TOKENIZER)


def test_other_pipeline_version_raises(pipeline: str) -> None:
    other = pipeline.removesuffix("1.2.3") + "1.3.0"
    with pytest.raises(ValueError, match=r"en_rules 1\.3\.0, but 1\.2\.3 is installed"):
        VerbTagger(_config(verb_tagger=other), TOKENIZER)


def test_missing_spacy_raises_with_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)  # makes the import fail
    with pytest.raises(ValueError, match=r"spaCy is not installed\. Run: pip install .*\[verbs\]"):
        VerbTagger(_config(verb_tagger="en_core_web_sm-3.8.0"), TOKENIZER)


@pytest.mark.parametrize(
    "changes", [{"verb_tagger": "spacy"}, {"verb_tagger": "en-1.0", "verbs": ("walks",)}]
)
def test_invalid_tagger_raises(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="verb_tagger: expected"):
        _config(**changes)


@torch.inference_mode()
def test_batch_of_sentences_with_and_without_verbs() -> None:
    network = build(DATA / "keys_mini_motion.json", "3")
    torch.manual_seed(0)
    stem = network.image_stem(torch.randn(1, 1, 3, 256, 256))
    input_ids = torch.tensor([[0, 7, 9, 30, 2], [0, 8, 50, 31, 2], [0, 9, 9, 32, 2]])
    verbs = torch.zeros(input_ids.shape, dtype=torch.bool)
    verbs[1, VERB_TOKEN] = True
    together = _score(network, stem, input_ids, verbs)
    for row in range(3):
        one = slice(row, row + 1)
        alone = _score(network, stem, input_ids[one], verbs[one] if row == 1 else None)
        torch.testing.assert_close(together[one], alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(together, _score(network, stem, input_ids, None))


def _score(
    network: Samwise, stem: object, input_ids: torch.Tensor, verbs: torch.Tensor | None
) -> torch.Tensor:
    frame = network.encode(stem, network.text_stem(input_ids), causal=False).frame(0)
    decoded = network.track(frame, None, verbs=verbs).decoded
    return torch.cat((decoded.score, decoded.pointer, decoded.logits.flatten(1)[:, ::97]), 1)
