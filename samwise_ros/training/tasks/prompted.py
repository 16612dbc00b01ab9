"""Training of SAM 2: a click or a box on the first frame, then tracking with its memory."""

import random
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.sam2 import Sam2
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.batches import VideoBatch, load_videos
from samwise_ros.training.clips import Clips
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.recipe import LossWeights, Stage
from samwise_ros.training.tasks.unroll import mask_losses

_BOX, _CLICK, _NOTHING = (2, 3), (1, -1), (-1, -1)
"""Labels of two points in SAM 2's prompt encoder."""


class PromptedTask:
    """Trains SAM 2 to segment and track objects given by a click or a box."""

    def __init__(
        self, network: Samwise, clips: Clips, tokenizer: SentenceTokenizer, losses: LossWeights
    ) -> None:
        """Keep the network."""
        self.network, self.clips, self.tokenizer, self.weights = network, clips, tokenizer, losses

    def heads(self) -> dict[str, nn.Module]:
        """Return no heads."""
        return {}

    def batches(self, first: int, processes: ProcessGroup) -> Iterator[VideoBatch]:
        """Yield videos with the masks of some objects."""
        return load_videos(self.clips, self.tokenizer, self.network.config, first, processes)

    def losses(self, batch: VideoBatch, seed: str) -> dict[str, PartialMean]:
        """Return mask and score losses over all frames."""
        logits, score = track_prompted(self.network.sam, batch, seed, self.clips.stage)
        targets = batch.masks.shape[1]
        inside = batch.inside.repeat_interleave(targets, 0)
        truth, holds = batch.masks.flatten(0, 1), batch.holds.flatten(0, 1)
        return mask_losses(logits, score, truth, inside, holds, self.weights)


def track_prompted(sam: Sam2, batch: VideoBatch, seed: str, stage: Stage) -> tuple[Tensor, Tensor]:
    """Segment and track prompted objects.

    Args:
        sam: SAM 2.
        batch: N videos with K objects each.
        seed: seed of the prompts, which do not depend on the process that has the video.
        stage: stage with the frequency of later prompts and of true masks in the memory.

    Returns:
        Raw mask logits (N * K, T, S/4, S/4) and object score logits (N * K, T).
    """
    frames, targets = batch.pixels.shape[1], batch.masks.shape[1]
    truth = batch.masks.flatten(0, 1)  # (B, T, S, S)
    first, second = sam.image_stem(batch.pixels.flatten(0, 1))
    stages = [first, *sam.later_stages(second)]
    levels = [
        level.unflatten(0, batch.pixels.shape[:2]).repeat_interleave(targets, 0)
        for level in sam.neck([stage.permute(0, 3, 1, 2) for stage in stages])
    ]
    rng = random.Random(seed)
    numbers = batch.numbers.tolist()
    object_rngs = [random.Random(f"{seed}/{n}/{k}") for n in numbers for k in range(targets)]
    truth_in_memory = rng.random() < stage.true_mask_share
    bank, logits, scores = None, [], []
    for index in range(frames):
        *high_res, features = (level[:, index] for level in levels)
        prompted = index == 0 or rng.random() < stage.prompt_again
        prompt = _prompt(sam, truth[:, index], object_rngs, prompted)
        if bank is None:
            conditioned = sam.add_no_memory_embedding(features)
        else:
            conditioned = sam.condition_on_memory(features, bank.memories, bank.pointers)
        decoded = sam.decode(conditioned, high_res, prompt)
        logits.append(decoded.logits[:, 0])
        scores.append(decoded.score[:, 0])
        if index == frames - 1:
            break
        mask = sam.to_image_size(decoded.low_res_masks)
        if truth_in_memory:
            mask = truth[:, index, None] * 20.0 - 10.0
        memory = sam.encode_memory(features, mask)
        pointer = decoded.pointer
        bank = bank.push(memory, pointer) if bank else MemoryBank.start(memory, pointer)
    return torch.stack(logits, 1), torch.stack(scores, 1)


def _prompt(sam: Sam2, truth: Tensor, rngs: list[random.Random], prompted: bool) -> Tensor:
    """Return prompt tokens (B, 3, C): a box or a click; none if the object is out of view."""
    coordinates, labels = [], []
    for mask, rng in zip(truth, rngs, strict=True):
        cells = mask.nonzero()
        if not prompted or len(cells) == 0:
            coordinates.append([[0.0, 0.0], [0.0, 0.0]])
            labels.append(_NOTHING)
        elif rng.random() < 0.5:
            y, x = cells[rng.randrange(len(cells))].tolist()
            coordinates.append([[x, y], [0.0, 0.0]])
            labels.append(_CLICK)
        else:
            (top, left), (bottom, right) = cells.amin(0).tolist(), cells.amax(0).tolist()
            jitter = [rng.uniform(-2.0, 2.0) for _ in range(4)]
            coordinates.append(
                [[left + jitter[0], top + jitter[1]], [right + jitter[2], bottom + jitter[3]]]
            )
            labels.append(_BOX)
    points = (
        torch.tensor(coordinates, device=truth.device),
        torch.tensor(labels, device=truth.device),
    )
    tokens, _ = sam.sam_prompt_encoder(points=points, boxes=None, masks=None)
    assert isinstance(tokens, Tensor)
    return tokens
