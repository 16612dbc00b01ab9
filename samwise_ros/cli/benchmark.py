"""Measure speed; the report includes the machine, the commit and the settings.

`network` measures each part of a frame and compares it with the limit of the machine. `engine`
measures frames per second by number of commands and cameras, image size and stream length, and the
size of memories. `node` runs the ROS 2 node and a camera in separate processes and measures on the
topics. `versus` runs the video predictor of SAM 2 on the same frames.

Examples:
  samwise benchmark engine
  samwise benchmark node --size 640x480 --transport raw --seconds 60 --json robot.json
  samwise benchmark network --model tabletop base_plus --mode online --trace trace.json
  samwise benchmark versus --model base_plus --device cuda --clips 20

If the model is the name of a preset (such as base_plus, tiny or large), the network has random
weights; its speed is that of a trained network. Open a trace in ui.perfetto.dev.
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
    """Add the arguments of `samwise benchmark`."""
    suites = parser.add_subparsers(dest="suite", required=True, metavar="SUITE")
    network = _suite(
        suites, "network", "measure each part of a frame against the limit of the machine"
    )
    _add_values(
        network,
        "model",
        "models",
        str,
        NetworkBenchmark,
        "names of models, folders or presets",
    )
    _add_values(network, "precision", "precisions", str, NetworkBenchmark, _PRECISIONS)
    _add_values(network, "mode", "modes", str, NetworkBenchmark, "modes to measure", MODES)
    _add_value(network, "seconds", float, NetworkBenchmark, "seconds of each measurement")
    network.add_argument(
        "--trace", type=Path, metavar="FILE", help="also write a profile to this file"
    )

    engine = _suite(suites, "engine", "measure the engine by commands, cameras, size and length")
    _add_value(engine, "model", str, EngineBenchmark, "name of a model, folder or preset")
    _add_value(engine, "precision", str, EngineBenchmark, _PRECISIONS)
    _add_values(
        engine, "commands", "commands", int, EngineBenchmark, "numbers of commands, at most 8"
    )
    _add_values(
        engine, "cameras", "cameras", int, EngineBenchmark, "numbers of cameras, which alternate"
    )
    _add_values(engine, "size", "sizes", _size, EngineBenchmark, "image sizes, WIDTHxHEIGHT")
    _add_value(engine, "length", int, EngineBenchmark, "frames of the long stream; 0 skips it")
    _add_value(engine, "seconds", float, EngineBenchmark, "seconds of each measurement")

    node = _suite(suites, "node", "measure the ROS 2 node on its topics")
    _add_value(node, "model", str, NodeBenchmark, "name of a model, or path of a model folder")
    _add_value(node, "precision", str, NodeBenchmark, _PRECISIONS)
    _add_values(node, "commands", "commands", int, NodeBenchmark, "numbers of commands, at most 8")
    _add_values(node, "size", "sizes", _size, NodeBenchmark, "image sizes, WIDTHxHEIGHT")
    _add_values(node, "transport", "transports", str, NodeBenchmark, "image transports", TRANSPORTS)
    _add_value(node, "rate-hz", float, NodeBenchmark, "frame rate of the camera")
    _add_value(
        node, "seconds", float, NodeBenchmark, "seconds of each measurement after the warm-up"
    )

    versus = _suite(suites, "versus", "compare with the video predictor of SAM 2")
    _add_value(versus, "model", str, Sam2Benchmark, "name of a model, folder or preset")
    _add_value(versus, "precision", str, Sam2Benchmark, _PRECISIONS)
    _add_value(versus, "clips", int, Sam2Benchmark, "clips of 8 frames; the first one is warm-up")


_SUITES: dict[str, tuple[type[Any], Callable[..., list[Table]]]] = {
    "network": (NetworkBenchmark, measure_network),
    "engine": (EngineBenchmark, measure_engine),
    "node": (NodeBenchmark, measure_node),
    "versus": (Sam2Benchmark, measure_sam2_comparison),
}


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the tables and write the report."""
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


def _suite(suites: Any, name: str, summary: str) -> argparse.ArgumentParser:
    suite: argparse.ArgumentParser = suites.add_parser(name, help=summary, description=summary)
    suite.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)")
    suite.add_argument(
        "--json", type=Path, metavar="FILE", help=f"report (default: {_RESULTS / name}.json)"
    )
    return suite


def _add_value(
    suite: argparse.ArgumentParser, name: str, kind: Any, settings: type[Any], description: str
) -> None:
    default = getattr(settings, name.replace("-", "_"))
    text = f"{description} (default: {default})"
    suite.add_argument(f"--{name}", type=kind, default=default, help=text)


def _add_values(
    suite: argparse.ArgumentParser,
    name: str,
    field: str,
    kind: Any,
    settings: type[Any],
    description: str,
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
        help=f"{description} (default: {shown})",
    )


def _size(text: str) -> tuple[int, int]:
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
