"""Measures speed, and names the machine, the commit and the settings.

`network` gives the time of each part of a frame beside what the machine allows at best. `engine`
gives frames a second by number of commands, cameras, image size and length of the stream, and what
a memory takes. `node` starts the ROS 2 node and a camera in processes of their own and measures
from the topics. `versus` runs SAM 2's own video predictor over the same frames.

  samwise benchmark engine
  samwise benchmark node --size 640x480 --transport raw --seconds 60 --json robot.json
  samwise benchmark network --model tabletop base_plus --mode online --trace trace.json
  samwise benchmark versus --model base_plus --device cuda --clips 20

A preset's name (base_plus, tiny, large and so on) as the model is a network of that size with
random weights, which is as fast as a trained one. A trace opens in ui.perfetto.dev.
"""

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samwise_ros.benchmark.machine import describe_machine
from samwise_ros.benchmark.report import Table, write_report
from samwise_ros.benchmark.suites.engine import EngineBenchmark, measure_engine
from samwise_ros.benchmark.suites.network import MODES, NetworkBenchmark, measure_network
from samwise_ros.benchmark.suites.node import TRANSPORTS, NodeBenchmark, measure_node
from samwise_ros.benchmark.suites.sam2_comparison import Sam2Benchmark, measure_sam2_comparison
from samwise_ros.benchmark.workload import parse_size

_RESULTS = Path("benchmarks/results")
_PRECISIONS = "auto, float32, bfloat16 or float16"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise benchmark` takes."""
    suites = parser.add_subparsers(dest="suite", required=True, metavar="SUITE")
    network = _suite(suites, "network", "each part of a frame, beside its floor")
    _several(network, "model", "models", str, NetworkBenchmark, "names, folders or presets")
    _several(network, "precision", "precisions", str, NetworkBenchmark, _PRECISIONS)
    _several(network, "mode", "modes", str, NetworkBenchmark, "", MODES)
    _one(network, "seconds", float, NetworkBenchmark, "of each measurement")
    network.add_argument("--trace", type=Path, metavar="FILE", help="also write a profile")

    engine = _suite(suites, "engine", "the engine, and what its cost grows with")
    _one(engine, "model", str, EngineBenchmark, "a name, a folder or a preset")
    _one(engine, "precision", str, EngineBenchmark, _PRECISIONS)
    _several(engine, "commands", "commands", int, EngineBenchmark, "at once, at most 8")
    _several(engine, "cameras", "cameras", int, EngineBenchmark, "taking turns")
    _several(engine, "size", "sizes", _size, EngineBenchmark, "WIDTHxHEIGHT of the images")
    _one(engine, "length", int, EngineBenchmark, "frames of the long stream, 0: leave it out")
    _one(engine, "seconds", float, EngineBenchmark, "of each measurement")

    node = _suite(suites, "node", "the ROS 2 node, from the topics")
    _one(node, "model", str, NodeBenchmark, "a shipped model's name or a folder")
    _one(node, "precision", str, NodeBenchmark, _PRECISIONS)
    _several(node, "commands", "commands", int, NodeBenchmark, "at once, at most 8")
    _several(node, "size", "sizes", _size, NodeBenchmark, "WIDTHxHEIGHT of the images")
    _several(node, "transport", "transports", str, NodeBenchmark, "", TRANSPORTS)
    _one(node, "rate-hz", float, NodeBenchmark, "of the camera")
    _one(node, "seconds", float, NodeBenchmark, "of each measurement, after 3 for the start")

    versus = _suite(suites, "versus", "beside SAM 2's own video predictor")
    _one(versus, "model", str, Sam2Benchmark, "a name, a folder or a preset")
    _one(versus, "precision", str, Sam2Benchmark, _PRECISIONS)
    _one(versus, "clips", int, Sam2Benchmark, "of 8 frames; the first does not count")


_SUITES: dict[str, tuple[type[Any], Callable[..., list[Table]]]] = {
    "network": (NetworkBenchmark, measure_network),
    "engine": (EngineBenchmark, measure_engine),
    "node": (NodeBenchmark, measure_node),
    "versus": (Sam2Benchmark, measure_sam2_comparison),
}


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the tables and write the numbers."""
    kind, measure = _SUITES[arguments.suite]
    given = vars(arguments)
    names = [field.name for field in dataclasses.fields(kind) if field.name in given]
    settings = kind(**{name: given[name] for name in names})
    machine = describe_machine()
    extra = {"trace": arguments.trace} if arguments.suite == "network" else {}
    tables = measure(settings, **extra)
    file = arguments.json or _RESULTS / f"{arguments.suite}.json"
    write_report(file, arguments.suite, dataclasses.asdict(settings), machine, tables)
    gpus = ", ".join(machine["gpus"]) or "no GPU"
    print(f"{machine['cpu']}, {machine['cores']} cores, {gpus}, ", end="")
    print(f"load before {machine['load_before']}, commit {machine['commit']}")
    print(*("\n" + table.markdown() for table in tables), sep="\n")
    print(f"\nwrote {file}")
    return 0


def _suite(suites: Any, name: str, about: str) -> argparse.ArgumentParser:
    suite: argparse.ArgumentParser = suites.add_parser(name, help=about, description=about)
    suite.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (auto)")
    suite.add_argument(
        "--json", type=Path, metavar="FILE", help=f"the numbers ({_RESULTS / name}.json)"
    )
    return suite


def _one(
    suite: argparse.ArgumentParser, name: str, kind: Any, settings: type[Any], about: str
) -> None:
    default = getattr(settings, name.replace("-", "_"))
    suite.add_argument(f"--{name}", type=kind, default=default, help=f"{about} ({default})")


def _several(
    suite: argparse.ArgumentParser,
    name: str,
    field: str,
    kind: Any,
    settings: type[Any],
    about: str,
    choices: tuple[str, ...] | None = None,
) -> None:
    default = getattr(settings, field)
    shown = " ".join("x".join(map(str, one)) if kind is _size else str(one) for one in default)
    suite.add_argument(
        f"--{name}",
        dest=field,
        nargs="+",
        type=kind,
        default=default,
        choices=choices,
        metavar=None if choices else name.upper(),
        help=f"{about} ({shown})".strip(),
    )


def _size(text: str) -> tuple[int, int]:
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
