"""Benchmark of the engine without ROS: speed by commands, cameras, image size and stream length."""

import gc
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from samwise_ros.benchmark.models import load_benchmark_model
from samwise_ros.benchmark.report import LATENCY, Column, Row, Table
from samwise_ros.benchmark.timing import DurationSummary, time_call, time_calls
from samwise_ros.benchmark.workload import FRAME_NS, SENTENCES, make_frames
from samwise_ros.engine.backend.device import MIB
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame
from samwise_ros.network.memory_bank import MEMORY_POINTERS

WARM_UP = MEMORY_POINTERS + 1
"""Frames until memories are full and tensor shapes are constant."""
_PAGES = Path("/proc/self/statm")
_BLOCKS = 5
_MEMORIES = 8


@dataclass(frozen=True)
class EngineBenchmark:
    """Settings of the benchmark, in online mode; a table varies one setting, others are the first.

    Attributes:
        model: name of a shipped or installed model, path of a model folder, or name of a preset
            with random weights.
        device: auto, cpu, cuda or cuda:N.
        precision: auto, float32, bfloat16 or float16.
        seconds: duration of each measurement.
        commands: numbers of simultaneous commands, at most 8.
        cameras: numbers of cameras, which take turns.
        sizes: width and height of the images, pixels.
        length: frames of the long stream; 0 to omit it.
    """

    model: str = DEFAULT_MODEL
    device: str = "auto"
    precision: str = "auto"
    seconds: float = 5.0
    commands: tuple[int, ...] = (1, 2, 4, 8)
    cameras: tuple[int, ...] = (1, 2, 4)
    sizes: tuple[tuple[int, int], ...] = ((320, 240), (640, 480), (1280, 720), (1920, 1080))
    length: int = 2000

    def __post_init__(self) -> None:
        """Check the range of each value."""
        if self.seconds < 0:
            raise ValueError(f"seconds: expected 0 or more, got {self.seconds}")
        if not all(1 <= number <= len(SENTENCES) for number in self.commands):
            raise ValueError(f"commands: expected 1 to {len(SENTENCES)}, got {self.commands}")
        if not all(number >= 1 for number in self.cameras):
            raise ValueError(f"cameras: expected 1 or more, got {self.cameras}")
        if self.length and self.length < 2 * _BLOCKS:
            raise ValueError(f"length: expected 0 or at least {2 * _BLOCKS}, got {self.length}")


def measure_engine(benchmark: EngineBenchmark) -> list[Table]:
    """Measure speed by commands, cameras, image size and stream length, and the memory.

    Raises:
        ValueError: the model, device or precision is not available.
    """
    engine = EngineTimer(benchmark)
    size, commands = benchmark.sizes[0], benchmark.commands[0]
    by_commands = [
        {"commands": n, **engine.time(n, 1, size, f"commands: {n}")} for n in benchmark.commands
    ]
    by_cameras = [
        {"cameras": n, **engine.time(commands, n, size, f"cameras: {n}")} for n in benchmark.cameras
    ]
    by_size = [
        {"size": f"{w}x{h}", **engine.time(commands, 1, (w, h), f"{w}x{h}")}
        for w, h in benchmark.sizes
    ]
    tables = [
        Table("Commands", (Column("commands", ("commands",)), *_TIMES), by_commands),
        Table("Cameras", (Column("cameras", ("cameras",)), *_TIMES), by_cameras),
        Table("Image size", (Column("size", ("size",)), *_TIMES), by_size),
    ]
    if benchmark.length:
        tables.append(Table("Stream length", _STREAM, engine.stream(commands, size)))
    tables.append(Table("Memory of one command and camera", _MEMORY, [engine.memory(size)]))
    return tables


_TIMES = (
    Column("frames/s", ("frames_per_second",), 1),
    *LATENCY,
    Column("GPU memory, MiB", ("gpu_mib",), 0),
)
_STREAM = (
    Column("frames", ("from", "to")),
    *LATENCY,
    Column("resident, MiB", ("resident_mib",), 1),
)
_MEMORY = (
    Column("memories", ("memories",)),
    Column("each as reported, MiB", ("stated_mib",), 2),
    Column("each as measured, MiB", ("measured_mib",), 2),
)


