"""The online mode equals its parallel form, which encodes all frames at once."""

import numpy as np
import pytest
import torch
from random_network import random_network

from samwise_ros.engine.backend.memory_rings import stack_windows
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.image.preprocess import to_frame_size, to_square
from samwise_ros.network.memory_bank import MemoryBank


def _error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


@pytest.mark.parametrize(
    ("preset", "changes"),
    [
        ("tabletop", {}),
        ("mini", {}),
        ("tabletop", {"adapter_parts": ("text_to_visual",)}),
        ("tabletop", {"adapter_parts": ()}),
    ],
)
def test_incremental_form_equals_parallel_form(preset, changes, tokenizer, images):
    network = random_network(preset, **changes)
    backend = SamwiseBackend(network, tokenizer, device="cpu")
    text = backend.encode_text("the red mug").stem
    memory = backend.empty_memory()
    frames = 20
    assert frames > 2 * network.config.clip_frames
    pixels = to_square(torch.from_numpy(images[:frames]), network.config.image_size)
    with torch.inference_mode():
        whole = network.encode(network.image_stem(pixels[None]), text, causal=True)
        for index in range(frames):
            stem = network.image_stem(pixels[None, index : index + 1])
            frame = network.encode(stem, text, causal=True, past=stack_windows([memory]))
            memory.push_windows([window[0] for window in frame.windows])
            memory.frames += 1
            for ours, theirs in zip(frame.levels, whole.levels, strict=True):
                assert _error(ours[:, 0], theirs[:, index]) < 1e-5
            assert _error(frame.text[:, 0], whole.text[:, index]) < 1e-5


def test_frame_depends_on_previous_frames(network, tokenizer, images):
    """Otherwise the equality above would hold without any window."""
    backend = SamwiseBackend(network, tokenizer, device="cpu")
    text = backend.encode_text("the red mug").stem
    pixels = to_square(torch.from_numpy(images[:4]), network.config.image_size)
    with torch.inference_mode():
        whole = network.encode(network.image_stem(pixels[None]), text, causal=True)
        alone = network.encode(network.image_stem(pixels[None, 3:]), text, causal=True)
    assert _error(alone.levels[2][:, 0], whole.levels[2][:, 3]) > 1e-3


def test_engine_equals_parallel_form_with_memory_loop(make_engine, network, images):
    """Compare the engine's masks with a parallel trunk and a plain memory loop."""
    engine = make_engine(switch_correction="never")
    engine.add(Command("a", "the red mug"))
    text = engine._backend.encode_text("the red mug").stem
    pixels = to_square(torch.from_numpy(images), network.config.image_size)
    bank = None
    with torch.inference_mode():
        encoded = network.encode(network.image_stem(pixels[None]), text, causal=True)
    for index, image in enumerate(images):
        target = engine.step(Frame(image, stamp_ns=index))[0].targets[0]
        frame = encoded.frame(index)
        with torch.inference_mode():
            tracked = network.track(frame, bank)
            memory, pointer = network.encode_memory(frame, tracked), tracked.decoded.pointer
            bank = bank.push(memory, pointer) if bank else MemoryBank.start(memory, pointer)
            logits = to_frame_size(tracked.decoded.low_res_masks, 60, 80, 128)[0, 0]
        assert target.score == pytest.approx(float(tracked.decoded.score.sigmoid()), abs=1e-4)
        assert np.mean(target.mask != (logits > 0).numpy()) < 0.002


def test_clip_mode_waits_for_full_clip_and_flushes(make_engine, images):
    engine = make_engine(mode="clip")
    engine.add(Command("a", "the red mug"))
    counts = [len(engine.step(Frame(image, stamp_ns=t))) for t, image in enumerate(images[:20])]
    assert counts == [0, 0, 0, 0, 0, 0, 0, 8] * 2 + [0] * 4
    rest = engine.flush()
    assert [result.frame.stamp_ns for result in rest] == [16, 17, 18, 19]
    assert all(len(result.targets) == 1 for result in rest)


def test_command_does_not_depend_on_other_commands(make_engine, images):
    """Other sentences, added and removed at any time, do not change a result."""
    alone, batched = make_engine(), make_engine()
    alone.add(Command("a", "the red mug"))
    batched.add(Command("a", "the red mug"))
    for index, image in enumerate(images):
        if index == 3:
            batched.add(Command("b", "the small blue ball that moves left"))
        if index == 9:
            batched.add(Command("c", "ball"))
        if index == 15:
            batched.remove("b")
        frame = Frame(image, stamp_ns=index)
        expected, target = (engine.step(frame)[0].targets[0] for engine in (alone, batched))
        assert target.command.id == "a"
        assert target.score == pytest.approx(expected.score, abs=1e-4)
        assert np.mean(target.mask != expected.mask) < 0.002


def test_motion_prompt_batches_commands_with_and_without_verbs(tokenizer, images):
    network = random_network(motion_prompt=True, verbs=("moves",))
    config = EngineConfig(min_mask_area=1)
    alone, batched = (
        Engine(SamwiseBackend(network, tokenizer, device="cpu"), config) for _ in range(2)
    )
    moving = Command("b", "the ball that moves left")
    alone.add(moving)
    batched.set_commands([Command("a", "the red mug"), moving])
    for index, image in enumerate(images[:8]):
        frame = Frame(image, stamp_ns=index)
        (expected,), targets = (engine.step(frame)[0].targets for engine in (alone, batched))
        assert [target.command.id for target in targets] == ["a", "b"]
        assert targets[1].score == pytest.approx(expected.score, abs=1e-4)


def test_masks_reach_the_host_in_one_copy(make_engine, images, monkeypatch):
    """On a GPU, the host waits for the device on every copy."""
    copies, has_memoryless = [], set()
    monkeypatch.setattr(
        torch.Tensor, "cpu", lambda tensor: copies.append(tensor) or tensor.to("cpu")
    )
    engine = make_engine(switch_correction="learned")
    engine.set_commands([Command("a", "the red mug"), Command("b", "the ball")])
    for index, image in enumerate(images[:8]):
        copies.clear()
        (result,) = engine.step(Frame(image, stamp_ns=index))
        written = [memory.network.last_switch_frame == index > 0 for *_, memory in engine._store]
        assert len(copies) == 1 + any(written)  # a candidate's mask is copied where it is written
        has_memoryless.add(result.targets[0].ambiguity is not None)
    assert has_memoryless == {False, True}
