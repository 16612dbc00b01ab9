"""SAMWISE beside SAM 2's own video predictor: the same frames, in one run, as ratios.

The predictor follows a box that is given on the first frame; it reads no sentence, and cannot look
for what it was not shown. It is built with the same sizes. Of its work, loading and resizing the
frames are left out, since it does that before the video begins.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import partial
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.benchmark.models import open_subject
from samwise_ros.benchmark.report import LATENCY, Column, Table
from samwise_ros.benchmark.timing import Spread, time_call
from samwise_ros.benchmark.workload import FRAME_NS, SENTENCES, make_frames
from samwise_ros.engine.config import EngineConfig, Mode
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.sam2_build import build_video_predictor
from samwise_ros.vision.image_writer import write_image

PREDICTOR = "SAM 2's video predictor"


@dataclass(frozen=True)
class VersusBenchmark:
    """What to measure.

    Attributes:
        model: a shipped model's name, a folder, or a preset, which gets random weights.
        device: auto, cpu, cuda or cuda:N.
        precision: auto, float32, bfloat16 or float16; of both.
        clips: of as many frames as the model's; the first one does not count, on a GPU the first
            three: until memories are full, and a frame is recorded.
        width, height: of the images, pixels.
    """

    model: str = "base_plus"
    device: str = "auto"
    precision: str = "auto"
    clips: int = 2
    width: int = 640
    height: int = 480

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.clips < 2:
            raise ValueError(f"clips: expected 2 or more, got {self.clips}")


def measure_versus(benchmark: VersusBenchmark) -> list[Table]:
    """Run all three over the same frames, in turn, so that all meet the same machine.

    Raises:
        ValueError: for a model, device or precision that cannot be had.
    """
    network, tokenizer = open_subject(benchmark.model)
    clip = network.config.clip_frames
    images = make_frames(benchmark.width, benchmark.height, clip * benchmark.clips)
    # The network is one; the engines' memories are their own.
    engines = {
        mode: Engine(
            network, tokenizer, EngineConfig(mode=mode), benchmark.device, benchmark.precision
        )
        for mode in _MODES
    }
    told = engines["online"].describe()
    device = torch.device(str(told["device"]))
    dtype = getattr(torch, str(told["precision"]))
    warm_up = 1 if device.type == "cpu" else 3
    if benchmark.clips <= warm_up:
        raise ValueError(f"clips: expected {warm_up + 1} or more, got {benchmark.clips}")
    followed = _follow(build_video_predictor(network.config).to(device), images)
    steps: dict[str, Callable[[], object]] = {PREDICTOR: partial(_next, followed, device, dtype)}
    for mode, engine in engines.items():
        engine.set_commands([Command("one", SENTENCES[0])])
        frames = (Frame(image, "", index * FRAME_NS) for index, image in enumerate(images))
        steps[mode] = partial(_step, engine, frames)
    durations: dict[str, list[float]] = {way: [] for way in steps}
    with tqdm(total=len(steps) * len(images), unit="frame", leave=False) as progress:
        for index in range(benchmark.clips):
            taken: dict[str, list[float]] = {way: [] for way in steps}
            for way in [*clip * (PREDICTOR, "online"), *clip * ("clip",)]:
                progress.set_description(way)
                taken[way].append(time_call(steps[way], device))
                progress.update()
            # Nothing comes of a frame before the clip is full.
            taken["clip"] = [sum(taken["clip"]) / clip]
            for way, seconds in taken.items():
                durations[way] += seconds if index >= warm_up else []
    spreads = {way: Spread.of(taken) for way, taken in durations.items()}
    rows = [
        {
            "way": way,
            **spread.to_json(),
            "ratio": round(spread.median_ms / spreads[PREDICTOR].median_ms, 3),
        }
        for way, spread in spreads.items()
    ]
    return [Table(f"One frame of {benchmark.model}, {told['precision']}", _COLUMNS, rows)]


_MODES: tuple[Mode, ...] = ("online", "clip")
_COLUMNS = (Column("way", ("way",)), *LATENCY, Column("ratio", ("ratio",), 2))


def _step(engine: Engine, frames: Iterator[Frame]) -> object:
    return engine.step(next(frames))


def _follow(predictor: Any, images: NDArray[np.uint8]) -> Iterator[object]:
    """Follow a box through a video, and give each frame's mask on the host as we do."""
    height, width = images.shape[1:3]
    with redirect_stderr(StringIO()), tempfile.TemporaryDirectory() as folder:  # its own bars
        for index, image in enumerate(images):
            write_image(Path(folder) / f"{index:05d}.jpg", image)
        state = predictor.init_state(folder)
        box = np.array([width, height, 2 * width, 2 * height], np.float32) / 3
        predictor.add_new_points_or_box(state, frame_idx=0, obj_id=1, box=box)
        results = predictor.propagate_in_video(state)
        first = next(results)
    for _, _, logits in chain([first], results):
        yield (logits > 0).cpu().numpy()


def _next(followed: Iterator[object], device: torch.device, dtype: torch.dtype) -> object:
    with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
        return next(followed)
