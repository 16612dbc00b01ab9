"""How fast the engine is by itself: frames come as fast as it takes them."""

import time
from dataclasses import dataclass
from itertools import cycle, islice

from tqdm import tqdm

from samwise_ros.benchmark.timing import Spread
from samwise_ros.data.tabletop import TabletopConfig, TabletopVideo, make_video
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame

_WARM_UP = 30  # until the memory is full and its shapes no longer change
_FRAME_NS = 33_333_333


@dataclass(frozen=True)
class EngineBenchmark:
    """What to measure: online mode, a tabletop video over and over.

    Attributes:
        model: a shipped model's name or a folder.
        device: auto, cpu, cuda or cuda:N.
        precision: auto, float32, bfloat16 or float16.
        frames: measured for each number of commands.
        commands: how many at once, each a measurement of its own; at most 6.
        width, height: of the images, pixels.
    """

    model: str = "tabletop"
    device: str = "auto"
    precision: str = "auto"
    frames: int = 200
    commands: tuple[int, ...] = (1, 2, 4)
    width: int = 320
    height: int = 240

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.frames < 1:
            raise ValueError(f"frames: expected 1 or more, got {self.frames}")


@dataclass(frozen=True)
class EngineTiming:
    """One measurement.

    Attributes:
        commands: how many at once.
        frames_per_second: frames over the time of all of them.
        latency: of one frame.
    """

    commands: int
    frames_per_second: float
    latency: Spread

    def to_json(self) -> dict[str, object]:
        """The numbers by name."""
        return {
            "commands": self.commands,
            "frames_per_second": self.frames_per_second,
            **self.latency.to_json(),
        }


def measure_engine(benchmark: EngineBenchmark) -> list[EngineTiming]:
    """Measure the engine with each number of commands.

    Raises:
        ValueError: for a model, device or precision that cannot be had.
    """
    scene = TabletopConfig(frames=32, width=benchmark.width, height=benchmark.height)
    video = make_video("test", 0, scene)
    return [_measure(benchmark, video, number) for number in benchmark.commands]


def engine_table(timings: list[EngineTiming]) -> str:
    """The measurements as a Markdown table."""
    lines = [
        "| commands | frames/s | median, ms | interquartile range, ms | p99, ms |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for timing in timings:
        spread = timing.latency
        lines.append(
            f"| {timing.commands} | {timing.frames_per_second:.1f} | {spread.median_ms:.1f} | "
            f"{spread.q25_ms:.1f} to {spread.q75_ms:.1f} | {spread.p99_ms:.1f} |"
        )
    return "\n".join(lines)


def _measure(benchmark: EngineBenchmark, video: TabletopVideo, number: int) -> EngineTiming:
    engine = Engine.from_model(benchmark.model, benchmark.device, benchmark.precision)
    sentences = [expression.sentence for expression in video.expressions[:number]]
    commands = [Command(str(index), sentence) for index, sentence in enumerate(sentences)]
    refused = [e for e in engine.set_commands(commands) if e.kind is EventKind.REJECTED]
    if refused or len(commands) < number:
        reason = refused[0].reason if refused else f"the video has {len(commands)} sentences"
        raise ValueError(f"{number} commands: {reason}")
    frames = (
        Frame(image, stamp_ns=index * _FRAME_NS) for index, image in enumerate(cycle(video.frames))
    )
    for frame in islice(frames, _WARM_UP):
        engine.step(frame)
    seconds = []
    progress = tqdm(islice(frames, benchmark.frames), total=benchmark.frames, unit="frame")
    progress.set_description(f"{number} command{'s' if number > 1 else ''}")
    for frame in progress:
        began = time.perf_counter()
        engine.step(frame)  # its masks are in the host's memory: nothing is left to wait for
        seconds.append(time.perf_counter() - began)
    rate = round(benchmark.frames / sum(seconds), 2)
    return EngineTiming(number, rate, Spread.of(seconds))
