"""Training of the text encoder on sentences."""

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional

from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SPECIAL_TOKENS, SentenceTokenizer
from samwise_ros.training.batches import SentenceBatch, SentenceBatches, load_batches
from samwise_ros.training.clips import Clips
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.recipe import LossWeights
from samwise_ros.training.tasks.auxiliary_heads import WordHead


class LanguageTask:
    """Trains the text encoder to predict masked words and, from its vector, all words."""

    def __init__(
        self, network: Samwise, clips: Clips, tokenizer: SentenceTokenizer, losses: LossWeights
    ) -> None:
        """Add two heads to the network's text encoder."""
        self.network, self.clips, self.tokenizer = network, clips, tokenizer
        self._masked = nn.Linear(network.config.text_width, network.config.vocabulary)
        self._bag = WordHead(network)

    def heads(self) -> dict[str, nn.Module]:
        """Return the heads."""
        return {"masked_words": self._masked, "words": self._bag}

    def batches(self, first: int, processes: ProcessGroup) -> Iterator[SentenceBatch]:
        """Yield padded sentences."""
        sentences = SentenceBatches(self.clips, self.tokenizer, processes)
        return load_batches(sentences, first, len(sentences), processes)

    def losses(self, batch: SentenceBatch, seed: str) -> dict[str, PartialMean]:
        """Return the losses of the masked words and of the bag of words."""
        encoder = self.network.text_encoder
        unknown = SPECIAL_TOKENS.index("<unk>")
        mask = encoder.attention_mask(batch.input_ids)
        text = encoder.stem(torch.where(batch.masked, unknown, batch.input_ids))
        for step in (2, 3):
            text = encoder.step(text, step, mask)
        words, sentence = encoder.finish(text, mask)
        word_logits = self._masked(words).float()
        return {
            "hidden": PartialMean.of(
                functional.cross_entropy(
                    word_logits[batch.masked], batch.input_ids[batch.masked], reduction="none"
                )
            ),
            "bag": self._bag.loss(sentence, batch.input_ids),
        }
