"""The demo's scenes as a data set, for the measurement of events.

A scene has 416 frames, two loops of its episodes. Each line of its script is one video: the frames
between the line and the next one, with that line as the only sentence.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import ABSENT, Expression, Video
from samwise_ros.data.painted.scene import LOOP, PaintedScene

SCENES: Mapping[str, int] = {"scenes": 101_000, "scenes_val": 50_000, "scenes_absent": 150_000}
"""The first seed of each split; thresholds are chosen on ``scenes_val``. The sentences of
``scenes_absent`` describe nothing in the video."""
_MAX_SCENES = 40_000
_FRAMES = 2 * LOOP


class SceneDataset:
    """The lines of scenes, generated on request."""

    def __init__(self, split: str, width: int, height: int) -> None:
        """Select one of `SCENES` and the size of the images, pixels."""
        self.name, self._first = f"painted:{split}", SCENES[split]
        self._is_absent = split == "scenes_absent"
        self._size = (width, height)
        # All scenes have the same episodes; only words and objects differ.
        self._lines = len(self._scene(0).script(_FRAMES))

    def __len__(self) -> int:
        """Return the bound of an index."""
        return _MAX_SCENES * self._lines

    def video(self, index: int) -> Video:
        """Return the entry of one line; see ``Dataset``."""
        seed, line = divmod(index, self._lines)
        script = self._scene(seed).script(_FRAMES)
        first, sentence, target = script[line]
        end = script[line + 1][0] if line + 1 < len(script) else _FRAMES
        frames = tuple(f"{number:05d}" for number in range(first, end))
        expression = Expression(sentence, (target,), id="0")
        if self._is_absent:
            sentence = self._scene(seed).absent_sentence(line)
            expression = Expression(sentence, (), id="0", kind=ABSENT)
        objects = tuple(range(len(self._scene(seed).objects)))
        return Video(f"scene{self._first + seed}_{line:02d}", frames, (expression,), objects)

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Return frames; see ``Dataset``."""
        return np.stack([image for image, _ in self._frames(index, frame_indices)])

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Return the masks of objects; see ``Dataset``."""
        frames = [masks[list(objects)] for _, masks in self._frames(index, frame_indices)]
        return np.stack(frames, axis=1)

    def _frames(
        self, index: int, frame_indices: Sequence[int]
    ) -> list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
        scene = self._scene(index // self._lines)
        names = self.video(index).frames
        return [scene.frame(int(names[number])) for number in frame_indices]

    def _scene(self, number: int) -> PaintedScene:
        return _make(self._first + number, *self._size)


@lru_cache(maxsize=2)
def _make(seed: int, width: int, height: int) -> PaintedScene:
    return PaintedScene(seed, width, height)
