"""Benchmark of the network: time of each part of a frame, with its roofline bound."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile, record_function

from samwise_ros.benchmark.models import load_benchmark_model
from samwise_ros.benchmark.network_parts import PARTS, instrumented
from samwise_ros.benchmark.report import Column, Row, Table
from samwise_ros.benchmark.roofline import Cost, DevicePeak, count_cost, weight_sizes
from samwise_ros.benchmark.timing import DurationSummary, time_call, time_calls
from samwise_ros.benchmark.workload import SENTENCES, make_frames
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig, Mode
from samwise_ros.network.memory_bank import MEMORY_POINTERS

MODES: tuple[Mode, ...] = ("online", "clip")
_WIDTH, _HEIGHT = 320, 240
_TRACED_FRAMES = 3
_REST = "the rest"


@dataclass(frozen=True)
class NetworkBenchmark:
    """Settings of the benchmark: one command with a full memory; the CME runs on every frame.

    Attributes:
        models: names of shipped or installed models, paths of model folders, or names of presets
            with random weights.
        device: auto, cpu, cuda or cuda:N.
        precisions: each auto, float32, bfloat16 or float16.
        modes: each online or clip.
        seconds: duration of each measurement.
    """

    models: tuple[str, ...] = (DEFAULT_MODEL,)
    device: str = "auto"
    precisions: tuple[str, ...] = ("auto",)
    modes: tuple[Mode, ...] = MODES
    seconds: float = 5.0

    def __post_init__(self) -> None:
        """Check the range of each value."""
        if self.seconds < 0:
            raise ValueError(f"seconds: expected 0 or more, got {self.seconds}")
        if set(self.modes) - set(MODES):
            raise ValueError(f"modes: expected some of {', '.join(MODES)}, got {self.modes}")


def measure_network(benchmark: NetworkBenchmark, trace: Path | None = None) -> list[Table]:
    """Measure every model in every precision and mode.

    Args:
        benchmark: settings.
        trace: file for a profile of a few frames of the first model, in Perfetto's format.

    Raises:
        ValueError: a model, device or precision is not available.
    """
    tables = []
    peaks: dict[str, DevicePeak] = {}
    for model in benchmark.models:
        for precision in benchmark.precisions:
            backend = SamwiseBackend(
                *load_benchmark_model(model), device=benchmark.device, precision=precision
            )
            device, resolved = backend.device, backend.precision
            if resolved not in peaks:
                peaks[resolved] = DevicePeak.measure(device, getattr(torch, resolved))
            for mode in benchmark.modes:
                label = f"{model}, {resolved}, {mode}"
                timer = NetworkTimer(backend, mode)
                if trace:
                    timer.trace(trace)
                    trace = None
                rows = timer.measure(peaks[resolved], benchmark.seconds, label)
                tables.append(Table(label[0].upper() + label[1:], _COLUMNS, rows))
    tables.append(Table("What the machine reaches", _MACHINE_COLUMNS, _machine_rows(peaks)))
    return tables


_COLUMNS = (
    Column("part", ("part",)),
    Column("median, ms", ("median_ms",), 2),
    Column("share, %", ("share",), 1),
    Column("lower bound, ms", ("floor_ms",), 2),
    Column("GFLOP", ("gflop",), 3),
    Column("minimum MB", ("megabytes",), 2),
    Column("operators", ("operators",)),
    Column("launches", ("launches",)),
)
_MACHINE_COLUMNS = (
    Column("precision", ("precision",)),
    Column("matrix product, GFLOP/s", ("gflops_per_second",), 0),
    Column("copy, GB/s", ("gigabytes_per_second",), 1),
)


class NetworkTimer:
    """Times a network on a frame or a clip, with a full memory."""

    def __init__(self, backend: SamwiseBackend, mode: Mode) -> None:
        """Prepare a full memory of zeros; the time does not depend on the values."""
        self._backend = backend
        self._causal = mode == "online"
        self._frames = 1 if self._causal else backend.clip_frames
        self._config = EngineConfig(mode=mode, switch_correction="always")
        self._text = backend.encode_text(SENTENCES[0])
        self._memory = backend.empty_memory()
        self._memory.frames = MEMORY_POINTERS
        self._images = np.ascontiguousarray(make_frames(_WIDTH, _HEIGHT, self._frames))

    def run(self) -> None:
        """Process a frame or a clip."""
        self._backend.run(self._images, [self._text], [self._memory], self._config)

    def measure(self, peak: DevicePeak, seconds: float, label: str) -> list[Row]:
        """Measure the whole frame, then its parts; all numbers are per frame."""
        device = self._backend.device
        whole = time_calls(self.run, device, 2, seconds, label)
        parts = self._time_parts(seconds, label)
        costs = self._count_costs()
        spread = DurationSummary.of([duration / self._frames for duration in whole]).to_json()
        medians = {
            part: DurationSummary.of(parts[part]).median_ms for part in PARTS if part in parts
        }
        rows = [
            self._row(part, peak, costs[part], {"median_ms": round(ms, 3)})
            for part, ms in medians.items()
        ]
        rest = DurationSummary.of(parts[_REST]).median_ms
        # The cost of the rest is not counted: memory bookkeeping and output.
        rows.append({"part": _REST, "median_ms": round(rest, 3)})
        total = self._row("frame", peak, sum(costs.values(), Cost()), spread)
        rows.append({**total, "launches": self._launches()})
        for row in rows:
            row["share"] = round(100 * row["median_ms"] / spread["median_ms"], 1)
        return rows

    def trace(self, file: Path) -> None:
        """Write a profile of a few frames with the names of the parts."""

        def hook(part: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
            with record_function(part):
                return function(*arguments)

        self.run()
        with instrumented(self._backend, hook), self._profile() as profiler:
            for _ in range(_TRACED_FRAMES):
                with record_function("frame" if self._causal else "clip"):
                    self.run()
        file.parent.mkdir(parents=True, exist_ok=True)
        profiler.export_chrome_trace(str(file))

    def _time_parts(self, seconds: float, label: str) -> dict[str, list[float]]:
        device = self._backend.device
        calls: list[dict[str, float]] = []

        def hook(part: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
            result = None

            def call() -> None:
                nonlocal result
                result = function(*arguments)

            calls[-1][part] += time_call(call, device) / self._frames
            return result

        def run() -> None:
            calls.append(defaultdict(float))
            whole = time_call(self.run, device) / self._frames
            calls[-1][_REST] = whole - sum(calls[-1].values())

        with instrumented(self._backend, hook):
            time_calls(run, device, 0, seconds, f"{label}, parts")
        return {part: [call[part] for call in calls] for part in calls[0]}

    def _count_costs(self) -> dict[str, Cost]:
        weights = weight_sizes(self._backend.network)
        counted: dict[str, Cost] = defaultdict(Cost)

        def hook(part: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
            result, cost = count_cost(function, arguments, weights)
            counted[part] += cost
            return result

        with instrumented(self._backend, hook):
            self.run()
        return counted

    def _row(self, part: str, peak: DevicePeak, cost: Cost, times: dict[str, float]) -> Row:
        frames = self._frames
        return {
            "part": part,
            **times,
            "floor_ms": round(1000 * peak.lower_bound_s(cost) / frames, 3),
            "gflop": round(cost.flops / frames / 1e9, 4),
            "megabytes": round(cost.min_bytes / frames / 1e6, 3),
            "operators": round(cost.operators / frames),
        }

    def _launches(self) -> int | None:
        """Count the kernel launches on a GPU for one frame; ``None`` on a CPU."""
        if self._backend.device.type != "cuda":
            return None
        with self._profile() as profiler:
            self.run()
        launches = [event for event in profiler.events() if "Launch" in event.name]
        return round(len(launches) / self._frames)

    def _profile(self) -> profile:
        activities = [ProfilerActivity.CPU]
        if self._backend.device.type == "cuda":
            activities.append(ProfilerActivity.CUDA)
        return profile(activities=activities)


def _machine_rows(peaks: dict[str, DevicePeak]) -> Sequence[Row]:
    return [
        {
            "precision": precision,
            "gflops_per_second": round(peak.flops_per_second / 1e9, 1),
            "gigabytes_per_second": round(peak.bytes_per_second / 1e9, 2),
        }
        for precision, peak in peaks.items()
    ]
