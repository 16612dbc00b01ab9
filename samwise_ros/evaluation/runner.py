"""Runs a model over generated videos, in every way that was asked for, and scores its masks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.data.tabletop import Split, TabletopConfig, TabletopVideo, make_video
from samwise_ros.engine.config import EngineConfig, Mode
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.switch import SwitchCorrection
from samwise_ros.engine.types import Command, EventKind, Frame
from samwise_ros.evaluation.results import Results, Run
from samwise_ros.evaluation.scoring import ExpressionScore, score_video
from samwise_ros.network.checkpoint import load_model

_SIZE = (320, 240)
_FRAME_NS = 100_000_000


@dataclass(frozen=True)
class EvaluationConfig:
    """What to evaluate on, and how.

    Attributes:
        data: ``tabletop:SPLIT`` with train, val or test.
        videos: how many of its videos, from index 0 on.
        frames: of each video.
        modes: which of ``online`` and ``clip``; each with the switch correction on and off.
    """

    data: str = "tabletop:test"
    videos: int = 100
    frames: int = 16
    modes: tuple[Mode, ...] = ("online", "clip")

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.data not in {f"tabletop:{split}" for split in get_args(Split)}:
            splits = ", ".join(f"tabletop:{split}" for split in get_args(Split))
            raise ValueError(f"data: expected one of {splits}, got {self.data!r}")
        if self.videos < 1:
            raise ValueError(f"videos: expected 1 or more, got {self.videos}")
        if self.frames < 1:
            raise ValueError(f"frames: expected 1 or more, got {self.frames}")
        if not self.modes:
            raise ValueError("modes: expected at least one, got none")

    @property
    def split(self) -> Split:
        """The videos' split."""
        split: Split = next(s for s in get_args(Split) if self.data == f"tabletop:{s}")
        return split


def evaluate(model: str, config: EvaluationConfig) -> Results:
    """Evaluate a model; the videos are 320 by 240 pixels.

    All sentences of a video are said at once, on its first frame. Nothing is filtered: every mask
    counts, however small.

    Args:
        model: a shipped model by name, or a model folder by path.
        config: on what.

    Returns:
        The scores of every run: each mode with the switch correction on and off.

    Raises:
        ValueError: naming the model's file and what is wrong with it.
    """
    network, tokenizer = load_model(model)
    ways = [(mode, correct) for mode in config.modes for correct in (True, False)]
    engines = [Engine(network, tokenizer, _engine_config(*way)) for way in ways]
    scores: list[list[ExpressionScore]] = [[] for _ in ways]
    width, height = _SIZE
    scene = TabletopConfig(frames=config.frames, width=width, height=height)
    for index in tqdm(range(config.videos), desc="evaluate", unit="video"):
        video = make_video(config.split, index, scene)
        sentences = [expression.sentence for expression in video.expressions]
        for engine, found in zip(engines, scores, strict=True):
            masks = find(engine, video, sentences)
            found.extend(score_video(index, video.expressions, video.masks, masks))
    if not scores[0]:
        raise ValueError(f"{config.data}: no sentence in {config.videos} videos; take more videos")
    runs = [Run(*way, tuple(found)) for way, found in zip(ways, scores, strict=True)]
    return Results(model, config.data, config.videos, config.frames, _SIZE, tuple(runs))


def find(engine: Engine, video: TabletopVideo, sentences: Sequence[str]) -> list[NDArray[np.bool_]]:
    """Follow sentences through a video and forget them again.

    Args:
        engine: without commands.
        video: of T frames.
        sentences: E of them, said on the first frame.

    Returns:
        E of (T, H, W) bool.

    Raises:
        ValueError: the engine refuses a sentence.
    """
    commands = [Command(str(number), sentence) for number, sentence in enumerate(sentences)]
    for event in engine.set_commands(commands):
        if event.kind is EventKind.REJECTED:
            raise ValueError(f"{event.command.sentence!r}: {event.reason}")
    results = []
    for moment, image in enumerate(video.frames):
        results.extend(engine.step(Frame(image, stamp_ns=moment * _FRAME_NS)))
    results.extend(engine.flush())
    masks = np.zeros((len(sentences), *video.frames.shape[:3]), np.bool_)
    for result in results:
        moment = result.frame.stamp_ns // _FRAME_NS
        for target in result.targets:
            masks[int(target.command.id), moment] = target.mask
    for command in commands:
        engine.remove(command.id)
    return list(masks)


def _engine_config(mode: Mode, correct: bool) -> EngineConfig:
    correction: SwitchCorrection = "learned" if correct else "never"
    return EngineConfig(mode=mode, max_commands=254, switch_correction=correction, min_mask_area=1)
