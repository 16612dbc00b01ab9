"""The verbs of a sentence: a choice of the model's, never of what is installed."""

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
from samwise_ros.network.text.verbs import Verbs

DATA = Path(__file__).parents[1] / "data"
TOKENIZER = SentenceTokenizer.of_words(["the", "dog", "that", "walks", "left", "walk"])


def _config(**changes: object) -> SamwiseConfig:
    return dataclasses.replace(PRESETS["mini"], motion_prompt=True, **changes)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small English pipeline of spaCy's, whose rules see the word before: NAME-VERSION."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "that"}, {"LOWER": {"IN": ["walks", "walk"]}}]], {"POS": "VERB"}, index=1)
    ruler.add([[{"LOWER": "the"}, {"LOWER": "walk"}]], {"POS": "NOUN"}, index=1)
    nlp.meta["version"] = "1.2.3"
    folder = tmp_path_factory.mktemp("spacy") / "en_rules"
    nlp.to_disk(folder)
    return f"{folder}-1.2.3"


def test_the_word_list() -> None:
    verbs = Verbs(_config(verbs=("walks", "leaves")), TOKENIZER)
    assert verbs.marks("The dog, that WALKS!") == [False] * 4 + [True, False]
    assert not any(verbs.marks("the dog"))


def test_spacy_tells_verbs_in_context(pipeline: str) -> None:
    verbs = Verbs(_config(verb_tagger=pipeline), TOKENIZER)
    assert verbs.marks("the dog that walk left") == [False] * 4 + [True, False, False]
    assert not any(verbs.marks("the walk"))


def test_words_of_spacy_and_tokens_of_ours_meet_by_their_places(pipeline: str) -> None:
    bytes_and_pieces = _pieces(["the dog that walks", "the dogs that walk"])
    marks = Verbs(_config(verb_tagger=pipeline), bytes_and_pieces).marks("a dog that walks")
    encoding = bytes_and_pieces.encode("a dog that walks")
    assert len(marks) == len(encoding) > 6  # more tokens than words and ends
    assert _text(bytes_and_pieces, encoding, marks) == "walks"


def _pieces(sentences: list[str]) -> SentenceTokenizer:
    """A tokenizer of the kind that RoBERTa has, which cuts words into pieces of bytes."""
    from tokenizers import ByteLevelBPETokenizer  # noqa: PLC0415

    tokenizer = ByteLevelBPETokenizer(trim_offsets=True)
    tokenizer.train_from_iterator(sentences, 262, 1, special_tokens=["<s>", "<pad>", "</s>"])
    return SentenceTokenizer(tokenizer._tokenizer)


def _text(tokenizer: SentenceTokenizer, tokens: list[int], marks: list[bool]) -> str:
    kept = [token for token, mark in zip(tokens, marks, strict=True) if mark]
    return str(tokenizer._tokenizer.decode(kept)).strip()


def test_a_batch_of_marks_lies_beside_the_batch_of_tokens() -> None:
    sentences = ["the dog that walks", "walk"]
    tokens = TOKENIZER.batch(sentences)
    marks = Verbs(_config(verbs=("walks", "walk")), TOKENIZER).batch(sentences)
    assert marks.shape == tokens.shape
    assert marks.nonzero().tolist() == [[0, 4], [1, 1]]


def test_a_data_loader_s_process_gets_the_same_verbs(pipeline: str) -> None:
    verbs = Verbs(_config(verb_tagger=pipeline), TOKENIZER)
    copy = pickle.loads(pickle.dumps(verbs))
    assert copy.marks("the dog that walks") == verbs.marks("the dog that walks")


def test_without_the_motion_prompt_nothing_is_needed_and_nothing_marked() -> None:
    config = dataclasses.replace(PRESETS["mini"], verb_tagger="en_nowhere-1.0.0")
    assert not any(Verbs(config, TOKENIZER).marks("the dog that walks"))


def test_a_pipeline_that_is_not_there_is_asked_for() -> None:
    with pytest.raises(ValueError, match=r"spacy download en_nowhere-3\.8\.0 --direct"):
        Verbs(_config(verb_tagger="en_nowhere-3.8.0"), TOKENIZER)


def test_another_version_would_tell_other_verbs(pipeline: str) -> None:
    other = pipeline.removesuffix("1.2.3") + "1.3.0"
    with pytest.raises(ValueError, match=r"en_rules 1\.3\.0, but 1\.2\.3 is installed"):
        Verbs(_config(verb_tagger=other), TOKENIZER)


def test_without_spacy_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)  # Python's way to say: cannot be imported
    with pytest.raises(ValueError, match=r"spaCy is not installed: pip install .*\[verbs\]"):
        Verbs(_config(verb_tagger="en_core_web_sm-3.8.0"), TOKENIZER)


@pytest.mark.parametrize(
    "changes", [{"verb_tagger": "spacy"}, {"verb_tagger": "en-1.0", "verbs": ("walks",)}]
)
def test_a_choice_that_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="verb_tagger: expected"):
        _config(**changes)


@torch.inference_mode()
def test_sentences_with_and_without_verbs_share_a_batch() -> None:
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
