"""The sentences of the demo, and the scores of masks against the tabletop's ground truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.painted.scene import PaintedScene
from samwise_ros.evaluation.metrics import boundary_accuracy, region_similarity

#: Frames per second of the tabletop camera; objects move as fast as in the training videos.
RATE_HZ = 10.0
WIDTH, HEIGHT = 320, 240


@dataclass(frozen=True)
class ScriptLine:
    """A sentence of the script.

    Attributes:
        begin_s: when the sentence is sent, in seconds since the camera's first frame.
        end_s: when the next sentence is sent.
        sentence: description of the target.
        object_index: index of the described object; ``None`` without ground truth.
    """

    begin_s: float
    end_s: float
    sentence: str
    object_index: int | None = None


def make_scene(seed: int) -> PaintedScene:
    """Return the tabletop scene of the demo's camera."""
    return PaintedScene(seed, WIDTH, HEIGHT)


def tabletop_lines(scene: PaintedScene, seconds: float) -> list[ScriptLine]:
    """Return the sentences that the scene generates.

    >>> [line.end_s for line in tabletop_lines(make_scene(56), 6.0)]
    [3.2, 6.0]
    """
    script = scene.script(round(seconds * RATE_HZ))
    ends = [start / RATE_HZ for start, _, _ in script[1:]] + [seconds]
    return [
        ScriptLine(start / RATE_HZ, end, sentence, object_index)
        for (start, sentence, object_index), end in zip(script, ends, strict=True)
    ]


def even_lines(sentences: Sequence[str], seconds: float) -> list[ScriptLine]:
    """Divide the time evenly between sentences.

    >>> [line.begin_s for line in even_lines(["the mug", "the plate"], 10.0)]
    [0.0, 5.0]
    """
    share_s = seconds / len(sentences)
    return [
        ScriptLine(index * share_s, (index + 1) * share_s, sentence)
        for index, sentence in enumerate(sentences)
    ]


class MaskScorer:
    """Scores masks of the tabletop camera against the ground truth of the scene."""

    def __init__(self, scene: PaintedScene, lines: Sequence[ScriptLine]) -> None:
        """Use a scene, and sentences with the objects that they describe."""
        self._scene = scene
        self._object_indices = {line.sentence: line.object_index for line in lines}

    def score(self, seconds: float, sentence: str, mask: NDArray[np.bool_]) -> float:
        """Compare a mask with the visible pixels of the described object.

        Args:
            seconds: time of the frame since the camera's first frame.
            sentence: a sentence of the script.
            mask: (H, W) bool.

        Returns:
            J&F in percent.
        """
        masks = self._scene.frame(round(seconds * RATE_HZ))[1]
        truth = masks[self._object_indices[sentence]][None]
        overlap = region_similarity(mask[None], truth)[0]
        return float(50.0 * (overlap + boundary_accuracy(mask[None], truth)[0]))
