"""SAM 2 alone: a click or a box on the first frame, and the memory from then on."""

import random

import torch
from torch import Tensor

from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.sam2 import Sam2
from samwise_ros.training.batches import VideoBatch
from samwise_ros.training.recipe import Stage

_BOX, _CLICK, _NOTHING = (2, 3), (1, -1), (-1, -1)
"""Labels of the prompt encoder for two points."""


def track_prompted(sam: Sam2, batch: VideoBatch, seed: str, stage: Stage) -> tuple[Tensor, Tensor]:
    """Segment and track prompted objects.

    Args:
        sam: the network.
        batch: N videos with K objects each.
        seed: of the prompts; each object's are its own, whichever process has it.
        stage: how often later frames are prompted, and the true mask is memorised.

    Returns:
        Raw mask logits (N K, T, S/4, S/4) and object score logits (N K, T).
    """
    frames, targets = batch.pixels.shape[1], batch.masks.shape[1]
    truth = batch.masks.flatten(0, 1)  # (B, T, S, S)
    first, second = sam.image_stem(batch.pixels.flatten(0, 1))
    third = sam.image_stage(second, 2)
    stages = [first, second, third, sam.image_stage(third, 3)]
    levels = [
        level.unflatten(0, batch.pixels.shape[:2]).repeat_interleave(targets, 0)
        for level in sam.neck([stage.permute(0, 3, 1, 2) for stage in stages])
    ]
    rng = random.Random(seed)
    own = [random.Random(f"{seed}/{n}/{k}") for n in batch.numbers.tolist() for k in range(targets)]
    truth_in_memory = rng.random() < stage.true_mask_share
    bank, logits, scores = None, [], []
    for index in range(frames):
        *high_res, features = (level[:, index] for level in levels)
        again = index == 0 or rng.random() < stage.prompt_again
        prompt = _prompt(sam, truth[:, index], own, shown=again)
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


def _prompt(sam: Sam2, truth: Tensor, own: list[random.Random], shown: bool) -> Tensor:
    """Make prompt tokens (B, 3, C): a box, a click, or nothing where nothing is in view."""
    coordinates, labels = [], []
    for mask, rng in zip(truth, own, strict=True):
        cells = mask.nonzero()
        if not shown or len(cells) == 0:
            coordinates.append([[0.0, 0.0], [0.0, 0.0]])
            labels.append(_NOTHING)
        elif rng.random() < 0.5:
            y, x = cells[rng.randrange(len(cells))].tolist()
            coordinates.append([[x, y], [0.0, 0.0]])
            labels.append(_CLICK)
        else:
            (top, left), (bottom, right) = cells.amin(0).tolist(), cells.amax(0).tolist()
            shake = [rng.uniform(-2.0, 2.0) for _ in range(4)]
            coordinates.append(
                [[left + shake[0], top + shake[1]], [right + shake[2], bottom + shake[3]]]
            )
            labels.append(_BOX)
    points = (
        torch.tensor(coordinates, device=truth.device),
        torch.tensor(labels, device=truth.device),
    )
    tokens, _ = sam.sam_prompt_encoder(points=points, boxes=None, masks=None)
    assert isinstance(tokens, Tensor)
    return tokens
