"""Recorded frames give what frames give.

Where there is a GPU they are CUDA graphs. Elsewhere they are lists of operators, by torch.fx, which
as little as a CUDA graph decide anything anew: what the host decided then is as it was then.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from random_network import random_network
from test_switch_frames import HEAD_BIAS, SCORE_BIAS
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from samwise_ros.engine.backend.cuda_graphs import Steady, SteadyWarning, Step
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame

FULL = 15  # frames until every ring is full
COMMANDS = (Command("a", "the red mug"), Command("b", "the small blue ball that moves left"))


def trace(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
    """Record a step by torch.fx."""
    traced = make_fx(step)(*inputs)
    return lambda: tuple(traced(*inputs))


@pytest.fixture
def pair(tokenizer) -> Callable[..., tuple[Engine, Engine]]:
    """Make two engines on one network: one that records frames, and one that does not."""

    def make(**settings: object) -> tuple[Engine, Engine]:
        verbs = settings.pop("verbs", ())
        network = random_network(motion_prompt=bool(verbs), verbs=verbs)
        with torch.no_grad():  # something is in view, and something else fits better
            network.get_parameter(SCORE_BIAS).fill_(3.0)
            network.get_parameter(HEAD_BIAS).copy_(torch.tensor([-100.0, 100.0]))
        config = EngineConfig(**{"min_mask_area": 1, **settings})
        recording, plain = (
            Engine(network, tokenizer, config, precision="float32") for _ in range(2)
        )
        if recording._inference.steady is None:
            recording._inference.steady = Steady(network, trace)
        plain._inference.steady = None
        return recording, plain

    return make


def recorded(engine: Engine) -> int:
    steady = engine._inference.steady
    assert steady is not None
    assert not steady.failure
    return len(steady.recordings)


def assert_same(engines: tuple[Engine, Engine], frame: Frame) -> None:
    """Take a frame, and compare what comes of it and what stays of it."""
    (one,), (other,) = (engine.step(frame) for engine in engines)
    assert [(e.kind, e.command.id) for e in one.events] == [
        (e.kind, e.command.id) for e in other.events
    ]
    for target, expected in zip(one.targets, other.targets, strict=True):
        assert target.command == expected.command
        assert target.score == pytest.approx(expected.score, abs=1e-4)
        assert np.mean(target.mask != expected.mask) < 0.002
    kept = [[memory for *_, memory in engine._store] for engine in engines]
    for ours, theirs in zip(*kept, strict=True):
        assert (ours.frames, ours.last_applied) == (theirs.frames, theirs.last_applied)
        for ring, expected in zip(ours.tensors().values(), theirs.tensors().values(), strict=True):
            assert (ring - expected).norm() <= 1e-3 * expected.norm()


def drifting(size: tuple[int, int], frames: int) -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    wide = rng.integers(0, 256, (8, 40, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    for index in range(frames):
        yield np.ascontiguousarray(wide[: size[0], 4 * index : 4 * index + size[1]])


@pytest.mark.parametrize("correction", ["learned", "never", "every_4th"])
def test_recorded_frames_are_frames(pair, correction):
    engines = pair(switch_correction=correction)
    for engine in engines:
        engine.add(Command("a", "the red mug"))
    for index, image in enumerate(drifting((60, 80), 32)):
        assert_same(engines, Frame(image, stamp_ns=index))
        assert recorded(engines[0]) == (index >= FULL)


def test_commands_and_cameras_come_and_go(pair):
    """Sets of commands and sizes of images have recordings of their own, and share memories."""
    engines = pair()
    sizes = {"front": (60, 80), "wrist": (48, 64)}
    views = {name: list(drifting(size, 40)) for name, size in sizes.items()}

    changes: dict[int, Callable[[Engine], object]] = {
        0: lambda one: one.set_commands(COMMANDS),
        17: lambda one: one.add(Command("c", "ball", ("front",))),
        34: lambda one: one.pause("b"),
        36: lambda one: one.resume("b"),
    }
    for index in range(40):
        for engine in engines:
            changes.get(index, bool)(engine)
        for camera, images in views.items():
            assert_same(engines, Frame(images[index], camera, index))
    assert recorded(engines[0]) == 5


def test_verbs_of_some_commands(pair):
    engines = pair(verbs=("moves",))
    for engine in engines:
        engine.set_commands(COMMANDS)
    for index, image in enumerate(drifting((60, 80), 24)):
        assert_same(engines, Frame(image, stamp_ns=index))
    assert recorded(engines[0]) == 1


def test_a_frame_goes_on_where_recording_fails(pair):
    def fail(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
        step(*inputs)
        raise RuntimeError("operation not permitted when stream is capturing")

    assert_goes_on_without(pair(), fail, "not permitted")


def test_a_recording_that_gives_something_else_is_not_used(pair):
    def forget(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
        outputs = step(*inputs)
        return lambda: outputs  # and leaves the memory as it is

    assert_goes_on_without(pair(), forget, "something else")


def test_a_recording_whose_mask_has_another_border_is_used(pair):
    engine, _ = pair()

    def round_differently(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
        def replay() -> tuple[Tensor, ...]:
            masks, *others = step(*inputs)
            masks[:, :2] ^= True
            return masks, *others

        return replay

    engine._inference.steady = Steady(engine._inference.network, round_differently)
    engine.add(Command("a", "the red mug"))
    for index, image in enumerate(drifting((60, 80), FULL + 1)):
        engine.step(Frame(image, stamp_ns=index))
    assert recorded(engine) == 1


def assert_goes_on_without(engines, record, reason) -> None:
    engines[0]._inference.steady = Steady(engines[0]._inference.network, record)
    for engine in engines:
        engine.add(Command("a", "the red mug"))
    images = list(drifting((60, 80), 20))
    for index, image in enumerate(images[:FULL]):
        assert_same(engines, Frame(image, stamp_ns=index))
    with pytest.warns(SteadyWarning, match=reason):
        assert_same(engines, Frame(images[FULL], stamp_ns=FULL))
    for index, image in enumerate(images[FULL + 1 :], FULL + 1):
        assert_same(engines, Frame(image, stamp_ns=index))
    assert reason in engines[0]._inference.steady.failure


def test_memories_that_are_gone_take_their_recordings_with_them(pair):
    engine, _ = pair()
    network = engine._inference.network
    engine._inference.steady = Steady(network, lambda step, inputs: lambda: step(*inputs))
    engine.add(Command("a", "the red mug"))
    for index, image in enumerate(drifting((60, 80), 40)):
        engine.step(Frame(image, stamp_ns=index))
        if index == 19:
            engine.reset()
    assert recorded(engine) == 1
