"""What the mask decoder gives."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

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

    @classmethod
    def in_places(cls, parts: Sequence["Decoded"], places: Sequence[int]) -> "Decoded":
        """Put the rows of several parts, one after the other, at their places of one."""
        order = sorted(range(len(places)), key=places.__getitem__)
        joined = (torch.cat([getattr(part, item.name) for part in parts]) for item in fields(cls))
        return cls(*(rows_of(one, order) for one in joined))

    def halves(self) -> tuple["Decoded", "Decoded"]:
        """Return the first and the second half of the rows."""
        rows = [getattr(self, item.name).chunk(2) for item in fields(self)]
        first, second = zip(*rows, strict=True)
        return Decoded(*first), Decoded(*second)

    @property
    def low_res_masks(self) -> Tensor:
        """(B, 1, S/4, S/4) mask logits after the no-object rule."""
        return torch.where(self.score[:, :, None, None] > 0, self.logits, NO_OBJECT_LOGIT)


def rows_of(tensor: Tensor, rows: Sequence[int]) -> Tensor:
    """Choose rows by numbers that the host knows; a list as an index would be sent to the GPU."""
    return torch.stack([tensor[row] for row in rows])
