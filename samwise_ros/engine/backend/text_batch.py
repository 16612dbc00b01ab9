"""Sentences after the text stem: encoding with a cache, and batches of several commands."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from samwise_ros.network.features import TextStem
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.network.text.verbs import VerbTagger

_CACHE_SIZE = 64


@dataclass(frozen=True, eq=False)
class EncodedText:
    """One sentence after the text stem.

    Attributes:
        stem: hidden states (1, L, D) and mask (1, L).
        verbs: for each of the L tokens, whether it belongs to a verb; all false for a network
            without the motion prompt.
    """

    stem: TextStem
    verbs: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class TextBatch:
    """The sentences of B commands, padded to one length.

    Attributes:
        stem: hidden states (B, L, D) and mask (B, L).
        verbs: (B, L) bool, true for tokens of verbs.
        has_verb: for each command, whether its sentence has a verb.
    """

    stem: TextStem
    verbs: Tensor
    has_verb: tuple[bool, ...]

    @classmethod
    def stack(cls, texts: Sequence[EncodedText], device: torch.device) -> "TextBatch":
        """Pad sentences to the longest and stack them."""
        length = max(text.stem.hidden.shape[1] for text in texts)

        def padded(tensor: Tensor) -> Tensor:
            missing = length - tensor.shape[1]
            return torch.cat((tensor, tensor.new_zeros(1, missing, *tensor.shape[2:])), 1)

        stem = TextStem(
            torch.cat([padded(text.stem.hidden) for text in texts]),
            torch.cat([padded(text.stem.mask) for text in texts]),
        )
        verbs = torch.zeros(stem.mask.shape, dtype=torch.bool)
        for row, text in enumerate(texts):
            verbs[row, : len(text.verbs)] = torch.tensor(text.verbs)
        return cls(stem, verbs.to(device), tuple(any(text.verbs) for text in texts))


class SentenceEncoder:
    """Encodes sentences and keeps the last 64 of them."""

    def __init__(
        self, network: Samwise, tokenizer: SentenceTokenizer, device: torch.device
    ) -> None:
        """Prepare the tokenizer and the verb tagger that the network's configuration names.

        Raises:
            ValueError: the verb tagger is not installed.
        """
        self._network, self._tokenizer, self._device = network, tokenizer, device
        self._verbs = VerbTagger(network.config, tokenizer)
        self._cache: OrderedDict[str, EncodedText] = OrderedDict()

    def encode(self, sentence: str) -> EncodedText:
        """Tokenize a sentence, tag its verbs and run the text stem.

        Raises:
            ValueError: the sentence has too many tokens.
        """
        if sentence in self._cache:
            self._cache.move_to_end(sentence)
            return self._cache[sentence]
        tokens = self._tokenizer.encode(sentence)
        limit = self._network.config.max_tokens
        if len(tokens) > limit:
            raise ValueError(
                f"the sentence has {len(tokens)} tokens, expected at most {limit}; shorten it"
            )
        stem = self._network.text_stem(torch.tensor([tokens], device=self._device))
        text = EncodedText(stem, tuple(self._verbs.token_mask(sentence)))
        self._cache[sentence] = text
        if len(self._cache) > _CACHE_SIZE:
            self._cache.popitem(last=False)
        return text

    def known_and_unknown_words(self, sentence: str) -> tuple[list[str], list[str]]:
        """Return the words inside the tokenizer's vocabulary, and those outside it."""
        return self._tokenizer.known_and_unknown_words(sentence)

    def clear(self) -> None:
        """Drop the cached sentences."""
        self._cache.clear()
