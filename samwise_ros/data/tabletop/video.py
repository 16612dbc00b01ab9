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
from samwise_ros.data.tabletop.stored import VIDEOS, read_trajectory
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
    """Make a video; its motion is simulated, in the fixed splits it is read.

    Args:
        renderer: renders images of its size.
        split: the split.
        index: number of the video.
        frames: number of frames, for ``train`` only; drawn from 8 to 96 by default.

    Raises:
        DatasetError: the motion of a fixed split is missing.
        ValueError: an argument is out of range.
    """
    if split in VIDEOS and (frames is not None or index >= VIDEOS[split]):
        raise ValueError(
            f"{split}: expected one of {VIDEOS[split]} videos of fixed lengths, got video {index} "
            f"with {frames} frames"
        )
    description = describe(split, index, frames)
    motion = read_trajectory(description) if split in VIDEOS else simulate(description)
    images, truth = renderer.video(description, motion)
    rng = random.Random(f"tabletop/sentences/{split}/{index}")
    return TabletopVideo(description, images, truth, draw_sentences(description, truth, rng))


def sentence_masks(video: TabletopVideo, sentence: Sentence) -> NDArray[np.bool_]:
    """Return the masks of a sentence: (T, H, W) bool.

    They are empty before the sentence is true and after it may no longer be, and for a sentence
    about what is not there.
    """
    labels = video.truth.labels
    if sentence.target is None:
        return np.zeros(labels.shape, np.bool_)
    masks = labels == sentence.target + 1
    masks[: sentence.start] = False
    masks[sentence.stop :] = False
    return np.asarray(masks)
