"""Benchmark of the node over DDS: time from an image to its mask."""

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from samwise_ros.benchmark.report import Column, Row, Table
from samwise_ros.benchmark.timing import DurationSummary
from samwise_ros.benchmark.workload import SENTENCES
from samwise_ros.client.process import ChildProcess, node_command
from samwise_ros.client.ros_environment import image_profiles, private_domain, require_ros
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL

TRANSPORTS = ("raw", "compressed")
_NAMESPACE = "/benchmark"
_STAGES = ("transport", "waiting", "conversion", "inference", "publishing", "return")


@dataclass(frozen=True)
class NodeBenchmark:
    """Settings of the benchmark: a camera at a constant rate, and a new node for each measurement.

    Attributes:
        model: name of a shipped or installed model, or path of a model folder.
        device: auto, cpu, cuda or cuda:N.
        precision: auto, float32, bfloat16 or float16.
        seconds: duration of each measurement, after a warm-up of three seconds.
        rate_hz: rate of the camera.
        commands: numbers of simultaneous commands, at most 8; measured with the first size and
            transport.
        sizes: width and height of the images, pixels; measured in every transport with the first
            number of commands.
        transports: raw, compressed.
    """

    model: str = DEFAULT_MODEL
    device: str = "auto"
    precision: str = "auto"
    seconds: float = 10.0
    rate_hz: float = 30.0
    commands: tuple[int, ...] = (1, 4)
    sizes: tuple[tuple[int, int], ...] = ((320, 240), (640, 480), (1280, 720), (1920, 1080))
    transports: tuple[str, ...] = TRANSPORTS

    def __post_init__(self) -> None:
        """Check the range of each value."""
        for name in ("seconds", "rate_hz"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: expected more than 0, got {getattr(self, name)}")
        if not all(1 <= number <= len(SENTENCES) for number in self.commands):
            raise ValueError(f"commands: expected 1 to {len(SENTENCES)}, got {self.commands}")
        if set(self.transports) - set(TRANSPORTS):
            expected = ", ".join(TRANSPORTS)
            raise ValueError(f"transports: expected some of {expected}, got {self.transports}")

    @property
    def cases(self) -> list[tuple[int, tuple[int, int], str]]:
        """Commands, size and transport of each measurement."""
        first = self.commands[0]
        by_size = [(first, size, name) for size in self.sizes for name in self.transports]
        return by_size + [(n, self.sizes[0], self.transports[0]) for n in self.commands[1:]]


def measure_node(benchmark: NodeBenchmark) -> list[Table]:
    """Run the node and a camera in separate processes and measure; once for each case.

    The processes use a random ROS domain on this machine.

    Raises:
        OSError: ROS 2 is not installed.
        ValueError: the node does not start; the message has the reason.
    """
    require_ros()
    rows = []
    for commands, size, transport in tqdm(benchmark.cases, unit="node", leave=False):
        case = {
            "size": f"{size[0]}x{size[1]}",
            "transport": transport,
            "commands": commands,
            "rate_hz": benchmark.rate_hz,
        }
        rows.append({**case, **_measure(benchmark, commands, size, transport)})
    return [
        Table("Camera to mask", _COLUMNS, rows),
        Table("Where the median frame's time goes, ms", _STAGE_COLUMNS, rows),
    ]


_CASE = (
    Column("images", ("size",)),
    Column("transport", ("transport",)),
    Column("commands", ("commands",)),
)
_COLUMNS = (
    *_CASE,
    Column("sent", ("sent",)),
    Column("masks", ("masks",)),
    Column("frames/s", ("frames_per_second",), 1),
    Column("stamp to mask: median, ms", ("median_ms",), 1),
    Column("interquartile range, ms", ("q25_ms", "q75_ms"), 1),
    Column("p99, ms", ("p99_ms",), 1),
    Column("start to first mask, s", ("first_mask_s",), 1),
)
_STAGE_COLUMNS = (*_CASE, *(Column(name, (f"{name}_ms",), 1) for name in _STAGES))


def _measure(benchmark: NodeBenchmark, commands: int, size: tuple[int, int], transport: str) -> Row:
    environment = {**os.environ, **private_domain(), **image_profiles()}
    model = Path(benchmark.model)
    parameters = {
        "model": str(model.resolve()) if model.is_dir() else benchmark.model,
        "device": benchmark.device,
        "precision": benchmark.precision,
        "image_transport": transport,
        "autostart": True,
    }
    settings = {
        "namespace": _NAMESPACE,
        "size": size,
        "transport": transport,
        "sentences": SENTENCES[:commands],
        "seconds": benchmark.seconds,
        "rate_hz": benchmark.rate_hz,
        "started": time.monotonic(),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = node_command(_NAMESPACE, parameters)
        with ChildProcess(
            command, folder / "node.log", folder=folder, environment=environment
        ) as node:
            measured = _run_probe(settings, environment, node)
    latencies: list[float] = measured.pop("latencies")
    if not latencies:
        raise ValueError("the node published no mask")
    rate = round(len(latencies) / measured.pop("seconds"), 2)
    return {**measured, "frames_per_second": rate, **DurationSummary.of(latencies).to_json()}


def _run_probe(
    settings: dict[str, Any], environment: dict[str, str], node: ChildProcess
) -> dict[str, Any]:
    script = Path(__file__).parent / "node_probe.py"
    command = [sys.executable, str(script), json.dumps(settings)]
    log_file = node.log_file.with_name("probe.log")
    with ChildProcess(command, log_file, environment=environment) as probe:
        if probe.wait() != 0:
            reason = f"{probe.log_tail(1)}\n{node.log_tail(5)}"
            raise ValueError(f"cannot measure the node: {reason}")
        measured: dict[str, Any] = json.loads(probe.log_tail(1))
    return measured
