"""Verb tagging for the motion prompt, the same in training and at run time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.text.tokenizer import SentenceTokenizer, normalise

if TYPE_CHECKING:
    from spacy.language import Language

Span = tuple[int, int]
"""Start and end of a word in the normalised sentence, in characters."""


class VerbTagger:
    """Finds the verbs of a sentence with the tagger that the model's configuration names.

    The tagger never depends on what is installed, so a model sees the verbs of its training.

    Source: SAMWISE (CVPR 2025), section 3.1: words that spaCy tags as VERB.
    """

    def __init__(self, config: SamwiseConfig, tokenizer: SentenceTokenizer) -> None:
        """Load the tagger; a model without the motion prompt needs none.

        Raises:
            ValueError: a verb of the model matches no word of a sentence; or spaCy, its pipeline or
                the pipeline's version is missing, and the message says what to install.
        """
        self._tokenizer = tokenizer
        self._words: frozenset[str] = frozenset()
        self._pipeline: Language | None = None
        if config.motion_prompt and config.verb_tagger == "words":
            for verb in config.verbs:
                if normalise(verb) != verb or " " in verb:
                    raise ValueError(f"verbs: expected single words in lower case, got {verb!r}")
            self._words = frozenset(config.verbs)
        elif config.motion_prompt:
            self._pipeline = _load_pipeline(config.verb_tagger)

    def token_mask(self, sentence: str) -> list[bool]:
        """Return for each token of the sentence whether it belongs to a verb."""
        text = normalise(sentence)
        if self._pipeline is None:
            return self._tokenizer.token_mask(sentence, word_spans(text, self._words))
        words = [token for token in self._pipeline(text) if token.pos_ == "VERB"]
        spans = [(word.idx, word.idx + len(word)) for word in words]
        return self._tokenizer.token_mask(sentence, spans)

    def batch_masks(self, sentences: Sequence[str]) -> torch.Tensor:
        """Return (B, L) bool, true for verbs, aligned with `SentenceTokenizer.encode_batch`."""
        masks = [self.token_mask(sentence) for sentence in sentences]
        length = max(map(len, masks))
        return torch.tensor([mask + [False] * (length - len(mask)) for mask in masks])


def word_spans(text: str, words: frozenset[str]) -> list[Span]:
    """Return the spans of the given words in a normalised sentence.

    >>> word_spans("the mug that moves left", frozenset({"moves", "move"}))
    [(13, 18)]
    """
    return [word.span() for word in re.finditer(r"[^ ]+", text) if word[0] in words]


def _load_pipeline(tagger: str) -> Language:
    """Load the spaCy pipeline ``NAME-VERSION``; NAME is a package or a folder."""
    name, _, version = tagger.rpartition("-")
    install = f"python -m spacy download {tagger} --direct"
    try:
        import spacy  # noqa: PLC0415 (optional, and its import takes a second)
    except ImportError as error:
        raise ValueError(
            f"verb_tagger: this model needs the spaCy pipeline {tagger}, but spaCy is not "
            f"installed. Run: pip install 'samwise_ros[verbs]', then {install}"
        ) from error
    try:
        pipeline = spacy.load(name)
    except OSError as error:
        raise ValueError(
            f"verb_tagger: this model needs the spaCy pipeline {tagger}, which is not installed. "
            f"Run: {install}"
        ) from error
    if pipeline.meta["version"] != version:
        raise ValueError(
            f"verb_tagger: this model needs the spaCy pipeline {name} {version}, but "
            f"{pipeline.meta['version']} is installed. Run: {install}"
        )
    return pipeline
