"""The decision to look elsewhere."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.adapters.attention import Attention

FIRST_FRAME = 5
"""Frames before this one, counted from 0, are never checked."""
MIN_GAP = 3
"""Frames from one application to the next check."""


class DecisionBlock(nn.Module):
    """One post-norm transformer layer over three tokens."""

    def __init__(self, width: int, feed_forward: int = 128) -> None:
        """Build the layer for tokens of ``width`` channels."""
        super().__init__()
        self.self_attn = Attention(width)
        self.linear1 = nn.Linear(width, feed_forward)
        self.linear2 = nn.Linear(feed_forward, width)
        self.norm1 = nn.LayerNorm(width)
        # Present in released checkpoints and never used by them.
        self.norm2 = nn.LayerNorm(width)
        self.norm3 = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map (B, 3, width) to the same shape."""
        tokens = self.norm1(tokens + self.self_attn(tokens, tokens))
        output: Tensor = self.norm3(tokens + self.linear2(functional.relu(self.linear1(tokens))))
        return output


class ConditionalMemoryEncoder(nn.Module):
    """The Conditional Memory Encoder (CME): does the object without memory fit better?

    Source: SAMWISE (CVPR 2025), section 3.4.
    """

    def __init__(self, width: int) -> None:
        """Build it for tokens of ``width`` channels."""
        super().__init__()
        self.transformerBlock = DecisionBlock(width)
        self.decision_token = nn.Embedding(1, width)
        self.decision_class_head = nn.Linear(width, 2)

    def forward(self, pointer: Tensor, memoryless_token: Tensor) -> Tensor:
        """Compare the tracked object with the one seen without memory.

        Args:
            pointer: (B, width) object pointer with memory, after the no-object rule.
            memoryless_token: (B, width) the memory-less decoder's early mask token.

        Returns:
            (B, 2) logits; the second larger than the first asks for the switch.
        """
        decision = self.decision_token.weight.expand(len(pointer), -1)
        tokens = torch.stack((decision, pointer, memoryless_token), 1)
        logits: Tensor = self.decision_class_head(self.transformerBlock(tokens)[:, 0])
        return logits


def is_due(frame_index: int, last_applied: int) -> bool:
    """Tell whether the encoder is asked on this frame.

    Args:
        frame_index: frames since the memory started, from 0.
        last_applied: the frame of the latest application, 0 at first.

    >>> is_due(4, 0), is_due(5, 0), is_due(7, 5), is_due(8, 5)
    (False, True, False, True)
    """
    return frame_index >= FIRST_FRAME and frame_index - last_applied >= MIN_GAP


def write_candidate(mask_logits: Tensor, candidate_logits: Tensor, applied: Tensor) -> Tensor:
    """Write the candidate into the mask that is memorised.

    Args:
        mask_logits: (B, 1, S, S) with memory.
        candidate_logits: (B, 1, S, S) without memory, after its own no-object rule.
        applied: (B,) bool, whether the switch is asked for.

    Returns:
        (B, 1, S, S).
    """
    write = applied[:, None, None, None] & (candidate_logits > 0)
    return torch.where(write, 10 * candidate_logits, mask_logits)
