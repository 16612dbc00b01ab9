"""The engine with another network than SAMWISE: a minimal implementation of `Backend`."""

from dataclasses import dataclass, field

import numpy as np
import torch

from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame, TargetState

COLOURS = {"red": 0, "green": 1, "blue": 2}


@dataclass(eq=False)
class PixelMemory:
    """Remembers the number of matching pixels."""

    pixels: torch.Tensor = field(default_factory=lambda: torch.zeros(1))
    frames: int = 0
    last_switch_frame: int = 0
    last_switch_probability: float = 0.0

    def tensors(self):
        return {"pixels": self.pixels}

    def restore(self, tensors):
        self.pixels = tensors["pixels"]


class ColourBackend:
    """Finds the pixels of the colour that the sentence names."""

    precision, fingerprint, clip_frames = "float32", "colour", 4

    def describe(self):
        return {"model": "colour"}

    def encode_text(self, sentence):
        if sentence not in COLOURS:
            raise ValueError(f"expected one of {', '.join(COLOURS)}")
        return COLOURS[sentence]

    def known_and_unknown_words(self, sentence):
        return [sentence], []

    def empty_memory(self):
        return PixelMemory()

    def run(self, images, texts, memories, config):
        predictions = []
        for image in images:
            masks = [image[:, :, channel] > 255 * config.mask_threshold for channel in texts]
            for mask, memory in zip(masks, memories, strict=True):
                memory.frames += 1
                memory.pixels += float(mask.sum())
            predictions.append([Prediction(mask, float(mask.any())) for mask in masks])
        return predictions

    def warm_up(self, height, width):
        pass

    def close(self):
        pass


def test_engine_tracks_saves_and_loads_with_another_backend(tmp_path):
    image = np.zeros((6, 8, 3), np.uint8)
    image[1:5, 2:7, 1] = 255
    engine, other = Engine(ColourBackend()), Engine(ColourBackend())
    assert engine.add(Command("x", "purple"))[0].reason == "expected one of red, green, blue"
    engine.track("green", "red")
    for index in range(2):
        (result,) = engine.step(Frame(image, stamp_ns=index))
    assert [target.state for target in result.targets] == [
        TargetState.TRACKING,
        TargetState.SEARCHING,
    ]
    assert result.targets[0].mask.sum() == 20

    engine.save(tmp_path / "memory")
    other.load(tmp_path / "memory", ["camera"])
    (result,) = other.step(Frame(image, stamp_ns=0))
    assert result.targets[0].frames_tracked == 3
    assert [float(memory.network.pixels) for *_, memory in other._store] == [60.0, 0.0]


def test_a_sentence_is_encoded_once():
    backend, encoded = ColourBackend(), []
    encode_text = backend.encode_text
    backend.encode_text = lambda sentence: encoded.append(sentence) or encode_text(sentence)
    engine = Engine(backend)
    events = engine.set_commands([Command("a", "red"), Command("b", "blue")])
    assert [event.kind for event in events] == [EventKind.ADDED] * 2
    engine.add(Command("c", "green"))
    assert encoded == ["red", "blue", "green"]
