"""Run a camera, the node and a script of changing sentences, over ROS 2 on this machine.

Without --source, the camera shows a painted scene with known ground truth. The demo
writes overlay.mp4 and overlay.png (a contact sheet), shows a window if there is a display, and
ends after --seconds at the latest.

Examples:
  samwise demo
  samwise demo --source kitchen.mp4 --sentences "the red mug; the cup" --model samwise_mevis
  samwise demo --source 0 --model ./my_model --seconds 30
  samwise demo --trials 20
"""

import argparse
import os
import signal
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from samwise_ros.client.ros_environment import image_profiles, private_domain, require_ros
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL

TRIALS_MODEL = "tabletop_3d"

#: Sentences for a source without --sentences.
SENTENCES = ("the red object", "the object that moves to the left", "the blue object")


@dataclass(frozen=True)
class DemoOptions:
    """Options of the demo.

    Attributes:
        source: a video file, a folder of images or the index of a camera; empty is a painted scene.
        sentences: what to look for, in turn; empty selects those of the painted scene.
        model: name of a model, or path of a model folder.
        device: device of the node: auto, cpu, cuda or cuda:N.
        seconds: maximum length in seconds.
        seed: seed of the painted scene.
        out: folder for the output files.
    """

    source: str
    sentences: tuple[str, ...]
    model: str
    device: str
    seconds: float
    seed: int
    out: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise demo`."""
    parser.add_argument(
        "--source",
        default="",
        help="a video, a folder of images or the index of a camera (default: a painted scene)",
    )
    parser.add_argument("--sentences", default="", help="sentences to send in turn, separated by ;")
    parser.add_argument(
        "--model",
        help="name of a model, or path of a model folder "
        f"(default: {DEFAULT_MODEL}, with --trials {TRIALS_MODEL})",
    )
    parser.add_argument(
        "--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)"
    )
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="maximum duration, in seconds (default: 60)"
    )
    parser.add_argument(
        "--seed", type=int, default=5, help="seed of the painted scene (default: 5)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("demo"), help="output folder (default: demo)"
    )
    parser.add_argument(
        "--trials",
        type=int,
        default=0,
        help="instead: let a simulated arm pick the described object, in this many scenes; uses "
        "only --model, --device and --out",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the demo.

    Returns:
        Exit code: 0 on success, 1 if the node or the camera failed.

    Raises:
        ValueError: an argument is invalid.
        OSError: ROS 2 is not installed, or a file cannot be written.
    """
    if not arguments.seconds > 0.0:
        raise ValueError(f"--seconds: expected more than 0, got {arguments.seconds:g}")
    if arguments.trials < 0:
        raise ValueError(f"--trials: expected 0 or more, got {arguments.trials}")
    require_ros()
    # Like Ctrl-C, these signals stop the processes and complete the files.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    if arguments.trials:
        return _run_trials(arguments)
    sentences = tuple(one.strip() for one in arguments.sentences.split(";") if one.strip())
    options = DemoOptions(
        source=_absolute(arguments.source),
        sentences=sentences or (SENTENCES if arguments.source else ()),
        model=_absolute(arguments.model or DEFAULT_MODEL),
        device=arguments.device,
        seconds=arguments.seconds,
        seed=arguments.seed,
        out=arguments.out.resolve(),
    )
    os.environ.update(_environment())
    # Imported late: `--help` also works without ROS 2.
    return int(import_module("samwise_ros.cli.demo.run").run_demo(options))


def _run_trials(arguments: argparse.Namespace) -> int:
    os.environ.update(_environment())
    run_trials = import_module("samwise_ros.cli.demo.trials.run").run_trials
    model, out = _absolute(arguments.model or TRIALS_MODEL), arguments.out.resolve()
    return int(run_trials(model, arguments.device, arguments.trials, out))


def _absolute(name: str) -> str:
    """Return an absolute path for a path: the processes run in another folder."""
    return str(Path(name).resolve()) if name and Path(name).exists() else name


def _environment() -> dict[str, str]:
    """Return variables that keep the demo's topics on this machine, in a separate domain."""
    environment = private_domain() | image_profiles()
    chosen = os.environ.get("ROS_DOMAIN_ID")
    return environment | ({"ROS_DOMAIN_ID": chosen} if chosen else {})
