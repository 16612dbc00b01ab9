"""The same frames and commands for two engines, before and after a memory file is saved.

As a program, it loads the file first and prints the results.
"""

import hashlib
import sys

import numpy as np

from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame

CONFIG = EngineConfig(min_mask_area=1, switch_correction="always")
CAMERAS = ("front", "wrist")
SAVED_AFTER = 11  # frames; more than a window, so the first frames have left the rings


def begin(engine: Engine, images: np.ndarray, sentence: str) -> None:
    """Track commands of all kinds: added later, paused, on one camera, replaced, removed."""
    engine.add(Command("removed", "the small ball"))
    engine.add(Command("replaced", "the blue ball"))
    engine.add(Command("paused", "the red mug"))
    for index in range(SAVED_AFTER):
        if index == 4:
            engine.remove("removed")
            engine.add(Command("replaced", "the small mug"))
            engine.pause("paused")
            engine.add(Command("young", sentence, ("front",)))
        step(engine, images, index)


def resume(engine: Engine, images: np.ndarray) -> list[str]:
    """Return one line per target and event on the remaining frames, with exact values."""
    lines = []
    for index in range(SAVED_AFTER, len(images)):
        if index == SAVED_AFTER + 2:
            events = [
                *engine.resume("paused"),
                *engine.add(Command("replaced", "the blue ball")),
                *engine.add(Command("new", "the small ball")),
            ]
            lines.extend(map(repr, events))
        lines.extend(step(engine, images, index))
    return lines


def step(engine: Engine, images: np.ndarray, index: int) -> list[str]:
    """Process a frame of every camera and return one line per target and event."""
    frames = [Frame(images[index], camera, stamp_ns=index) for camera in CAMERAS]
    results = [result for frame in frames for result in engine.step(frame)]
    return [
        f"{result.frame.camera} {result.frame.stamp_ns}: {line}"
        for result in results
        for line in (
            *(
                f"{target.command.id} {target.label} {target.state.name} {target.score.hex()} "
                f"{target.mask.sum()} {hashlib.sha256(target.mask).hexdigest()} {target.box} "
                f"{target.frames_tracked} {target.frames_lost} "
                f"{target.ambiguity} {target.rival_box}"
                for target in result.targets
            ),
            *(repr(event) for event in result.events),
        )
    ]


if __name__ == "__main__":
    model, memory, frames = sys.argv[1:]
    engine = Engine.from_model(model, device="cpu", config=CONFIG)
    engine.load(memory, CAMERAS)
    print("\n".join(resume(engine, np.load(frames))))
