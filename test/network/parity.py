"""Compare the network with reference outputs of the released network.

    python test/network/parity.py CLIP.npz --keys KEYS.json --salt S

Prints the relative error of each array. Exits with 1 if an error exceeds 1e-4 or a switch decision
differs.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from seeded_weights import seeded_state_dict

from samwise_ros.network.checkpoints.model_folder import load_state
from samwise_ros.network.conditional_memory import should_check_switch
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.decoder_output import TrackOutput
from samwise_ros.network.features import ClipFeatures
from samwise_ros.network.image.preprocess import resized_size, to_frame_size, to_square
from samwise_ros.network.image.resize import resize
from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise

TOLERANCE = 1e-4
VERB_TOKEN = 3
Arrays = dict[str, NDArray[np.generic]]


def config_of(keys: Mapping[str, Sequence[int]]) -> SamwiseConfig:
    """Return the preset configuration that matches the keys of a checkpoint."""
    trunk = "sam.image_encoder.trunk"
    width = keys[f"{trunk}.patch_embed.proj.bias"][0]
    blocks = sum(key.startswith(trunk) and key.endswith("attn.qkv.bias") for key in keys)
    for config in PRESETS.values():
        if (config.embed_dim, sum(config.stages)) == (width, blocks) and config.width == 256:
            motion = any("project_motion_prompts" in key for key in keys)
            return dataclasses.replace(config, motion_prompt=motion)
    raise ValueError(f"no preset has {blocks} blocks from width {width}")


def build(keys_path: Path, salt: str) -> Samwise:
    """Build the network with seeded weights, through the loader for released checkpoints."""
    keys = json.loads(keys_path.read_text())
    network = Samwise(config_of(keys))
    load_state(network, seeded_state_dict(keys, salt), keys_path.name)
    return network.eval()


def _subsampled(ours: NDArray[np.generic], shape: tuple[int, ...]) -> NDArray[np.generic]:
    """Keep every k-th entry along each axis, with k from the two shapes."""
    steps = [round(full / kept) for full, kept in zip(ours.shape, shape, strict=True)]
    return ours[tuple(slice(None, None, step) for step in steps)]


@torch.inference_mode()
def run(network: Samwise, frames: NDArray[np.uint8], input_ids: NDArray[np.int64]) -> Arrays:
    """Run all frames as clips and return every array that a clip file may contain."""
    config = network.config
    text = network.text_stem(torch.from_numpy(input_ids))
    verbs = None
    if config.motion_prompt:
        verbs = torch.zeros(input_ids.shape, dtype=torch.bool)
        verbs[:, VERB_TOKEN] = True
    bank, last, tracked, text_states = None, 0, [], []
    arrays: Arrays = {}
    for start in range(0, len(frames), config.clip_frames):
        pixels = to_square(torch.from_numpy(frames[start : start + 8]), config.image_size)
        clip = network.encode(network.image_stem(pixels[None]), text, causal=False)
        text_states.append(clip.sentence[0, 0])
        if start == 0:
            arrays.update(_clip_features(clip))
        for index in range(len(pixels)):
            check_switch = torch.tensor([True]) if should_check_switch(len(tracked), last) else None
            frame = clip.frame(index)
            result = network.track(frame, bank, check_switch=check_switch, verbs=verbs)
            memory, pointer = network.encode_memory(frame, result), result.decoded.pointer
            bank = bank.push(memory, pointer) if bank else MemoryBank.start(memory, pointer)
            arrays[f"memory_frame{len(tracked)}"] = memory[0].numpy()
            if result.applied is not None and bool(result.applied):
                last = len(tracked)
            tracked.append(result)
    arrays["text_state"] = torch.stack(text_states).numpy()
    arrays.update(_decoded(tracked, frames.shape[1:3], config.image_size))
    return arrays


def _clip_features(clip: ClipFeatures) -> Arrays:
    arrays: Arrays = {}
    for level, features in enumerate(clip.levels):
        cells = features[0, 3].flatten(1).T
        arrays[f"clip0_vision_feats_{level}_frame3"] = cells.numpy()
        mean = features[0].abs().mean((1, 2, 3))
        arrays[f"clip0_vision_feats_{level}_mean_abs"] = mean.numpy()
    return arrays


def _decoded(tracked: list[TrackOutput], size: tuple[int, int], side: int) -> Arrays:
    low_res = torch.cat([one.decoded.low_res_masks for one in tracked])
    checked = [(t, one) for t, one in enumerate(tracked) if one.decision is not None]
    frames = np.array([t for t, _ in checked])
    return {
        "low_res_masks": low_res.numpy(),
        "object_score_logits": torch.cat([one.decoded.score[:, 0] for one in tracked]).numpy(),
        "obj_ptr": torch.cat([one.decoded.pointer for one in tracked]).numpy(),
        "mask_logits": to_frame_size(low_res, *size, side)[:, 0].numpy(),
        "memless_frames": frames,
        "cme_frames": frames,
        "memless_early_obj_ptr": torch.cat(
            [one.candidate.early_token for _, one in checked]
        ).numpy(),
        "cme_logits": torch.cat([one.decision for _, one in checked]).numpy(),
        "cme_applied": torch.cat([one.applied for _, one in checked]).numpy().astype(np.int64),
    }


def _error(ours: NDArray[np.generic], theirs: NDArray[np.generic]) -> float:
    difference = np.linalg.norm(ours.astype(np.float64) - theirs.astype(np.float64))
    return float(difference / max(np.linalg.norm(theirs.astype(np.float64)), 1e-30))


def compare(arrays: Arrays, vectors: Mapping[str, NDArray[np.generic]]) -> dict[str, float]:
    """Return the relative error of each array, infinite if an integer array differs."""
    visible = vectors["object_score_logits"] > 0
    errors = {}
    for name, theirs in vectors.items():
        if name in ("frames", "input_ids"):
            continue
        ours = arrays[name]
        if theirs.dtype.kind == "i":
            errors[name] = 0.0 if np.array_equal(ours, theirs) else float("inf")
            continue
        ours = _subsampled(ours, theirs.shape)
        if name in ("low_res_masks", "mask_logits"):
            frames = np.flatnonzero(visible)
            errors[name] = max((_error(ours[t], theirs[t]) for t in frames), default=0.0)
        else:
            errors[name] = _error(ours, theirs)
    same = np.array_equal(arrays["object_score_logits"] > 0, visible)
    errors["object score above 0"] = 0.0 if same else float("inf")
    return errors


def compare_resize(vectors: Mapping[str, NDArray[np.generic]], side: int = 256) -> dict[str, float]:
    """Return the errors of the resized pixels and of mask logits at the camera's size."""
    errors = {}
    for name in [key for key in vectors if key.startswith("frame")]:
        index = name.removeprefix("frame")
        frame = torch.from_numpy(vectors[name])
        size = resized_size(*frame.shape[:2], side)
        errors[f"size{index}"] = 0.0 if size == tuple(vectors[f"size{index}"]) else float("inf")
        pixels = resize(frame.permute(2, 0, 1), *size).permute(1, 2, 0).numpy()
        errors[f"resized{index}"] = _error(pixels, vectors[f"resized{index}"])
        low_res = torch.from_numpy(vectors[f"low_res{index}"])
        logits = to_frame_size(low_res, *frame.shape[:2], side)[0, 0].numpy()
        theirs = vectors[f"mask_logits{index}"]
        errors[f"mask_logits{index}"] = _error(_subsampled(logits, theirs.shape), theirs)
    return errors


def main() -> int:
    """Compare one file and print the errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=Path, help="a clip file, or resize.npz")
    parser.add_argument(
        "--keys", type=Path, help="JSON file with the keys and shapes of the checkpoint"
    )
    parser.add_argument("--salt", help="salt of the seeded weights")
    options = parser.parse_args()
    vectors = dict(np.load(options.clip))
    if "input_ids" in vectors:
        if options.keys is None or options.salt is None:
            parser.error("a clip file requires --keys and --salt")
        network = build(options.keys, options.salt)
        errors = compare(run(network, vectors["frames"], vectors["input_ids"]), vectors)
    else:
        errors = compare_resize(vectors)
    for name, error in errors.items():
        print(f"{name:32s} {error:.2e}{'' if error <= TOLERANCE else '  DIFFERS'}")
    return int(any(error > TOLERANCE for error in errors.values()))


if __name__ == "__main__":
    sys.exit(main())
