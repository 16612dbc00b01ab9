"""Tokenization of sentences."""

import string
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders
from tokenizers.models import BPE, WordLevel
from tokenizers.pre_tokenizers import ByteLevel, Whitespace
from tokenizers.processors import RobertaProcessing, TemplateProcessing
from tokenizers.trainers import BpeTrainer

from samwise_ros.files.atomic import write_atomically
from samwise_ros.network.text.tokenizer_file import read_tokenizer_json
from samwise_ros.words import split_words

SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>")
MIN_BYTE_LEVEL_TOKENS = 256 + len(SPECIAL_TOKENS)
# Encoded once after loading, since some errors of a file appear only then.
_PROBE = f"an unknown word, {string.ascii_lowercase} {string.digits} \u00e9 \u4e2d"
_BPE_SPECIAL = (*SPECIAL_TOKENS, "<mask>")


def normalise(sentence: str) -> str:
    """Normalise a sentence as the training captions: lower case, single spaces, no punctuation.

    >>> normalise("  Find the RED  mug! ")
    'find the red mug'
    """
    folded = unicodedata.normalize("NFKC", sentence).lower()
    return " ".join(split_words(folded, extra="'-"))


class SentenceTokenizer:
    """A ``tokenizers`` tokenizer that normalises sentences first."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Wrap a tokenizer whose post-processor adds the first and the last token."""
        self._tokenizer = tokenizer

    @classmethod
    def from_words(cls, words: Iterable[str]) -> "SentenceTokenizer":
        """Build a word-level tokenizer; words outside the vocabulary become ``<unk>``."""
        vocabulary = {token: index for index, token in enumerate((*SPECIAL_TOKENS, *words))}
        tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
        tokenizer.pre_tokenizer = Whitespace()
        tokenizer.post_processor = TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        return cls(tokenizer)

    @classmethod
    def from_sentences(cls, sentences: Iterable[str], size: int) -> "SentenceTokenizer":
        """Train a byte-level BPE tokenizer, which builds unknown words from parts.

        Args:
            sentences: the sentences.
            size: maximum number of tokens, at least ``MIN_BYTE_LEVEL_TOKENS``.

        >>> tokenizer = SentenceTokenizer.from_sentences(["the red mug"] * 2, 300)
        >>> [len(tokenizer.encode(sentence)) for sentence in ("the red mug", "the red m", "mu")]
        [5, 6, 3]
        """
        assert size >= MIN_BYTE_LEVEL_TOKENS
        tokenizer = Tokenizer(BPE())
        tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=True)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = BpeTrainer(
            vocab_size=size,
            special_tokens=list(SPECIAL_TOKENS),
            initial_alphabet=sorted(ByteLevel.alphabet()),
            show_progress=False,
        )
        tokenizer.train_from_iterator(map(normalise, sentences), trainer)
        tokenizer.post_processor = RobertaProcessing(
            ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=True
        )
        return cls(tokenizer)

    @classmethod
    def from_bpe_files(cls, vocabulary: Path, merges: Path) -> "SentenceTokenizer":
        """Build RoBERTa's byte-level BPE tokenizer from ``vocab.json`` and ``merges.txt``.

        The tokens are those of the ``tokenizer.json`` that Hugging Face publishes for RoBERTa.

        Raises:
            ValueError: a file is missing, damaged, or lacks one of RoBERTa's special tokens.
        """
        for path in (vocabulary, merges):
            if not path.is_file():
                raise ValueError(f"{path}: no such file")
        try:
            tokenizer = Tokenizer(BPE.from_file(str(vocabulary), str(merges)))
        except Exception as error:  # the library raises bare Exception
            raise ValueError(f"{vocabulary}, {merges}: {error}") from error
        missing = [name for name in _BPE_SPECIAL if tokenizer.token_to_id(name) is None]
        if missing:
            raise ValueError(
                f"{vocabulary}: expected RoBERTa's special tokens, lacks {', '.join(missing)}"
            )
        tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        ids = tokenizer.get_vocab()
        tokenizer.post_processor = RobertaProcessing(
            ("</s>", ids["</s>"]), ("<s>", ids["<s>"]), trim_offsets=True, add_prefix_space=False
        )
        tokenizer.add_special_tokens(
            [AddedToken(name, lstrip=name == "<mask>", special=True) for name in _BPE_SPECIAL]
        )
        return cls(tokenizer)

    @classmethod
    def load(cls, path: Path) -> "SentenceTokenizer":
        """Load a ``tokenizer.json``.

        Raises:
            ValueError: the file is missing or damaged; the message names it.
        """
        text = read_tokenizer_json(path)
        try:
            tokenizer = Tokenizer.from_str(text)
            # `encode_batch` pads, and a sentence that is too long is rejected instead of cut.
            tokenizer.no_padding()
            tokenizer.no_truncation()
            tokenizer.encode(_PROBE)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # the library raises bare Exception, and Rust's panics
            raise ValueError(f"{path}: {error}") from error
        return cls(tokenizer)

    def save(self, path: Path) -> None:
        """Save a ``tokenizer.json``.

        Raises:
            OSError: the file cannot be written.
        """
        write_atomically(path, self._tokenizer.to_str(pretty=True).encode())

    @property
    def size(self) -> int:
        """Number of tokens in the vocabulary."""
        return int(self._tokenizer.get_vocab_size())

    @property
    def highest_id(self) -> int:
        """The highest token that a sentence can get, those around every sentence included."""
        around = self._tokenizer.encode("").ids
        return max((*self._tokenizer.get_vocab().values(), *around), default=0)

    @property
    def pad_id(self) -> int | None:
        """Padding token; CLIP's tokenizer pads with the end-of-text token."""
        pad_id = self._tokenizer.token_to_id("<pad>")
        return self._tokenizer.token_to_id("<|endoftext|>") if pad_id is None else pad_id

    def encode(self, sentence: str) -> list[int]:
        """Return the token ids of a sentence, including the first and the last special token."""
        return list(self._tokenizer.encode(normalise(sentence)).ids)

    def encode_batch(self, sentences: Sequence[str]) -> torch.Tensor:
        """Return the token ids of B sentences, padded to one length: (B, L) int64.

        >>> SentenceTokenizer.from_words(["red", "mug"]).encode_batch(["red mug", "mug"]).tolist()
        [[0, 4, 5, 2], [0, 5, 2, 1]]
        """
        tokens = [self.encode(sentence) for sentence in sentences]
        length = max(map(len, tokens))
        assert self.pad_id is not None
        return torch.tensor([ids + [self.pad_id] * (length - len(ids)) for ids in tokens])

    def known_and_unknown_words(self, sentence: str) -> tuple[list[str], list[str]]:
        """Return the words of a sentence inside the vocabulary, and those outside it.

        Only a word-level tokenizer has unknown words; others build every word from its parts.

        >>> tokenizer = SentenceTokenizer.from_words(["the", "red", "mug"])
        >>> tokenizer.known_and_unknown_words("The red kettle!")
        (['the', 'red'], ['kettle'])
        """
        model = self._tokenizer.model
        text = normalise(sentence)
        if not isinstance(model, WordLevel):
            return split_words(text), []
        encoding = self._tokenizer.encode(text)
        unknown_id = self._tokenizer.token_to_id(model.unk_token)
        known: list[str] = []
        unknown: list[str] = []
        for token_id, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            words = unknown if token_id == unknown_id else known
            words.extend(split_words(text[start:end]))
        return known, unknown

    def token_mask(self, sentence: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
        """Return for each token of `encode` whether it overlaps one of the spans.

        Args:
            sentence: the sentence, before normalisation.
            spans: start and end of words in the normalised sentence, in characters.
        """
        return [
            end > start and any(start < last and first < end for first, last in spans)
            for start, end in self._tokenizer.encode(normalise(sentence)).offsets
        ]
