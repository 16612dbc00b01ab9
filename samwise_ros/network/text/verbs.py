"""Which tokens of a sentence are verbs, for the motion prompt: in training as on the robot."""

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
"""Begin and end of a word in the normalised sentence, characters."""


class Verbs:
    """Finds a sentence's verbs in the way that the model's configuration names.

    Never in the way that happens to be installed: a model sees the verbs it was trained with.

    Source: SAMWISE (CVPR 2025), section 3.1, tags the words with spaCy and takes those tagged VERB.
    """

    def __init__(self, config: SamwiseConfig, tokenizer: SentenceTokenizer) -> None:
        """Get what the configuration names; a model without the motion prompt needs nothing.

        Raises:
            ValueError: spaCy, its pipeline or that version of it is missing; says what to install.
        """
        self._tokenizer = tokenizer
        self._words: frozenset[str] = frozenset()
        self._pipeline: Language | None = None
        if config.motion_prompt and config.verb_tagger == "words":
            self._words = frozenset(config.verbs)
        elif config.motion_prompt:
            self._pipeline = _load_pipeline(config.verb_tagger)

    def marks(self, sentence: str) -> list[bool]:
        """Tell for each token of the sentence whether it belongs to a verb."""
        text = normalise(sentence)
        if self._pipeline is None:
            return self._tokenizer.marks(sentence, spans_of(text, self._words))
        words = [token for token in self._pipeline(text) if token.pos_ == "VERB"]
        spans = [(word.idx, word.idx + len(word)) for word in words]
        return self._tokenizer.marks(sentence, spans)

    def batch(self, sentences: Sequence[str]) -> torch.Tensor:
        """Return (B, L) bool beside `SentenceTokenizer.batch`: true where a token is a verb's."""
        marks = [self.marks(sentence) for sentence in sentences]
        length = max(map(len, marks))
        return torch.tensor([one + [False] * (length - len(one)) for one in marks])


def spans_of(text: str, words: frozenset[str]) -> list[Span]:
    """Find whole words in a normalised sentence.

    >>> spans_of("the mug that moves left", frozenset({"moves", "move"}))
    [(13, 18)]
    """
    return [word.span() for word in re.finditer(r"[^ ]+", text) if word[0] in words]


def _load_pipeline(tagger: str) -> Language:
    """Load ``NAME-VERSION``, a package or a folder of spaCy's, such as en_core_web_sm-3.8.0."""
    name, _, version = tagger.rpartition("-")
    install = f"python -m spacy download {tagger} --direct"
    try:
        import spacy  # noqa: PLC0415 (few models need it, and it takes a second)
    except ImportError as error:
        raise ValueError(
            f"verb_tagger: this model finds verbs with spaCy's {tagger}, and spaCy is not "
            f"installed: pip install 'samwise_ros[verbs]', then {install}"
        ) from error
    try:
        pipeline = spacy.load(name)
    except OSError as error:
        raise ValueError(
            f"verb_tagger: this model finds verbs with spaCy's {tagger}, which is not "
            f"installed: {install}"
        ) from error
    if pipeline.meta["version"] != version:
        raise ValueError(
            f"verb_tagger: this model finds verbs with spaCy's {name} {version}, but "
            f"{pipeline.meta['version']} is installed: {install}"
        )
    return pipeline
