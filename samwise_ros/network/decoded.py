"""What the mask decoder gives."""

from dataclasses import dataclass

import torch
from torch import Tensor

NO_OBJECT_LOGIT = -1024.0
"""Mask logits where the object is not in view."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """What the mask decoder says of one frame.

    Attributes:
        logits: (B, 1, S/4, S/4) raw mask logits, before the no-object rule.
        score: (B, 1) object score logits.
        pointer: (B, width) object pointer after the no-object rule.
        early_token: (B, width) mask token after the first two-way layer.
    """

    logits: Tensor
    score: Tensor
    pointer: Tensor
    early_token: Tensor

    @property
    def low_res_masks(self) -> Tensor:
        """(B, 1, S/4, S/4) mask logits after the no-object rule."""
        return torch.where(self.score[:, :, None, None] > 0, self.logits, NO_OBJECT_LOGIT)
