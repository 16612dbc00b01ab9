"""Words that a word-level model does not know: rejected, or added with a warning."""

import warnings
from pathlib import Path

import pytest

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.sentences import FUNCTION_WORDS
from samwise_ros.engine.types import Command, EventKind
from samwise_ros.errors import CommandRejectedError, UnknownWordsWarning
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.network.text.tokenizer import SentenceTokenizer

ADVICE = "; expected at least one word that the model knows, such as a noun"
NOTE = "; the model may track another object"


@pytest.mark.parametrize(
    ("sentence", "unknown"),
    [
        ("la taza amarilla", "'la', 'taza', 'amarilla'"),
        ("Find the KETTLE!", "'find', 'kettle'"),
        ("แก้วใกล้", "'แก้วใกล้'"),
        ("the kettle on the kettle", "'kettle', 'on'"),
    ],
)
def test_sentence_without_known_content_word_is_rejected(make_engine, sentence, unknown):
    engine = make_engine()
    (event,) = engine.add(Command("1", sentence))
    assert (event.kind, event.reason) == (EventKind.REJECTED, f"unknown words: {unknown}{ADVICE}")
    assert [each.kind for each in engine.set_commands([Command("1", sentence)])] == [event.kind]
    with pytest.raises(CommandRejectedError, match=unknown):
        engine.track(sentence)
    assert engine.commands == ()


def test_sentence_with_some_unknown_words_is_added_with_a_warning(make_engine):
    engine = make_engine()
    (event,) = engine.add(Command("1", "the shiny red kettle"))
    assert event.kind is EventKind.ADDED
    assert event.reason == event.warning == f"unknown words: 'shiny', 'kettle'{NOTE}"
    with pytest.warns(UnknownWordsWarning, match="'the blue cup': unknown words: 'cup'"):
        engine.track("the blue cup")
    assert len(engine.commands) == 2


@pytest.mark.parametrize("sentence", ["the red mug", "the", "The red-mug that moves, left?"])
def test_sentence_of_known_words_has_no_warning(make_engine, sentence):
    (event,) = make_engine().add(Command("1", sentence))
    expected = (EventKind.ADDED, sentence, None)
    if "-" in sentence:  # the pre-tokenizer splits at the hyphen, which is no word
        assert event.warning is None
    assert (event.kind, event.reason, event.warning) == expected
    with warnings.catch_warnings(action="error"):
        make_engine().track(sentence)


def test_many_and_long_unknown_words_fit_an_event(make_engine):
    words = [f"{index}x" for index in range(50)]
    (event,) = make_engine().add(Command("1", "red " + " ".join(words)))
    assert event.reason.startswith("unknown words: '0x', '1x', ")
    assert event.reason.endswith("'9x' and 40 more" + NOTE)
    (event,) = make_engine().add(Command("1", "x" * 999))
    assert event.reason == f"unknown words: '{'x' * 40}'{ADVICE}"


def test_loaded_command_names_its_unknown_words(make_engine, tmp_path: Path):
    engine = make_engine(reject_unknown_words=False)
    engine.set_commands([Command("1", "la taza")])
    engine.save(tmp_path / "memory")
    other = make_engine()
    (event,) = other.load(tmp_path / "memory", ["camera"])
    assert (event.kind, event.warning) == (EventKind.ADDED, f"unknown words: 'la', 'taza'{NOTE}")
    # An active command stays when others are added.
    with warnings.catch_warnings(action="error"):
        other.track("the red mug")
    assert [status.command.sentence for status in other.commands] == ["la taza", "the red mug"]


def test_evaluation_takes_every_sentence(network, tokenizer):
    backend = SamwiseBackend(network, tokenizer, device="cpu")
    engine = Engine(backend, RunConfig().engine_config())
    (event,) = engine.add(Command("1", "la taza amarilla"))
    assert event.kind is EventKind.ADDED
    assert EngineConfig().reject_unknown_words


def test_byte_level_tokenizer_knows_all_words(tmp_path: Path):
    letters = {letter: index + 5 for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
    special = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    vocabulary = {name: index for index, name in enumerate(special)} | letters
    (tmp_path / "vocab.json").write_text(str(vocabulary).replace("'", '"'))
    (tmp_path / "merges.txt").write_text("")
    tokenizer = SentenceTokenizer.from_bpe_files(tmp_path / "vocab.json", tmp_path / "merges.txt")
    assert tokenizer.known_and_unknown_words("La taza") == (["la", "taza"], [])


def test_function_words_are_normalised_words():
    assert {word for word in FUNCTION_WORDS if not word.isalpha() or word != word.lower()} == set()
