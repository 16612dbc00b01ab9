"""Measures frames a second and latency at 320x240, and names the machine.

`engine` measures the engine alone with 1, 2 and 4 commands. `node` starts the ROS 2 node and a
camera at 30 Hz in processes of their own and measures from the topics, with one command.

  samwise benchmark engine
  samwise benchmark node --seconds 60 --json benchmarks/results/node_robot.json
"""

import argparse
import json
from pathlib import Path

from samwise_ros.benchmark.engine import EngineBenchmark, engine_table, measure_engine
from samwise_ros.benchmark.machine import describe_machine
from samwise_ros.benchmark.node import NodeBenchmark, measure_node, node_table

_RESULTS = Path("benchmarks/results")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise benchmark` takes."""
    parser.add_argument("part", choices=("engine", "node"))
    parser.add_argument("--model", default="tabletop", help="a shipped model's name or a folder")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--precision", default="auto", help="auto, float32, bfloat16 or float16")
    parser.add_argument("--frames", type=int, default=200, help="of the engine (200)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of the node (20)")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help=f"({_RESULTS}/engine.json or node.json)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the table and write the numbers."""
    how = {name: getattr(arguments, name) for name in ("model", "device", "precision")}
    file = arguments.json or _RESULTS / f"{arguments.part}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    machine = describe_machine()
    settings: EngineBenchmark | NodeBenchmark
    results: list[dict[str, object]]
    if arguments.part == "engine":
        settings = EngineBenchmark(**how, frames=arguments.frames)
        timings = measure_engine(settings)
        table, results = engine_table(timings), [timing.to_json() for timing in timings]
    else:
        settings = NodeBenchmark(**how, seconds=arguments.seconds)
        timing = measure_node(settings)
        table, results = node_table(timing), [timing.to_json()]
    content = {
        "benchmark": arguments.part,
        "settings": vars(settings),
        "machine": machine,
        "results": results,
    }
    file.write_text(json.dumps(content, indent=2) + "\n")
    print(
        f"{machine['cpu']}, {machine['cores']} cores, load before {machine['load_before']}, ",
        end="",
    )
    print(f"{arguments.model}, commit {machine['commit']}\n\n{table}\n\nwrote {file}")
    return 0
