"""Outputs of the mask decoder and of one tracking step."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

NO_OBJECT_LOGIT = -1024.0
"""Mask logit of every cell where the object score is not above 0."""


@dataclass(frozen=True, eq=False)
class DecoderOutput:
    """Output of the mask decoder for one frame of B commands.

    Attributes:
        logits: (B, 1, S/4, S/4) float32 raw mask logits, before the no-object rule.
        score: (B, 1) float32 object score logits; the object is visible where they are above 0.
        pointer: (B, width) object pointer after the no-object rule.
        early_token: (B, width) mask token after the first two-way layer.
    """

    logits: Tensor
    score: Tensor
    pointer: Tensor
    early_token: Tensor

    @classmethod
    def from_parts(cls, parts: Sequence["DecoderOutput"], rows: Sequence[int]) -> "DecoderOutput":
        """Merge partial batches.

        Args:
            parts: outputs whose rows are concatenated in order.
            rows: the row of the merged batch that each concatenated row belongs to.
        """
        order = sorted(range(len(rows)), key=rows.__getitem__)
        joined = (torch.cat([getattr(part, item.name) for part in parts]) for item in fields(cls))
        return cls(*(select_rows(tensor, order) for tensor in joined))

    def split_batch(self) -> tuple["DecoderOutput", "DecoderOutput"]:
        """Return the first and the second half of the batch."""
        rows = [getattr(self, item.name).chunk(2) for item in fields(self)]
        first, second = zip(*rows, strict=True)
        return DecoderOutput(*first), DecoderOutput(*second)

    @property
    def low_res_masks(self) -> Tensor:
        """(B, 1, S/4, S/4) mask logits after the no-object rule."""
        return torch.where(self.score[:, :, None, None] > 0, self.logits, NO_OBJECT_LOGIT)


@dataclass(frozen=True, eq=False)
class TrackOutput:
    """Output of `Samwise.track` for one frame of B commands.

    The last three are ``None`` if the conditional memory encoder was not run.

    Attributes:
        decoded: the mask that is decoded with memory.
        candidate: the mask that is decoded without memory.
        decision: (B, 2) logits of the conditional memory encoder.
        applied: (B,) bool, whether the candidate is written into the memory.
    """

    decoded: DecoderOutput
    candidate: DecoderOutput | None = None
    decision: Tensor | None = None
    applied: Tensor | None = None


def select_rows(tensor: Tensor, rows: Sequence[int]) -> Tensor:
    """Select rows by indices known on the host.

    Indexing with a list would copy the list to the GPU and synchronise.
    """
    return torch.stack([tensor[row] for row in rows])
