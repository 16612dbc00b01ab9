"""Makes videos: description, motion, images, truth and sentences."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.description import SceneDescription, Split
from samwise_ros.data.tabletop.language import Sentence, draw_sentences
from samwise_ros.data.tabletop.simulation.physics import simulate
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.stored import (
    VIDEOS,
    describe_stored,
    read_sentences,
    read_trajectory,
)
from samwise_ros.data.tabletop.truth import VideoTruth


@dataclass(frozen=True, eq=False)
class TabletopVideo:
    """A video with all that is known about it.

    Attributes:
        description: the scene.
        frames: (T, H, W, 3) uint8 RGB.
        truth: the truth.
        sentences: sentences about it.
    """

    description: SceneDescription
    frames: NDArray[np.uint8]
    truth: VideoTruth
    sentences: list[Sentence]


def video_name(split: Split, index: int) -> str:
    """Return the name of a video in a folder."""
    return f"{split}{index:06d}"


def make_video(
    renderer: SceneRenderer, split: Split, index: int, frames: int | None = None
) -> TabletopVideo:
    """Make a video; the motion and sentences of the fixed splits are read.

    Args:
        renderer: renders images of its size.
        split: the split.
        index: number of the video.
        frames: number of frames, for ``train`` only; drawn from 8 to 96 by default.

    Raises:
        DatasetError: the motion or the sentences of a fixed split are missing.
        ValueError: an argument is out of range.
    """
    if split in VIDEOS and (frames is not None or index >= VIDEOS[split]):
        raise ValueError(
            f"{split}: expected one of {VIDEOS[split]} videos of fixed lengths, got video {index} "
            f"with {frames} frames"
        )
    if split in VIDEOS:
        description = describe_stored(split, index)
        images, truth = renderer.video(description, read_trajectory(description))
        return TabletopVideo(description, images, truth, read_sentences(description))
    description = describe(split, index, frames)
    images, truth = renderer.video(description, simulate(description))
    return TabletopVideo(description, images, truth, sentences_of(description, truth))


def sentences_of(description: SceneDescription, truth: VideoTruth) -> list[Sentence]:
    """Draw the sentences of a video, which depend on the visible pixels."""
    rng = random.Random(f"tabletop/sentences/{description.split}/{description.index}")
    return draw_sentences(description, truth, rng)
