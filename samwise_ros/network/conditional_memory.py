"""The decision to switch the tracked object, and its effect on the memory."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.adapters.attention import Attention

FIRST_CHECK_FRAME = 5
"""Index, from 0, of the first frame on which a switch is considered."""
MIN_CHECK_GAP = 3
"""Minimum number of frames from one switch to the next check."""


class DecisionBlock(nn.Module):
    """One post-norm transformer layer over three tokens."""

    def __init__(self, width: int, feed_forward: int = 128) -> None:
        """Build the layer for tokens of ``width`` channels."""
        super().__init__()
        self.self_attn = Attention(width)
        self.linear1 = nn.Linear(width, feed_forward)
        self.linear2 = nn.Linear(feed_forward, width)
        self.norm1 = nn.LayerNorm(width)
        # Released checkpoints contain norm2 but do not use it.
        self.norm2 = nn.LayerNorm(width)
        self.norm3 = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map (B, 3, width) to the same shape."""
        tokens = self.norm1(tokens + self.self_attn(tokens, tokens))
        output: Tensor = self.norm3(tokens + self.linear2(functional.relu(self.linear1(tokens))))
        return output


class ConditionalMemoryEncoder(nn.Module):
    """The Conditional Memory Encoder (CME).

    It predicts whether the object that is decoded without memory matches the sentence better than
    the tracked object.

    Source: SAMWISE (CVPR 2025), section 3.4.
    """

    def __init__(self, width: int) -> None:
        """Build the encoder for tokens of ``width`` channels."""
        super().__init__()
        self.transformerBlock = DecisionBlock(width)
        self.decision_token = nn.Embedding(1, width)
        self.decision_class_head = nn.Linear(width, 2)

    def forward(self, pointer: Tensor, memoryless_token: Tensor) -> Tensor:
        """Compare the tracked object with the candidate.

        Args:
            pointer: (B, width) object pointer with memory, after the no-object rule.
            memoryless_token: (B, width) early mask token of the decoder without memory.

        Returns:
            (B, 2) logits; the memory switches to the candidate if the second is larger.
        """
        decision = self.decision_token.weight.expand(len(pointer), -1)
        tokens = torch.stack((decision, pointer, memoryless_token), 1)
        logits: Tensor = self.decision_class_head(self.transformerBlock(tokens)[:, 0])
        return logits


def should_check_switch(frame_index: int, last_applied: int) -> bool:
    """Return whether the conditional memory encoder runs on a frame.

    Args:
        frame_index: frames since the start of the memory, from 0.
        last_applied: index of the latest frame with a switch, 0 if there was none.

    >>> should_check_switch(4, 0), should_check_switch(5, 0)
    (False, True)
    >>> should_check_switch(7, 5), should_check_switch(8, 5)
    (False, True)
    """
    return frame_index >= FIRST_CHECK_FRAME and frame_index - last_applied >= MIN_CHECK_GAP


def write_candidate(mask_logits: Tensor, candidate_logits: Tensor, applied: Tensor) -> Tensor:
    """Write the candidate's mask into the mask that the memory encoder receives.

    Args:
        mask_logits: (B, 1, S, S) with memory.
        candidate_logits: (B, 1, S, S) without memory, after their own no-object rule.
        applied: (B,) bool, whether to write the candidate.

    Returns:
        (B, 1, S, S) logits; 10 times the candidate's where the candidate is written.
    """
    write = applied[:, None, None, None] & (candidate_logits > 0)
    return torch.where(write, 10 * candidate_logits, mask_logits)