class EngineTimer:
    """Times an engine, with new commands for each measurement."""

    def __init__(self, benchmark: EngineBenchmark) -> None:
        """Load the model."""
        self._benchmark = benchmark
        config = EngineConfig(max_commands=_MEMORIES + 1)
        backend = SamwiseBackend(
            *load_benchmark_model(benchmark.model),
            device=benchmark.device,
            precision=benchmark.precision,
        )
        self._engine = Engine(backend, config)
        self.device = torch.device(str(self._engine.describe()["device"]))

    def time(self, commands: int, cameras: int, size: tuple[int, int], label: str) -> Row:
        """Time frames of cameras that take turns; all commands apply to each camera."""
        self._set_commands([Command(sentence, sentence) for sentence in SENTENCES[:commands]])
        frames = _stream(size, [f"camera {index}" for index in range(cameras)])
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)
        durations = time_calls(
            lambda: self._engine.step(next(frames)),
            self.device,
            WARM_UP * cameras,
            self._benchmark.seconds,
            label,
        )
        rate = round(len(durations) / sum(durations), 2)
        row: Row = {"frames_per_second": rate, **DurationSummary.of(durations).to_json()}
        # Reserved by the allocator, which is more than the tensors need.
        peak = torch.cuda.max_memory_reserved(self.device) if self.device.type == "cuda" else None
        return {**row, "gpu_mib": peak and round(peak / MIB)}

    def stream(self, commands: int, size: tuple[int, int]) -> list[Row]:
        """Time successive blocks of one long stream."""
        self._set_commands([Command(sentence, sentence) for sentence in SENTENCES[:commands]])
        frames = _stream(size, ["camera"])
        block = self._benchmark.length // _BLOCKS
        rows: list[Row] = []

        def step() -> object:
            return self._engine.step(next(frames))

        for index in tqdm(range(_BLOCKS), desc="stream length", unit="block", leave=False):
            durations = [time_call(step, self.device) for _ in range(block)]
            spread = DurationSummary.of(durations).to_json()
            first = index * block + 1
            resident = round(_resident_bytes() / MIB, 1)
            rows.append(
                {"from": first, "to": first + block - 1, **spread, "resident_mib": resident}
            )
        return rows

    def memory(self, size: tuple[int, int]) -> Row:
        """Compare the size of the tensors of a memory with the size that the engine reports."""
        reported = int(str(self._engine.describe()["memory_bytes_per_command"]))
        names = [f"camera {index}" for index in range(_MEMORIES + 1)]
        self._set_commands([Command(name, SENTENCES[0], (name,)) for name in names])
        first = _stream(size, names[:1])
        for _ in range(WARM_UP):
            self._engine.step(next(first))
        before = _tensor_bytes(self.device)
        others = _stream(size, names[1:])
        for _ in tqdm(range(2 * _MEMORIES), desc="memory", unit="frame", leave=False):
            self._engine.step(next(others))
        measured = (_tensor_bytes(self.device) - before) / _MEMORIES
        return {
            "memories": _MEMORIES,
            "stated_mib": round(reported / MIB, 3),
            "measured_mib": round(measured / MIB, 3),
        }

    def _set_commands(self, commands: Sequence[Command]) -> None:
        for status in self._engine.commands:
            self._engine.remove(status.command.id)
        for event in self._engine.set_commands(commands):
            if event.kind is EventKind.REJECTED:
                raise ValueError(f"{event.command.sentence!r}: rejected: {event.reason}")


def _stream(size: tuple[int, int], cameras: Sequence[str]) -> Iterator[Frame]:
    """Yield an endless stream of frames, of each camera in turn."""
    images = make_frames(*size)
    for index in count():
        image = images[index % len(images)]
        for camera in cameras:
            yield Frame(image, camera, index * FRAME_NS)


def _resident_bytes() -> int:
    """Return the resident memory of the process in bytes."""
    return int(_PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _tensor_bytes(device: torch.device) -> int:
    """Return the size in bytes of all live tensors on a device."""
    gc.collect()
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    # isinstance reads __class__, which makes some deprecated objects warn.
    tensors = [item for item in gc.get_objects() if issubclass(type(item), Tensor)]
    # Sparse tensors, which the engine does not use, have no storage.
    storages = [tensor.untyped_storage() for tensor in tensors if tensor.layout == torch.strided]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())
