"""Reduced precision finds the same objects as float32 on every frame."""

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame

VIDEOS = 3
MIN_IOU = 0.99


def test_masks_in_bfloat16_match_float32() -> None:
    engines = [
        Engine.from_model("tabletop", device="cpu", precision=precision)
        for precision in ("float32", "bfloat16")
    ]
    ious = []
    for index in range(VIDEOS):
        video = make_video("test", index, PaintedConfig(frames=16, width=320, height=240))
        commands = [Command(e.sentence, e.sentence) for e in video.expressions[:6]]
        found = [masks(engine, commands, video.frames) for engine in engines]
        for ours, exact in zip(*found, strict=True):
            union = (ours | exact).sum()
            ious.append((ours & exact).sum() / union if union else 1.0)
    assert np.mean(ious) >= MIN_IOU


def masks(
    engine: Engine, commands: list[Command], frames: NDArray[np.uint8]
) -> list[NDArray[np.bool_]]:
    """Every target's mask on every frame, from empty memories."""
    engine.set_commands([])
    engine.set_commands(commands)
    engine.reset()
    results = [engine.step(Frame(frame, "", i))[0] for i, frame in enumerate(frames)]
    return [target.mask for result in results for target in result.targets]
