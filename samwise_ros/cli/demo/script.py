"""What is said in the demo and when, and how well the answer is where the truth is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.scene import TabletopScene
from samwise_ros.evaluation.metrics import boundary_accuracy, region_similarity

#: Of the tabletop camera, frames a second; its objects move as fast as those of the short videos.
RATE_HZ = 10.0
WIDTH, HEIGHT = 320, 240


@dataclass(frozen=True)
class Line:
    """A sentence of the script.

    Attributes:
        begin_s: when it is said, in seconds from the camera's first frame.
        end_s: when the next one is said.
        sentence: the words.
        asked: index of the object that they mean; ``None`` where nobody knows.
    """

    begin_s: float
    end_s: float
    sentence: str
    asked: int | None = None


def make_scene(seed: int) -> TabletopScene:
    """Give the scene that the demo's camera looks at."""
    return TabletopScene(seed, WIDTH, HEIGHT)


def tabletop_lines(scene: TabletopScene, seconds: float) -> list[Line]:
    """Give the scene's own sentences.

    >>> [line.end_s for line in tabletop_lines(make_scene(56), 6.0)]
    [3.2, 6.0]
    """
    script = scene.script(round(seconds * RATE_HZ))
    ends = [start / RATE_HZ for start, _, _ in script[1:]] + [seconds]
    return [
        Line(start / RATE_HZ, end, words, asked)
        for (start, words, asked), end in zip(script, ends, strict=True)
    ]


def even_lines(sentences: Sequence[str], seconds: float) -> list[Line]:
    """Give each sentence the same time.

    >>> [line.begin_s for line in even_lines(["the mug", "the plate"], 10.0)]
    [0.0, 5.0]
    """
    share_s = seconds / len(sentences)
    return [
        Line(number * share_s, (number + 1) * share_s, sentence)
        for number, sentence in enumerate(sentences)
    ]


class Judge:
    """Scores masks of the tabletop camera against the scene's own."""

    def __init__(self, scene: TabletopScene, lines: Sequence[Line]) -> None:
        """Take the scene, and the sentences with the objects that they mean."""
        self._scene = scene
        self._asked = {line.sentence: line.asked for line in lines}

    def score(self, seconds: float, sentence: str, mask: NDArray[np.bool_]) -> float:
        """Compare a mask with the visible pixels of the object that the sentence means.

        Args:
            seconds: of the frame, from the camera's first.
            sentence: of the script.
            mask: (H, W) bool.

        Returns:
            J&F in percent.
        """
        truth = self._scene.frame(round(seconds * RATE_HZ))[1][self._asked[sentence]][None]
        overlap = region_similarity(mask[None], truth)[0]
        return float(50.0 * (overlap + boundary_accuracy(mask[None], truth)[0]))
