"""Start a camera, the node and a script of changing sentences, over real ROS 2 on this machine.

Without a source the camera looks at a generated tabletop, where the truth is known. Writes
overlay.mp4 and overlay.png (a contact sheet), shows a window where there is a display, and ends by
itself.

Examples:
  samwise demo
  samwise demo --source kitchen.mp4 --sentences "the red mug; the hand that moves left"
  samwise demo --source 0 --model ./my_model --seconds 30
"""

import argparse
import os
import random
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

#: Where the source is not the tabletop and nobody says what to look for.
SENTENCES = ("the red object", "the object that moves to the left", "the blue object")


@dataclass(frozen=True)
class DemoOptions:
    """What the demo shows.

    Attributes:
        source: a video file, a folder of images or a camera's index; empty is the tabletop.
        sentences: what to look for, in turn; empty is the tabletop's own script.
        model: a shipped model's name or a folder.
        device: of the node: auto, cpu, cuda or cuda:N.
        seconds: how long at most, in seconds of the camera.
        seed: of the tabletop.
        out: folder for what is written.
    """

    source: str
    sentences: tuple[str, ...]
    model: str
    device: str
    seconds: float
    seed: int
    out: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise demo` takes."""
    parser.add_argument(
        "--source", default="", help="a video, a folder of images or a camera's number"
    )
    parser.add_argument("--sentences", default="", help="said in turn, with ; between them")
    parser.add_argument("--model", default="tabletop", help="a model's name or folder (tabletop)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--seconds", type=float, default=60.0, help="at most so long (default 60)")
    parser.add_argument("--seed", type=int, default=5, help="of the tabletop scene (default 5)")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder (default demo)")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo.

    Returns:
        Exit status: 0 if masks came all the way, 1 if not.

    Raises:
        ValueError: an argument does not fit.
        OSError: ROS 2 is not there, or a file cannot be written.
    """
    if not arguments.seconds > 0.0:
        raise ValueError(f"--seconds: expected more than 0, got {arguments.seconds:g}")
    for module in ("rclpy", "samwise_ros.msg"):
        if find_spec(module) is None:
            raise OSError(f"no {module}: run `make demo`, or source a ROS 2 workspace with it")
    said = tuple(one.strip() for one in arguments.sentences.split(";") if one.strip())
    options = DemoOptions(
        source=_absolute(arguments.source),
        sentences=said or (SENTENCES if arguments.source else ()),
        model=arguments.model,
        device=arguments.device,
        seconds=arguments.seconds,
        seed=arguments.seed,
        out=arguments.out.resolve(),
    )
    _stay_on_this_machine()
    # Not at the top: this module's help is for those without ROS 2, too.
    return int(import_module("samwise_ros.cli.demo.run").show(options))


def _absolute(source: str) -> str:
    # The camera runs in another folder.
    return str(Path(source).resolve()) if source and Path(source).exists() else source


def _stay_on_this_machine() -> None:
    """Set what keeps the demo's topics here and apart from others', and its images whole."""
    share = import_module("ament_index_python").get_package_share_directory("samwise_ros")
    os.environ.setdefault("FASTRTPS_DEFAULT_PROFILES_FILE", f"{share}/config/fastdds.xml")
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    # Beyond 101 the ports are not ours.
    os.environ.setdefault("ROS_DOMAIN_ID", str(random.randint(1, 101)))
