"""Captured frames equal frames that run operator by operator.

With a GPU the captures are CUDA graphs. Elsewhere they are torch.fx traces. Like a CUDA graph, a
trace repeats the operators and keeps the host's decisions from the time of the capture.
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

from samwise_ros.engine.backend import cuda_graphs
from samwise_ros.engine.backend.cuda_graphs import FrameGraphs, GraphCaptureWarning, Step
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame

FULL = 15  # frames until all rings are full
COMMANDS = (Command("a", "the red mug"), Command("b", "the small blue ball that moves left"))


def trace(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
    """Capture a step with torch.fx."""
    traced = make_fx(step)(*inputs)
    return lambda: tuple(traced(*inputs))


@pytest.fixture
def pair(tokenizer) -> Callable[..., tuple[Engine, Engine]]:
    """Create two engines on one network: the first captures frames, the second does not."""

    def make(**settings: object) -> tuple[Engine, Engine]:
        verbs = settings.pop("verbs", ())
        network = random_network(motion_prompt=bool(verbs), verbs=verbs)
        with torch.no_grad():  # an object is in view, and another one fits better
            network.get_parameter(SCORE_BIAS).fill_(3.0)
            network.get_parameter(HEAD_BIAS).copy_(torch.tensor([-100.0, 100.0]))
        config = EngineConfig(**{"min_mask_area": 1, **settings})
        capturing, plain = (
            Engine(SamwiseBackend(network, tokenizer, precision="float32"), config)
            for _ in range(2)
        )
        if capturing._backend.frame_graphs is None:
            capturing._backend.frame_graphs = FrameGraphs(network, trace)
        plain._backend.frame_graphs = None
        return capturing, plain

    return make


def graph_count(engine: Engine) -> int:
    graphs = engine._backend.frame_graphs
    assert graphs is not None
    assert graphs.failure is None
    return len(graphs.graphs)


def assert_same(engines: tuple[Engine, Engine], frame: Frame) -> None:
    """Process a frame with both engines; compare results and memories."""
    (result,), (plain,) = (engine.step(frame) for engine in engines)
    assert [(e.kind, e.command.id) for e in result.events] == [
        (e.kind, e.command.id) for e in plain.events
    ]
    for target, expected in zip(result.targets, plain.targets, strict=True):
        assert target.command == expected.command
        assert target.score == pytest.approx(expected.score, abs=1e-4)
        assert np.mean(target.mask != expected.mask) < 0.002
    memories = [[memory.network for *_, memory in engine._store] for engine in engines]
    for ours, theirs in zip(*memories, strict=True):
        assert (ours.frames, ours.last_switch_frame) == (theirs.frames, theirs.last_switch_frame)
        for ring, expected in zip(ours.tensors().values(), theirs.tensors().values(), strict=True):
            assert (ring - expected).norm() <= 1e-3 * expected.norm()


def drifting(size: tuple[int, int], frames: int) -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    wide = rng.integers(0, 256, (8, 40, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    for index in range(frames):
        yield np.ascontiguousarray(wide[: size[0], 4 * index : 4 * index + size[1]])


@pytest.mark.parametrize(
    ("correction", "policy"),
    [("learned", "paper"), ("never", "paper"), ("every_4th", "paper"), ("learned", "gated")],
)
def test_captured_frames_equal_plain_frames(pair, correction, policy):
    engines = pair(switch_correction=correction, memory_policy=policy)
    for engine in engines:
        engine.add(Command("a", "the red mug"))
    for index, image in enumerate(drifting((60, 80), 24)):
        assert_same(engines, Frame(image, stamp_ns=index))
        assert graph_count(engines[0]) == (index >= FULL)


def test_commands_and_cameras_change(pair):
    """Each set of commands and image size has its own graph; the graphs share memories."""
    engines = pair()
    sizes = {"front": (60, 80), "wrist": (48, 64)}
    views = {name: list(drifting(size, 40)) for name, size in sizes.items()}

    changes: dict[int, Callable[[Engine], object]] = {
        0: lambda engine: engine.set_commands(COMMANDS),
        17: lambda engine: engine.add(Command("c", "ball", ("front",))),
        34: lambda engine: engine.pause("b"),
        36: lambda engine: engine.resume("b"),
    }
    for index in range(40):
        for engine in engines:
            changes.get(index, bool)(engine)
        for camera, images in views.items():
            assert_same(engines, Frame(images[index], camera, index))
    assert graph_count(engines[0]) == 5


@pytest.mark.parametrize(("turn", "captures"), [(100, 1), (0, 4)])
def test_more_cameras_in_turn_than_graphs(pair, monkeypatch, turn, captures):
    """A capture takes as long as three frames: a graph that is still in use is not replaced."""
    monkeypatch.setattr(cuda_graphs, "_MAX_GRAPHS", 1)
    monkeypatch.setattr(cuda_graphs, "_TURN", turn)
    engines = pair()
    graphs, counted = engines[0]._backend.frame_graphs, []
    capture = graphs._capture
    graphs._capture = lambda *arguments: counted.append(1) or capture(*arguments)
    for engine in engines:
        engine.add(Command("a", "the red mug"))
    for index, image in enumerate(drifting((60, 80), FULL + 2)):
        for camera in ("front", "wrist"):
            assert_same(engines, Frame(image, camera, index))
    assert graph_count(engines[0]) == 1
    assert len(counted) == captures


def test_batch_with_and_without_verbs(pair):
    engines = pair(verbs=("moves",))
    for engine in engines:
        engine.set_commands(COMMANDS)
    for index, image in enumerate(drifting((60, 80), 24)):
        assert_same(engines, Frame(image, stamp_ns=index))
    assert graph_count(engines[0]) == 1


def test_frames_run_plain_after_failed_capture(pair):
    def fail(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
        step(*inputs)
        raise RuntimeError("operation not permitted when stream is capturing")

    assert_falls_back(pair(), fail, "not permitted")


def test_graph_with_different_output_is_not_used(pair):
    def forget(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
        outputs = step(*inputs)
        return lambda: outputs  # does not update the memory

    assert_falls_back(pair(), forget, "differs from the computed frame")


def test_graph_with_different_mask_border_is_used(pair):
    engine, _ = pair()

    def round_differently(step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
        def replay() -> tuple[Tensor, ...]:
            masks, *others = step(*inputs)
            masks[:, :2] ^= True
            return masks, *others

        return replay

    engine._backend.frame_graphs = FrameGraphs(engine._backend.network, round_differently)
    engine.add(Command("a", "the red mug"))
    for index, image in enumerate(drifting((60, 80), FULL + 1)):
        engine.step(Frame(image, stamp_ns=index))
    assert graph_count(engine) == 1


def assert_falls_back(engines, capture, reason) -> None:
    engines[0]._backend.frame_graphs = FrameGraphs(engines[0]._backend.network, capture)
    for engine in engines:
        engine.add(Command("a", "the red mug"))
    images = list(drifting((60, 80), 20))
    for index, image in enumerate(images[:FULL]):
        assert_same(engines, Frame(image, stamp_ns=index))
    with pytest.warns(GraphCaptureWarning, match=reason):
        assert_same(engines, Frame(images[FULL], stamp_ns=FULL))
    for index, image in enumerate(images[FULL + 1 :], FULL + 1):
        assert_same(engines, Frame(image, stamp_ns=index))
    assert reason in engines[0]._backend.frame_graphs.failure


def test_graphs_of_dropped_memories_are_dropped(pair):
    engine, _ = pair()
    network = engine._backend.network
    engine._backend.frame_graphs = FrameGraphs(network, lambda step, inputs: lambda: step(*inputs))
    engine.add(Command("a", "the red mug"))
    for index, image in enumerate(drifting((60, 80), 40)):
        engine.step(Frame(image, stamp_ns=index))
        if index == 19:
            engine.reset()
    assert graph_count(engine) == 1
