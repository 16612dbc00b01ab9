"""Segment objects in a video, without ROS.

Reads a video file, a folder of images or a camera, and tracks the object of each sentence. Prints
events as they occur, and writes a video with the masks drawn in. Ctrl-C ends a camera.

The exit code is 0 if every frame was read and written, 1 if frames of the source are damaged or
missing, 2 if an argument is wrong or a file cannot be read or written, and 130 if Ctrl-C ended a
file or folder early; what was written until then is complete.

Examples:
  samwise segment table.mp4 "the red ball" "the cup that moves left"
  samwise segment frames/ "the red ball" --masks masks --sheet sheet.png
  samwise segment 0 "the bottle" --out camera.mp4
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from samwise_ros.cli.segment.mask_folder import MaskFolder
from samwise_ros.cli.threads import add_threads_argument
from samwise_ros.data.formats.write_files import is_generated
from samwise_ros.engine.backend.device import use_threads
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.overlay import draw_targets
from samwise_ros.engine.types import Command, Event, EventKind, Frame, FrameResult
from samwise_ros.network.checkpoints.model_home import is_shipped, shipped_model_note
from samwise_ros.vision.contact_sheet import FrameSampler, contact_sheet
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.masks import MAX_LABEL
from samwise_ros.vision.video_reader import VideoReader
from samwise_ros.vision.video_writer import VideoWriter

_SHEET_FRAMES, _SHEET_COLUMNS = 12, 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise segment`."""
    parser.add_argument("source", help="a video file, a folder of images, or a camera's index")
    parser.add_argument("sentences", nargs="+", metavar="sentence", help="description of an object")
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="name of a model, or path of a model folder (default: %(default)s)",
    )
    parser.add_argument(
        "--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)"
    )
    add_threads_argument(parser)
    parser.add_argument(
        "--precision", default="auto", help="auto, float32, bfloat16 or float16 (default: auto)"
    )
    parser.add_argument(
        "--mode",
        choices=("online", "clip"),
        default="online",
        help="online: frame by frame; clip: all frames of a clip together (default: online)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("overlay.mp4"), help="output video (default: overlay.mp4)"
    )
    parser.add_argument(
        "--masks",
        type=Path,
        metavar="FOLDER",
        help="also write masks, 0 or 255, to FOLDER/N/FRAME.png for the N-th sentence",
    )
    parser.add_argument(
        "--fps", type=float, help="frames per second of a folder of images (default: 10)"
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="also write a contact sheet of some frames"
    )


def run(arguments: argparse.Namespace) -> int:
    """Segment the video."""
    use_threads(arguments.threads)
    source = Path(arguments.source)
    if source.exists() and arguments.out.exists() and arguments.out.samefile(source):
        raise ValueError(
            f"{arguments.out}: would replace the input video; choose another file with --out"
        )
    numbers = [str(number) for number, _ in enumerate(arguments.sentences, 1)]
    folders = [arguments.masks / number for number in numbers] if arguments.masks else []
    if source.is_dir() and any(path.exists() and path.samefile(source) for path in folders):
        raise ValueError(
            f"{source}: would be replaced by masks; choose another folder with --masks"
        )
    with ExitStack() as stack:
        reader = stack.enter_context(VideoReader(arguments.source, arguments.fps))
        masks = None
        if arguments.masks:
            masks = stack.enter_context(MaskFolder(arguments.masks, numbers))
        writer = stack.enter_context(VideoWriter(arguments.out, reader.fps))
        engine = _engine(arguments)
        output = _Output(writer, masks)
        progress = stack.enter_context(tqdm(total=reader.count, desc="segment", unit="frame"))
        interrupted = False
        try:
            for frame in reader.frames():
                output.write(engine.step(Frame(frame.image, stamp_ns=frame.stamp_ns)))
                progress.update()
        except KeyboardInterrupt:
            # Ctrl-C is the normal way to stop a camera; frames so far are complete.
            interrupted = source.exists()
            tqdm.write("interrupted")
        output.write(engine.flush())
    if arguments.sheet and output.count:
        write_image(arguments.sheet, contact_sheet(output.sample.frames(), _SHEET_COLUMNS))
    print(f"wrote {output.count} frames to {arguments.out}")
    if is_shipped(arguments.model) and not is_generated(source):
        print(shipped_model_note(arguments.model))
    if problem := reader.problem():
        print(f"samwise segment: warning: {problem}", file=sys.stderr)
        return 1
    return 130 if interrupted else 0


def _engine(arguments: argparse.Namespace) -> Engine:
    """Return an engine that tracks the sentences.

    Raises:
        ValueError: a model, device or sentence is invalid.
    """
    sentences = arguments.sentences
    config = EngineConfig(mode=arguments.mode, max_commands=min(MAX_LABEL, max(len(sentences), 1)))
    engine = Engine.from_model(
        arguments.model, device=arguments.device, precision=arguments.precision, config=config
    )
    commands = [Command(str(number), sentence) for number, sentence in enumerate(sentences, 1)]
    for event in engine.set_commands(commands):
        if event.kind is EventKind.REJECTED:
            raise ValueError(f"sentence {event.command.sentence!r}: {event.reason}")
        if event.warning:
            place = f"sentence {event.command.sentence!r}"
            print(f"samwise segment: warning: {place}: {event.warning}", file=sys.stderr)
    return engine


class _Output:
    """Writes results one by one, and keeps a few overlays for the contact sheet."""

    def __init__(self, writer: VideoWriter, masks: MaskFolder | None) -> None:
        self.writer, self.masks = writer, masks
        self.sample = FrameSampler(_SHEET_FRAMES)
        self.count = 0

    def write(self, results: list[FrameResult]) -> None:
        for result in results:
            for event in result.events:
                tqdm.write(_line(event))
            # In clip mode an event can precede the targets of its frame.
            if result.targets:
                self._write_frame(result)

    def _write_frame(self, result: FrameResult) -> None:
        overlay = draw_targets(result.frame.image, result.targets)
        self.writer.write(overlay, result.frame.stamp_ns)
        self.sample.add(overlay)
        if self.masks:
            for target in result.targets:
                self.masks.write(target.command.id, self.count, target.mask)
        self.count += 1


def _line(event: Event) -> str:
    """Return an event as a line of text: time, kind, sentence and reason."""
    because = f": {event.reason}" if event.reason else ""
    return f"{event.stamp_ns / 1e9:8.2f} s  {event.kind.name:9}  {event.command.sentence}{because}"
