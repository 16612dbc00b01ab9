"""Benchmark of the node over DDS: time from an image to its mask."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tqdm import tqdm

from samwise_ros.benchmark.report import Column, Row, Table
from samwise_ros.benchmark.timing import Spread
from samwise_ros.benchmark.workload import SENTENCES

TRANSPORTS = ("raw", "compressed")
_NAMESPACE = "/benchmark"
_END_TIMEOUT_S = 10.0
_STAGES = ("transport", "waiting", "conversion", "inference", "publishing", "return")


@dataclass(frozen=True)
class NodeBenchmark:
    """Settings of the benchmark: a camera at a constant rate, and a new node for each measurement.

    Attributes:
        model: name of a shipped model, or a model folder.
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

    model: str = "tabletop"
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
    """Start the node and a camera in separate processes and measure, once for each case.

    Both use a random ROS domain, restricted to this machine.

    Raises:
        ValueError: ROS 2 is not available, or the node does not start.
    """
    for module in ("rclpy", "samwise_ros.msg"):
        if find_spec(module) is None:
            raise ValueError(
                f"expected the package {module}, found none; enter the ROS 2 environment "
                "(`. env.sh`)"
            )
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
    environment = {
        **os.environ,
        "ROS_DOMAIN_ID": str(random.randint(1, 101)),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }
    model = Path(benchmark.model)
    settings = {
        "model": str(model.resolve()) if model.is_dir() else benchmark.model,
        "device": benchmark.device,
        "precision": benchmark.precision,
        "image_transport": transport,
        "command_mode": "add",
        "autostart": True,
    }
    program = [sys.executable, "-m", "samwise_ros.ros.node", "--ros-args"]
    program += ["-r", f"__ns:={_NAMESPACE}"]
    # Quoted as JSON, which is valid YAML: a name stays a string whatever it contains.
    program += [w for k, v in settings.items() for w in ("-p", f"{k}:={json.dumps(v)}")]
    probe_settings = {
        "namespace": _NAMESPACE,
        "size": size,
        "transport": transport,
        "sentences": SENTENCES[:commands],
        "seconds": benchmark.seconds,
        "rate_hz": benchmark.rate_hz,
        "started": time.monotonic(),
    }
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "node.log"
        # `-m` searches the working directory first, and the source tree has no messages.
        with _process(program, environment, folder, log):
            measured = _probe(probe_settings, environment, log)
    latencies: list[float] = measured.pop("latencies")
    if not latencies:
        raise ValueError("expected masks from the node, received none")
    rate = round(len(latencies) / measured.pop("seconds"), 2)
    return {**measured, "frames_per_second": rate, **Spread.of(latencies).to_json()}


def _probe(settings: dict[str, Any], environment: dict[str, str], log: Path) -> dict[str, Any]:
    script = Path(__file__).parent / "node_probe.py"
    done = subprocess.run(
        [sys.executable, str(script), json.dumps(settings)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = "\n".join(done.stderr.splitlines()[-1:] + log.read_text().splitlines()[-5:])
        raise ValueError(f"the node could not be measured: {reason}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


@contextmanager
def _process(
    command: Sequence[str], environment: dict[str, str], folder: str, log: Path
) -> Iterator[None]:
    """Run a process until the block ends."""
    with log.open("w") as file:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
