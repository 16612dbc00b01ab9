"""How long each part of the network takes for one frame, beside what the machine allows."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile, record_function

from samwise_ros.benchmark.models import open_subject
from samwise_ros.benchmark.network_parts import PARTS, watching
from samwise_ros.benchmark.report import Column, Row, Table
from samwise_ros.benchmark.roofline import Machine, Work, measure_work, weights_of
from samwise_ros.benchmark.timing import Spread, time_call, time_calls
from samwise_ros.benchmark.workload import SENTENCES, make_frames
from samwise_ros.engine.backend.inference import Inference
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.types import Command
from samwise_ros.network.memory_bank import MEMORY_POINTERS

MODES = ("online", "clip")
_WIDTH, _HEIGHT = 320, 240
_TRACED_FRAMES = 3
_REST = "the rest"


@dataclass(frozen=True)
class NetworkBenchmark:
    """What to measure: one command, with full memories and the CME asked on every frame.

    Attributes:
        models: shipped models' names, folders, or presets, which get random weights.
        device: auto, cpu, cuda or cuda:N.
        precisions: auto, float32, bfloat16 or float16, each of them.
        modes: online, clip, each of them.
        seconds: how long each measurement goes on.
    """

    models: tuple[str, ...] = ("tabletop",)
    device: str = "auto"
    precisions: tuple[str, ...] = ("auto",)
    modes: tuple[str, ...] = MODES
    seconds: float = 5.0

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.seconds < 0:
            raise ValueError(f"seconds: expected 0 or more, got {self.seconds}")
        if set(self.modes) - set(MODES):
            raise ValueError(f"modes: expected some of {', '.join(MODES)}, got {self.modes}")


def measure_network(benchmark: NetworkBenchmark, trace: Path | None = None) -> list[Table]:
    """Measure every model in every precision and mode.

    Args:
        benchmark: what to measure.
        trace: where to write a profile of a few frames of the first; for Perfetto.

    Raises:
        ValueError: for a model, device or precision that cannot be had.
    """
    tables = []
    machines: dict[str, Machine] = {}
    for model in benchmark.models:
        for precision in benchmark.precisions:
            inference = Inference(*open_subject(model), benchmark.device, precision)
            device, exact = inference.device, inference.precision
            if exact not in machines:
                machines[exact] = Machine.measure(device, getattr(torch, exact))
            for mode in benchmark.modes:
                about = f"{model}, {exact}, {mode}"
                subject = Subject(inference, mode)
                if trace:
                    subject.trace(trace)
                    trace = None
                rows = subject.measure(machines[exact], benchmark.seconds, about)
                tables.append(Table(about[0].upper() + about[1:], _COLUMNS, rows))
    tables.append(Table("What the machine reaches", _MACHINE_COLUMNS, _machine_rows(machines)))
    return tables


_COLUMNS = (
    Column("part", ("part",)),
    Column("median, ms", ("median_ms",), 2),
    Column("share, %", ("share",), 1),
    Column("floor, ms", ("floor_ms",), 2),
    Column("GFLOP", ("gflop",), 3),
    Column("MB at least", ("megabytes",), 2),
    Column("operators", ("operators",)),
    Column("launches", ("launches",)),
)
_MACHINE_COLUMNS = (
    Column("numbers", ("precision",)),
    Column("matrix product, GFLOP/s", ("gflops_per_second",), 0),
    Column("copy, GB/s", ("gigabytes_per_second",), 1),
)


class Subject:
    """A network at work on a frame, or a clip, with everything that it remembers in place."""

    def __init__(self, inference: Inference, mode: str) -> None:
        """Make memories that are full: of zeros, which takes as long as anything else."""
        self._inference = inference
        self._causal = mode == "online"
        self._frames = 1 if self._causal else inference.network.config.clip_frames
        text, verbs = inference.read(SENTENCES[0])
        self._command = TrackedCommand(Command("one", SENTENCES[0]), 1, text, verbs)
        self._memory = inference.empty_memory()
        self._memory.frames = MEMORY_POINTERS
        self._images = np.ascontiguousarray(make_frames(_WIDTH, _HEIGHT, self._frames))

    def run(self) -> None:
        """Process a frame or a clip."""
        self._inference.run(
            self._images, [self._command], [self._memory], self._causal, "always", 0.5
        )

    def measure(self, machine: Machine, seconds: float, about: str) -> list[Row]:
        """Measure the whole frame, then its parts; all numbers are of one frame."""
        device = self._inference.device
        whole = time_calls(self.run, device, 2, seconds, about)
        parts = self._time_parts(seconds, about)
        work = self._count_work()
        spread = Spread.of([one / self._frames for one in whole]).to_json()
        medians = {part: Spread.of(parts[part]).median_ms for part in PARTS if part in parts}
        rows = [
            self._row(part, machine, work[part], {"median_ms": round(ms, 3)})
            for part, ms in medians.items()
        ]
        rest = Spread.of(parts[_REST]).median_ms
        # Of the rest no work is counted: it is the keeping of memories, and the way out.
        rows.append({"part": _REST, "median_ms": round(rest, 3)})
        total = self._row("frame", machine, sum(work.values(), Work()), spread)
        rows.append({**total, "launches": self._launches()})
        for row in rows:
            row["share"] = round(100 * row["median_ms"] / spread["median_ms"], 1)
        return rows

    def trace(self, file: Path) -> None:
        """Write a profile of a few frames, with the parts by name."""

        def watch(part: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
            with record_function(part):
                return function(*arguments)

        self.run()
        with watching(self._inference, watch), self._profile() as profiler:
            for _ in range(_TRACED_FRAMES):
                with record_function("frame" if self._causal else "clip"):
                    self.run()
        file.parent.mkdir(parents=True, exist_ok=True)
        profiler.export_chrome_trace(str(file))

    def _time_parts(self, seconds: float, about: str) -> dict[str, list[float]]:
        device = self._inference.device
        calls: list[dict[str, float]] = []

        def watch(part: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
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

        with watching(self._inference, watch):
            time_calls(run, device, 0, seconds, f"{about}, parts")
        return {part: [call[part] for call in calls] for part in calls[0]}

    def _count_work(self) -> dict[str, Work]:
        weights = weights_of(self._inference.network)
        counted: dict[str, Work] = defaultdict(Work)

        def watch(part: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
            result, work = measure_work(function, arguments, weights)
            counted[part] += work
            return result

        with watching(self._inference, watch):
            self.run()
        return counted

    def _row(self, part: str, machine: Machine, work: Work, times: dict[str, float]) -> Row:
        frames = self._frames
        return {
            "part": part,
            **times,
            "floor_ms": round(1000 * machine.floor_s(work) / frames, 3),
            "gflop": round(work.flops / frames / 1e9, 4),
            "megabytes": round(work.least_bytes / frames / 1e6, 3),
            "operators": round(work.operators / frames),
        }

    def _launches(self) -> int | None:
        """Count what is started on a GPU for one frame; nothing is known of it without one."""
        if self._inference.device.type != "cuda":
            return None
        with self._profile() as profiler:
            self.run()
        started = [event for event in profiler.events() if "Launch" in event.name]
        return round(len(started) / self._frames)

    def _profile(self) -> profile:
        activities = [ProfilerActivity.CPU]
        if self._inference.device.type == "cuda":
            activities.append(ProfilerActivity.CUDA)
        return profile(activities=activities)


def _machine_rows(machines: dict[str, Machine]) -> Sequence[Row]:
    return [
        {
            "precision": precision,
            "gflops_per_second": round(machine.flops_per_second / 1e9, 1),
            "gigabytes_per_second": round(machine.bytes_per_second / 1e9, 2),
        }
        for precision, machine in machines.items()
    ]
