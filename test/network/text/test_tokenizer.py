"""Words of scripts that write vowels and tones as marks."""

import unicodedata

import pytest

from samwise_ros.network.text.tokenizer import SentenceTokenizer, normalise

PAIRS = [
    ("แก้วใกล้", "แก้วใกล"),  # Thai: near; an incomplete word
    ("कि", "की"),  # Hindi: that; of
    ("दिन", "दीन"),  # Hindi: day; poor
    ("கல்", "கால்"),  # Tamil: stone; leg
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_words_that_differ_in_marks_have_different_tokens(one: str, other: str) -> None:
    assert normalise(one) == one
    assert normalise(f"{one}, {other}!") == f"{one} {other}"
    tokenizer = SentenceTokenizer.from_words([one, other])
    assert tokenizer.encode(one) == [0, 4, 2]
    assert tokenizer.encode(other) == [0, 5, 2]


def test_composed_and_decomposed_letters_are_one_word() -> None:
    assert normalise(unicodedata.normalize("NFD", "Café ÉCOLE")) == "café école"


def test_a_mark_without_a_letter_belongs_to_no_word() -> None:
    assert normalise("the ❤\ufe0f mug \u0301") == "the mug"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("  Find the RED  mug! ", "find the red mug"),
        ("don't_stop the dog's red-hot ½ ① mug", "don't stop the dog's red-hot 1 2 1 mug"),
        ("a - b ' c", "a - b ' c"),
    ],
)
def test_english_is_normalised_as_in_training(sentence: str, expected: str) -> None:
    assert normalise(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("the red m\u00adug", "the red mug"),  # a soft hyphen, as in text copied from a page
        ("\ufeffthe red\u2060 mug", "the red mug"),
        ("the red\u200bmug", "the red mug"),  # a zero-width space separates words
        ("می\u200cرود", "می\u200cرود"),  # one word
        ("red\u200d mug\u200c", "red mug"),
    ],
)
def test_invisible_characters_do_not_split_words(sentence: str, expected: str) -> None:
    assert normalise(sentence) == expected
