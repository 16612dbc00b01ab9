"""What two engines are asked after a file was saved; as a program, one that loads it first."""

import hashlib
import sys

import numpy as np

from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame

CONFIG = EngineConfig(min_mask_area=1, switch_correction="always")
CAMERAS = ("front", "wrist")
SAVED_AFTER = 11  # frames: more than a window's, so that a ring has been pushed out of


def begin(engine: Engine, images: np.ndarray, sentence: str) -> None:
    """Follow commands of all kinds: younger, paused, on one camera only, replaced, removed."""
    engine.add(Command("gone", "the small ball"))
    engine.add(Command("replaced", "the blue ball"))
    engine.add(Command("paused", "the red mug"))
    for index in range(SAVED_AFTER):
        if index == 4:
            engine.remove("gone")
            engine.add(Command("replaced", "the small mug"))
            engine.pause("paused")
            engine.add(Command("young", sentence, ("front",)))
        step(engine, images, index)


def go_on(engine: Engine, images: np.ndarray) -> list[str]:
    """Tell in one line each, to the last bit, what comes of the other frames."""
    told = []
    for index in range(SAVED_AFTER, len(images)):
        if index == SAVED_AFTER + 2:
            engine.resume("paused")
            engine.add(Command("replaced", "the blue ball"))
            engine.add(Command("new", "the small ball"))
        told.extend(step(engine, images, index))
    return told


def step(engine: Engine, images: np.ndarray, index: int) -> list[str]:
    """Give the engine a frame of every camera."""
    frames = [Frame(images[index], camera, stamp_ns=index) for camera in CAMERAS]
    results = [result for frame in frames for result in engine.step(frame)]
    return [
        f"{result.frame.camera} {result.frame.stamp_ns}: {said}"
        for result in results
        for said in (
            *(
                f"{one.command.id} {one.label} {one.state.name} {one.score.hex()} "
                f"{one.mask.sum()} {hashlib.sha256(one.mask).hexdigest()} {one.box} "
                f"{one.frames_tracked} {one.frames_lost}"
                for one in result.targets
            ),
            *(repr(event) for event in result.events),
        )
    ]


if __name__ == "__main__":
    model, memory, frames = sys.argv[1:]
    continued = Engine.from_model(model, "cpu", config=CONFIG)
    continued.load(memory, CAMERAS)
    print("\n".join(go_on(continued, np.load(frames))))
