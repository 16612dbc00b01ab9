"""Segment objects in a recorded ROS 2 bag, without ROS.

Reads an .mcap or .db3 file or a folder of `ros2 bag record`, and tracks each sentence in one image
topic. Writes one .mcap file for rviz and Foxglove with the recorded topics and the topics that the
node would publish: /samwise_node/events and commands, and /samwise_node/CAMERA/mask, label_mask,
targets, target_states and overlay/compressed. Results have the stamps of the images.

Examples:
  samwise bag drive.mcap "the red mug" --out masks.mcap
  samwise bag drive/ "the red mug" "the hand" --topic /front/image_raw --out masks.mcap
  samwise bag drive.mcap "the red mug" --out masks.mcap --results-only
"""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from samwise_ros.cli.bag.channel import BagError, Channel
from samwise_ros.cli.bag.input import BagInput
from samwise_ros.cli.bag.messages import message_types
from samwise_ros.cli.bag.output import BagOutput, mcap_writer
from samwise_ros.cli.bag.summary import BagSummary
from samwise_ros.cli.threads import add_threads_argument
from samwise_ros.engine.backend.device import use_threads
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Event, EventKind, Frame
from samwise_ros.interface.parameters import Parameters, camera_name_problem
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.vision.encodings import ImageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise bag`."""
    parser.add_argument("bag", type=Path, help="an .mcap or .db3 file, or a recorded folder")
    parser.add_argument("sentences", nargs="+", metavar="sentence", help="description of an object")
    parser.add_argument("--topic", help="image topic (default: the only one)")
    parser.add_argument(
        "--camera", default="camera", help="camera name in the results (default: camera)"
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="name of a model, or path of a model folder (default: %(default)s)",
    )
    parser.add_argument(
        "--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)"
    )
    add_threads_argument(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new .mcap file")
    parser.add_argument(
        "--results-only", action="store_true", help="do not copy the recorded topics, to save space"
    )


def run(arguments: argparse.Namespace) -> int:
    """Segment the bag."""
    out: Path = arguments.out
    _check(arguments)
    use_threads(arguments.threads)
    types = message_types()
    with closing(BagInput(arguments.bag, arguments.topic, types)) as bag:
        engine, events = _engine(arguments)
        with mcap_writer(out) as writer:
            output = BagOutput(writer, types, arguments.camera)
            output.write_commands(engine.commands, events, bag.start_ns)
            copied = [] if arguments.results_only else output.declare_copies(bag.channels)
            began = time.perf_counter()
            summary = _process(bag, copied, engine, output, arguments.camera)
            seconds = time.perf_counter() - began
            for extra in () if arguments.results_only else bag.recording.extras():
                output.copy_extra(extra)
    print("\n".join(summary.lines(seconds)))
    print("\n".join(_copy_lines(bag, output)))
    print(f"wrote {out}, {out.stat().st_size / 1e6:.1f} MB")
    losses = bag.recording.losses({*copied, *bag.images}, is_copied=not arguments.results_only)
    for loss in losses:
        print(f"samwise bag: error: {arguments.bag}: {loss}", file=sys.stderr)
    return 1 if losses else 0


def _copy_lines(bag: BagInput, output: BagOutput) -> list[str]:
    """Return lines about copied and replaced topics, and about the files of the bag."""
    copied = output.copied
    lines = [f"copied {copied.total()} messages of {len({one.topic for one in copied})} topics"]
    for channel in output.replaced:
        count = bag.recording.recorded[channel]
        lines.append(f"replaced {count} messages of an earlier run: {channel.name}")
    advice = bag.recording.advice()
    return [*lines, *bag.recording.notes, *([advice] if advice else [])]


def _check(arguments: argparse.Namespace) -> None:
    """Check the arguments before any file is opened."""
    out = arguments.out
    if out.suffix != ".mcap":
        raise ValueError(f"{out}: expected a file name with the suffix .mcap")
    if out.exists():
        raise ValueError(f"{out}: the file exists already; choose a new file with --out")
    if problem := camera_name_problem(arguments.camera):
        raise ValueError(f"--camera: {problem}")


def _engine(arguments: argparse.Namespace) -> tuple[Engine, tuple[Event, ...]]:
    """Return an engine that tracks the sentences, and the events of the new commands.

    Raises:
        ValueError: a model, device or sentence is invalid.
    """
    sentences = arguments.sentences
    config = EngineConfig(
        max_commands=min(254, len(sentences)), late_tolerance=Parameters().late_tolerance
    )
    engine = Engine.from_model(arguments.model, device=arguments.device, config=config)
    commands = [Command(str(number), sentence) for number, sentence in enumerate(sentences, 1)]
    events = engine.set_commands(commands)
    for event in events:
        if event.kind is EventKind.REJECTED:
            raise ValueError(f"sentence {event.command.sentence!r}: {event.reason}")
        if event.warning:
            place = f"sentence {event.command.sentence!r}"
            print(f"samwise bag: warning: {place}: {event.warning}", file=sys.stderr)
    return engine, events


def _process(
    bag: BagInput, copied: Sequence[Channel], engine: Engine, output: BagOutput, camera: str
) -> BagSummary:
    """Process each image and write the results.

    Raises:
        BagError: the bag is damaged, or no image is usable.
    """
    summary = BagSummary()
    with tqdm(total=bag.count, desc="bag", unit="frame") as progress:
        for message in bag.messages(copied):
            output.copy(message)
            if message.channel not in bag.images:
                continue
            progress.update()
            try:
                header, image = bag.image(message)
            except ImageError as error:
                if not summary.faults[error.kind]:
                    tqdm.write(f"image skipped: {error}")
                summary.faults[error.kind] += 1
                continue
            stamp_ns = to_nanoseconds(header.stamp)
            began = time.perf_counter()
            results = engine.step(Frame(image, camera, stamp_ns))
            summary.late += not results
            for result in results:
                inference_s = time.perf_counter() - began
                output.write(
                    result,
                    engine.commands_on(camera),
                    header,
                    message.time_ns,
                    inference_s=inference_s,
                    drops=summary.faults.total() + summary.late,
                )
                summary.add(result)
    if summary.frames == 0:
        faults = ", ".join(summary.faults)
        raise BagError(f"{bag.topic}: none of {bag.count} images is usable: {faults}")
    return summary
