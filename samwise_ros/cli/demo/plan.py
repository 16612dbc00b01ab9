"""What a run of the demo shows: frame rate, length and sentences."""

from dataclasses import dataclass

from samwise_ros.cli.demo.camera import is_live
from samwise_ros.cli.demo.script import (
    RATE_HZ,
    MaskScorer,
    ScriptLine,
    even_lines,
    make_scene,
    tabletop_lines,
)
from samwise_ros.cli.demo.subcommand import DemoOptions
from samwise_ros.vision.video_reader import VideoReader


@dataclass(frozen=True)
class DemoPlan:
    """A run of the demo.

    Attributes:
        rate_hz: frames per second of the recorded video.
        seconds: length in seconds of the camera's time.
        lines: sentences in the order in which they are sent.
        scorer: scores masks of the tabletop scene; ``None`` without ground truth.
    """

    rate_hz: float
    seconds: float
    lines: list[ScriptLine]
    scorer: MaskScorer | None


def make_plan(options: DemoOptions) -> DemoPlan:
    """Return the plan for the options.

    Raises:
        VideoError: the source cannot be read.
    """
    if options.source and not is_live(options.source):
        with VideoReader(options.source) as reader:
            length_s = reader.count / reader.fps if reader.count else options.seconds
            rate_hz, seconds = reader.fps, min(length_s, options.seconds)
    else:
        rate_hz, seconds = RATE_HZ, options.seconds
    if options.sentences:
        return DemoPlan(rate_hz, seconds, even_lines(options.sentences, seconds), None)
    scene = make_scene(options.seed)
    lines = tabletop_lines(scene, seconds)
    return DemoPlan(rate_hz, seconds, lines, MaskScorer(scene, lines))
