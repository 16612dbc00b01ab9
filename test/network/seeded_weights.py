"""Deterministic weights of the parity vectors, seeded by key and salt."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch

_SENTENCE = "text_encoder.model.encoder"
_TOKEN_TABLE = f"{_SENTENCE}.sentence_encoder.embed_tokens.weight"
_OUTPUT_PROJECTION = f"{_SENTENCE}.lm_head.weight"


def seeded_tensor(key: str, shape: Sequence[int], salt: str) -> torch.Tensor:
    """Return one random tensor; integer counters are zero."""
    leaf = key.rsplit(".", 1)[-1]
    if leaf == "num_batches_tracked":
        return torch.zeros(tuple(shape), dtype=torch.long)
    generator = np.random.RandomState(zlib.crc32(f"{salt}:{key}".encode()))
    noise = generator.standard_normal(tuple(shape)).astype(np.float32)
    projection = key.endswith(("_proj.weight", "patch_embed.proj.weight"))
    if leaf == "running_mean":
        noise = 0.1 * noise
    elif leaf == "running_var":
        noise = 1.0 + 0.1 * np.abs(noise)
    elif len(shape) <= 1:
        noise = 1.0 + 0.1 * noise if leaf == "weight" else 0.05 * noise
    elif not projection and ("embed" in key or "token" in key or "pos" in leaf):
        noise = 0.5 * noise
    else:
        noise = noise * np.float32(1.0 / np.sqrt(int(np.prod(shape[1:]))))
    return torch.from_numpy(np.ascontiguousarray(noise, dtype=np.float32)).reshape(tuple(shape))


def seeded_state_dict(shapes: Mapping[str, Sequence[int]], salt: str) -> dict[str, torch.Tensor]:
    """Return a state dict with the keys of a released checkpoint."""
    state = {key: seeded_tensor(key, shape, salt) for key, shape in shapes.items()}
    # RoBERTa ties the output projection to the token embedding.
    if _TOKEN_TABLE in state:
        state[_TOKEN_TABLE] = state[_OUTPUT_PROJECTION]
    return state
