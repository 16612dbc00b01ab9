"""How fast the engine is by itself, and what its cost grows with: frames come as it takes them."""

import gc
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from samwise_ros.benchmark.models import open_subject
from samwise_ros.benchmark.report import LATENCY, Column, Row, Table
from samwise_ros.benchmark.timing import Spread, time_call, time_calls
from samwise_ros.benchmark.workload import FRAME_NS, SENTENCES, make_frames
from samwise_ros.engine.backend.device_memory import MIB
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame
from samwise_ros.network.memory_bank import MEMORY_POINTERS

WARM_UP = MEMORY_POINTERS + 1
"""Frames until memories and windows are full and no shape changes any more."""
_PAGES = Path("/proc/self/statm")
_BLOCKS = 5
_MEMORIES = 8


@dataclass(frozen=True)
class EngineBenchmark:
    """What to measure: the online mode, each table with all else at its first value.

    Attributes:
        model: a shipped model's name, a folder, or a preset, which gets random weights.
        device: auto, cpu, cuda or cuda:N.
        precision: auto, float32, bfloat16 or float16.
        seconds: how long each measurement goes on.
        commands: how many at once, at most 8.
        cameras: how many, taking turns.
        sizes: of the images, width and height in pixels.
        length: frames of the long stream, and none of it where it is 0.
    """

    model: str = "tabletop"
    device: str = "auto"
    precision: str = "auto"
    seconds: float = 5.0
    commands: tuple[int, ...] = (1, 2, 4, 8)
    cameras: tuple[int, ...] = (1, 2, 4)
    sizes: tuple[tuple[int, int], ...] = ((320, 240), (640, 480), (1280, 720), (1920, 1080))
    length: int = 2000

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.seconds < 0:
            raise ValueError(f"seconds: expected 0 or more, got {self.seconds}")
        if not all(1 <= number <= len(SENTENCES) for number in self.commands):
            raise ValueError(f"commands: expected 1 to {len(SENTENCES)}, got {self.commands}")
        if not all(number >= 1 for number in self.cameras):
            raise ValueError(f"cameras: expected 1 or more, got {self.cameras}")
        if self.length and self.length < 2 * _BLOCKS:
            raise ValueError(f"length: expected 0 or at least {2 * _BLOCKS}, got {self.length}")


def measure_engine(benchmark: EngineBenchmark) -> list[Table]:
    """Measure what grows with commands, cameras, size and length, and the memories.

    Raises:
        ValueError: for a model, device or precision that cannot be had.
    """
    engine = Subject(benchmark)
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
    Column("each as stated, MiB", ("stated_mib",), 2),
    Column("each as measured, MiB", ("measured_mib",), 2),
)


class Subject:
    """An engine that is told anew for each measurement what to look for."""

    def __init__(self, benchmark: EngineBenchmark) -> None:
        """Load the model."""
        self._benchmark = benchmark
        config = EngineConfig(max_commands=_MEMORIES + 1)
        self._engine = Engine(
            *open_subject(benchmark.model), config, benchmark.device, benchmark.precision
        )
        self.device = torch.device(str(self._engine.describe()["device"]))

    def time(self, commands: int, cameras: int, size: tuple[int, int], about: str) -> Row:
        """Time frames of cameras that take turns, each seen by all commands."""
        self._say([Command(sentence, sentence) for sentence in SENTENCES[:commands]])
        frames = _stream(size, [f"camera {index}" for index in range(cameras)])
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)
        durations = time_calls(
            lambda: self._engine.step(next(frames)),
            self.device,
            WARM_UP * cameras,
            self._benchmark.seconds,
            about,
        )
        rate = round(len(durations) / sum(durations), 2)
        row: Row = {"frames_per_second": rate, **Spread.of(durations).to_json()}
        # What was taken of the GPU, beside what was in use of that.
        peak = torch.cuda.max_memory_reserved(self.device) if self.device.type == "cuda" else None
        return {**row, "gpu_mib": peak and round(peak / MIB)}

    def stream(self, commands: int, size: tuple[int, int]) -> list[Row]:
        """Time the parts of one long stream."""
        self._say([Command(sentence, sentence) for sentence in SENTENCES[:commands]])
        frames = _stream(size, ["camera"])
        block = self._benchmark.length // _BLOCKS
        rows: list[Row] = []

        def step() -> object:
            return self._engine.step(next(frames))

        for index in tqdm(range(_BLOCKS), desc="stream length", unit="block", leave=False):
            durations = [time_call(step, self.device) for _ in range(block)]
            spread = Spread.of(durations).to_json()
            first = index * block + 1
            resident = round(_resident_bytes() / MIB, 1)
            rows.append(
                {"from": first, "to": first + block - 1, **spread, "resident_mib": resident}
            )
        return rows

    def memory(self, size: tuple[int, int]) -> Row:
        """Compare what the tensors of a memory take with what the engine states."""
        stated = int(str(self._engine.describe()["memory_bytes_per_command"]))
        names = [f"camera {index}" for index in range(_MEMORIES + 1)]
        self._say([Command(name, SENTENCES[0], (name,)) for name in names])
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
            "stated_mib": round(stated / MIB, 3),
            "measured_mib": round(measured / MIB, 3),
        }

    def _say(self, commands: Sequence[Command]) -> None:
        for status in self._engine.commands:
            self._engine.remove(status.command.id)
        for event in self._engine.set_commands(commands):
            if event.kind is EventKind.REJECTED:
                raise ValueError(f"{event.command.sentence!r} is refused: {event.reason}")


def _stream(size: tuple[int, int], cameras: Sequence[str]) -> Iterator[Frame]:
    """Give frames without end, of each camera in turn."""
    images = make_frames(*size)
    for index in count():
        image = images[index % len(images)]
        for camera in cameras:
            yield Frame(image, camera, index * FRAME_NS)


def _resident_bytes() -> int:
    """Give what the process holds of the machine's memory."""
    return int(_PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _tensor_bytes(device: torch.device) -> int:
    """Give what all tensors that are alive take on a device."""
    gc.collect()
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    # By its type: asking an object itself for its class can wake a deprecated one.
    tensors = [one for one in gc.get_objects() if issubclass(type(one), Tensor)]
    storages = [one.untyped_storage() for one in tensors]
    return sum({one.data_ptr(): one.nbytes() for one in storages}.values())
