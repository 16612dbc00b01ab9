"""TEST DOUBLE of the network: the real samwise node, with masks from the simulator's truth.

The node, its engine, events, poses and action are the real ones. Only the network is replaced: the
sentence "thing 2" is the thing of index 2, and its mask is the visible one of the simulator.
``SHIFT_M`` in the environment shifts every mask sideways, metres.
"""

import os
import threading
import time
from collections.abc import Mapping, Sequence

import numpy as np
import rclpy
import torch
from numpy.typing import NDArray
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from samwise_ros.client.image_message import to_pixels
from samwise_ros.engine import engine as engine_module
from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Frame, FrameResult
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.ros.node import main
from samwise_ros.sim import messages

SHIFT_M = float(os.environ.get("SHIFT_M", "0"))
DISTANCE_M, FOCAL = 0.27, 1.025  # of the camera; the focal length relative to the image height
LEAST_PIXELS = 12
WAIT_S = 0.15


class TrueLabels:
    """The simulator's labels by the stamp of their image, from a thread with its own context."""

    def __init__(self) -> None:
        self.by_stamp: dict[int, NDArray[np.uint8]] = {}
        context = Context()
        rclpy.init(context=context)
        node = Node("true_masks", context=context)
        node.create_subscription(Image, messages.TRUE_LABELS, self.keep, 10)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        threading.Thread(target=executor.spin, daemon=True).start()

    def keep(self, message: Image) -> None:
        self.by_stamp[to_nanoseconds(message.header.stamp)] = to_pixels(message)[..., 0]
        for stamp in sorted(self.by_stamp)[:-20]:
            del self.by_stamp[stamp]

    def at(self, stamp_ns: int) -> NDArray[np.uint8] | None:
        end = time.monotonic() + WAIT_S
        while stamp_ns not in self.by_stamp and time.monotonic() < end:
            time.sleep(0.005)
        return self.by_stamp.get(stamp_ns)


class NoMemory:
    """A memory without contents."""

    def __init__(self) -> None:
        self.frames = self.last_switch_frame = 0
        self.last_switch_probability = 0.0

    def tensors(self) -> dict[str, torch.Tensor]:
        return {}

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        pass


class TrueMaskBackend:
    """Implements `samwise_ros.engine.backend.protocol.Backend`."""

    precision, fingerprint, clip_frames = "float32", "true masks", 8

    def __init__(self) -> None:
        self.labels = TrueLabels()
        self.stamp_ns = 0

    def describe(self) -> dict[str, object]:
        numbers = {"threads": 1, "image_size": 128, "parameters": 0, "memory_bytes_per_command": 0}
        return {"model": "true masks", "device": "cpu", "precision": "float32", **numbers}

    def encode_text(self, sentence: str) -> int:
        return int(sentence.rsplit(maxsplit=1)[-1])

    def known_and_unknown_words(self, sentence: str) -> tuple[list[str], list[str]]:
        return sentence.split(), []

    def empty_memory(self) -> NoMemory:
        return NoMemory()

    def run(
        self,
        images: NDArray[np.uint8],
        texts: Sequence[int],
        memories: Sequence[NoMemory],
        config: EngineConfig,
    ) -> list[list[Prediction]]:
        for memory in memories:
            memory.frames += 1
        labels = self.labels.at(self.stamp_ns)
        if labels is None:
            labels = np.zeros(images.shape[1:3], np.uint8)
        return [[self.predict(labels, text) for text in texts]]

    def predict(self, labels: NDArray[np.uint8], index: int) -> Prediction:
        mask = labels == index + 1
        if SHIFT_M:
            mask = np.roll(mask, round(SHIFT_M * FOCAL * len(mask) / DISTANCE_M), axis=1)
        visible = bool(mask.sum() >= LEAST_PIXELS)
        return Prediction(mask if visible else np.zeros_like(mask), 0.99 if visible else 0.01)

    def warm_up(self, height: int, width: int) -> None:
        pass

    def close(self) -> None:
        pass


class TrueMaskEngine(Engine):
    @classmethod
    def from_model(cls, model: str = "", *, config: EngineConfig | None = None, **_: str) -> Engine:
        return cls(TrueMaskBackend(), config)

    def step(self, frame: Frame) -> list[FrameResult]:
        self._backend.stamp_ns = frame.stamp_ns
        return super().step(frame)


if __name__ == "__main__":
    engine_module.Engine = TrueMaskEngine
    main()
