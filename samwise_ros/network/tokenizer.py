"""Sentences as tokens."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>")


def normalise(sentence: str) -> str:
    """Bring a sentence to the form of the training captions: lower case, single spaces.

    >>> normalise("  Find the RED  mug! ")
    'find the red mug'
    """
    folded = unicodedata.normalize("NFKC", sentence).lower()
    kept = "".join(c if c.isalnum() or c in "'-" else " " for c in folded)
    return " ".join(kept.split())


class SentenceTokenizer:
    """A ``tokenizers`` tokenizer with the sentence's form around it."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Wrap a tokenizer that adds the sentence's first and last token itself."""
        self._tokenizer = tokenizer

    @classmethod
    def of_words(cls, words: Iterable[str]) -> "SentenceTokenizer":
        """Build a tokenizer that knows whole words; any other word becomes ``<unk>``."""
        vocabulary = {token: index for index, token in enumerate((*SPECIAL_TOKENS, *words))}
        tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
        tokenizer.pre_tokenizer = Whitespace()
        tokenizer.post_processor = TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        return cls(tokenizer)

    @classmethod
    def load(cls, path: Path) -> "SentenceTokenizer":
        """Read a ``tokenizer.json``.

        Raises:
            ValueError: naming the file, where it is missing or damaged.
        """
        if not path.is_file():
            raise ValueError(f"{path}: no such file")
        try:
            return cls(Tokenizer.from_file(str(path)))
        except Exception as error:  # the library raises bare Exception
            raise ValueError(f"{path}: {error}") from error

    def save(self, path: Path) -> None:
        """Write a ``tokenizer.json``."""
        self._tokenizer.save(str(path))

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return int(self._tokenizer.get_vocab_size())

    def encode(self, sentence: str) -> list[int]:
        """Return the sentence's tokens, its first and last included."""
        return list(self._tokenizer.encode(normalise(sentence)).ids)

    def marks(self, sentence: str, words: Iterable[str]) -> list[bool]:
        """Tell for each token of the sentence whether it belongs to one of the words."""
        text, wanted = normalise(sentence), set(words)
        encoding = self._tokenizer.encode(text)
        spans, place = [], 0
        for word in text.split():
            if word in wanted:
                spans.append((place, place + len(word)))
            place += len(word) + 1
        return [
            end > start and any(start < last and first < end for first, last in spans)
            for start, end in encoding.offsets
        ]
