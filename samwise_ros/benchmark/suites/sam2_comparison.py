"""Compares SAMWISE with SAM 2's video predictor on the same frames, as ratios of the time.

The predictor tracks a box that is set on the first frame; it takes no sentence. It is built with
the same sizes. Its loading and resizing of frames is not measured, since it happens before
tracking starts.
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

from samwise_ros.benchmark.models import load_benchmark_model
from samwise_ros.benchmark.report import LATENCY, Column, Table
from samwise_ros.benchmark.timing import DurationSummary, time_call
from samwise_ros.benchmark.workload import FRAME_NS, SENTENCES, make_frames
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig, Mode
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.sam2_build import build_video_predictor
from samwise_ros.vision.image_writer import write_image

PREDICTOR = "SAM 2's video predictor"


@dataclass(frozen=True)
class Sam2Benchmark:
    """Settings of the comparison.

    Attributes:
        model: name of a shipped or installed model, path of a model folder, or name of a preset
            with random weights.
        device: auto, cpu, cuda or cuda:N.
        precision: auto, float32, bfloat16 or float16, for both.
        clips: number of clips; the first one (on a GPU the first three) is warm-up, until
            memories are full and CUDA graphs are captured.
        width, height: size of the images, pixels.
    """

    model: str = "base_plus"
    device: str = "auto"
    precision: str = "auto"
    clips: int = 2
    width: int = 640
    height: int = 480

    def __post_init__(self) -> None:
        """Check the range of each value."""
        if self.clips < 2:
            raise ValueError(f"clips: expected 2 or more, got {self.clips}")


def measure_sam2_comparison(benchmark: Sam2Benchmark) -> list[Table]:
    """Run the predictor and both modes in turn over the same frames.

    Raises:
        ValueError: the model, device or precision is not available.
    """
    network, tokenizer = load_benchmark_model(benchmark.model)
    clip = network.config.clip_frames
    images = make_frames(benchmark.width, benchmark.height, clip * benchmark.clips)
    # The engines share the network and have separate memories.
    backends = {
        mode: SamwiseBackend(
            network, tokenizer, device=benchmark.device, precision=benchmark.precision
        )
        for mode in _MODES
    }
    engines = {mode: Engine(backend, EngineConfig(mode=mode)) for mode, backend in backends.items()}
    description = engines["online"].describe()
    device = torch.device(str(description["device"]))
    dtype = getattr(torch, str(description["precision"]))
    warm_up = 1 if device.type == "cpu" else 3
    if benchmark.clips <= warm_up:
        raise ValueError(f"clips: expected {warm_up + 1} or more, got {benchmark.clips}")
    masks = _track_box(build_video_predictor(network.config).to(device), images)
    steps: dict[str, Callable[[], object]] = {PREDICTOR: partial(_next, masks, device, dtype)}
    for mode, engine in engines.items():
        engine.set_commands([Command("one", SENTENCES[0])])
        frames = (Frame(image, "", index * FRAME_NS) for index, image in enumerate(images))
        steps[mode] = partial(_step, engine, frames)
    durations: dict[str, list[float]] = {name: [] for name in steps}
    with tqdm(total=len(steps) * len(images), unit="frame", leave=False) as progress:
        for index in range(benchmark.clips):
            measured: dict[str, list[float]] = {name: [] for name in steps}
            for name in [*clip * (PREDICTOR, "online"), *clip * ("clip",)]:
                progress.set_description(name)
                measured[name].append(time_call(steps[name], device))
                progress.update()
            # In clip mode the last frame of a clip does the work of the whole clip.
            measured["clip"] = [sum(measured["clip"]) / clip]
            for name, seconds in measured.items():
                durations[name] += seconds if index >= warm_up else []
    spreads = {name: DurationSummary.of(seconds) for name, seconds in durations.items()}
    rows = [
        {
            "way": name,
            **spread.to_json(),
            "ratio": round(spread.median_ms / spreads[PREDICTOR].median_ms, 3),
        }
        for name, spread in spreads.items()
    ]
    return [Table(f"One frame of {benchmark.model}, {description['precision']}", _COLUMNS, rows)]


_MODES: tuple[Mode, ...] = ("online", "clip")
_COLUMNS = (Column("method", ("way",)), *LATENCY, Column("ratio", ("ratio",), 2))


def _step(engine: Engine, frames: Iterator[Frame]) -> object:
    return engine.step(next(frames))


def _track_box(predictor: Any, images: NDArray[np.uint8]) -> Iterator[object]:
    """Track a box through a video and yield each frame's mask on the host, like the engine."""
    height, width = images.shape[1:3]
    with (
        redirect_stderr(StringIO()),
        tempfile.TemporaryDirectory() as folder,
    ):
        for index, image in enumerate(images):
            write_image(Path(folder) / f"{index:05d}.jpg", image)
        state = predictor.init_state(folder)
        box = np.array([width, height, 2 * width, 2 * height], np.float32) / 3
        predictor.add_new_points_or_box(state, frame_idx=0, obj_id=1, box=box)
        results = predictor.propagate_in_video(state)
        first = next(results)
    for _, _, logits in chain([first], results):
        yield (logits > 0).cpu().numpy()


def _next(masks: Iterator[object], device: torch.device, dtype: torch.dtype) -> object:
    with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
        return next(masks)
