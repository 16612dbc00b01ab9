"""How fast the node is, as a robot sees it: images go in and masks come out over DDS."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from samwise_ros.benchmark.timing import Spread

_NAMESPACE = "/benchmark"
_END_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class NodeBenchmark:
    """What to measure: a camera at a steady rate and one command.

    Attributes:
        model: a shipped model's name or a folder.
        device: auto, cpu, cuda or cuda:N.
        precision: auto, float32, bfloat16 or float16.
        sentence: the command.
        seconds: how long, after three more for the start.
        rate_hz: of the camera.
        width, height: of its images, pixels.
    """

    model: str = "tabletop"
    device: str = "auto"
    precision: str = "auto"
    sentence: str = "the red ball"
    seconds: float = 20.0
    rate_hz: float = 30.0
    width: int = 320
    height: int = 240

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        for name in ("seconds", "rate_hz"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: expected more than 0, got {getattr(self, name)}")


@dataclass(frozen=True)
class NodeTiming:
    """One measurement.

    Attributes:
        sent: images published.
        masks: masks received.
        dropped: images that the node says it skipped for newer ones.
        frames_per_second: masks over the time of measuring.
        latency: from the image's stamp to the mask's arrival.
    """

    sent: int
    masks: int
    dropped: int
    frames_per_second: float
    latency: Spread

    def to_json(self) -> dict[str, object]:
        """The numbers by name."""
        return {**{k: v for k, v in asdict(self).items() if k != "latency"}, **asdict(self.latency)}


def measure_node(benchmark: NodeBenchmark) -> NodeTiming:
    """Start the node and a camera, each in a process, and measure.

    They speak on a random domain on this machine alone, so that nobody else is heard.

    Raises:
        ValueError: ROS 2 is not there, or the node does not start; the message says why.
    """
    for module in ("rclpy", "samwise_ros.msg"):
        if find_spec(module) is None:
            raise ValueError(f"{module} is not there: enter the ROS 2 environment (`. env.sh`)")
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
        "command": benchmark.sentence,
        "autostart": True,
    }
    program = [sys.executable, "-m", "samwise_ros.ros.node", "--ros-args"]
    program += ["-r", f"__ns:={_NAMESPACE}"]
    # Quoted as JSON, which YAML understands: a sentence stays text whatever is in it.
    program += [w for k, v in settings.items() for w in ("-p", f"{k}:={json.dumps(v)}")]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "node.log"
        # From a folder of its own: `-m` looks there first, and a source tree has no messages.
        with _process(program, environment, folder, log):
            measured = _probe(benchmark, environment, log)
    latencies: list[float] = measured["latencies"]
    if not latencies:
        raise ValueError("no mask came from the node")
    rate = round(len(latencies) / measured["seconds"], 2)
    counts = (measured["sent"], measured["masks"], measured["dropped"])
    return NodeTiming(*counts, rate, Spread.of(latencies))


def node_table(timing: NodeTiming) -> str:
    """The measurement as a Markdown table."""
    return (
        "| images sent | masks | dropped | frames/s | stamp to mask: median, ms | p99, ms |\n"
        "| ---: | ---: | ---: | ---: | ---: | ---: |\n"
        f"| {timing.sent} | {timing.masks} | {timing.dropped} | {timing.frames_per_second:.1f} | "
        f"{timing.latency.median_ms:.1f} | {timing.latency.p99_ms:.1f} |"
    )


def _probe(benchmark: NodeBenchmark, environment: dict[str, str], log: Path) -> dict[str, Any]:
    settings = {**asdict(benchmark), "namespace": _NAMESPACE}
    script = Path(__file__).parent / "node_probe.py"
    done = subprocess.run(
        [sys.executable, str(script), json.dumps(settings)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join(done.stderr.splitlines()[-1:] + log.read_text().splitlines()[-5:])
        raise ValueError(f"the node could not be measured: {said}")
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
