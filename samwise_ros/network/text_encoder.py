"""RoBERTa, built from ``transformers`` and run in the steps that SAMWISE needs."""

import torch
from torch import Tensor, nn
from transformers import RobertaConfig, RobertaModel

from samwise_ros.network.config import SamwiseConfig

PAD_ID = 1
"""The token that fills up the shorter sentences of a batch."""


class TextEncoder(nn.Module):
    """RoBERTa in four steps, so that adapters can stand between its layers."""

    def __init__(self, config: SamwiseConfig) -> None:
        """Build the layers with the configuration's sizes; dropout is off."""
        super().__init__()
        self.roberta = RobertaModel(
            RobertaConfig(
                vocab_size=config.vocabulary,
                hidden_size=config.text_width,
                num_hidden_layers=sum(config.text_layers),
                num_attention_heads=config.text_heads,
                intermediate_size=config.text_feed_forward,
                max_position_embeddings=config.positions,
                type_vocab_size=1,
                layer_norm_eps=1e-5,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                pad_token_id=PAD_ID,
            ),
            add_pooling_layer=False,
        )
        # Released checkpoints have no token types: theirs count as zero.
        nn.init.zeros_(self.roberta.embeddings.token_type_embeddings.weight)
        self.roberta.embeddings.token_type_embeddings.requires_grad_(False)
        self.steps = config.text_layers

    def stem(self, input_ids: Tensor) -> Tensor:
        """Embed the tokens and run the layers that no adapter precedes.

        Args:
            input_ids: (B, L) int64, filled up with ``PAD_ID``.

        Returns:
            (B, L, D).
        """
        mask = input_ids != PAD_ID
        return self.step(self.step(self.roberta.embeddings(input_ids), 0, mask), 1, mask)

    def step(self, hidden: Tensor, step: int, mask: Tensor) -> Tensor:
        """Run the layers of one lockstep step, 0 to 3.

        Args:
            hidden: (B, L, D).
            step: which.
            mask: (B, L) bool, false where a token is padding.
        """
        start = sum(self.steps[:step])
        for layer in self.roberta.encoder.layer[start : start + self.steps[step]]:
            hidden = layer(hidden, mask[:, None, None, :])
        return hidden


def pad(sequences: list[list[int]]) -> Tensor:
    """Fill token lists up to one length.

    >>> pad([[0, 7, 2], [0, 2]]).tolist()
    [[0, 7, 2], [0, 2, 1]]
    """
    length = max(len(sequence) for sequence in sequences)
    return torch.tensor([s + [PAD_ID] * (length - len(s)) for s in sequences])
