"""A data set of moving squares, drawn in memory."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video


class SquaresDataset:
    """Videos of grey squares, 48 x 32 pixels; object k starts in column 12 k."""

    def __init__(
        self, expressions: Sequence[Sequence[Expression]], frames: int = 3, name: str = "drawn:here"
    ) -> None:
        self.name = name
        self._expressions = [tuple(each) for each in expressions]
        self._frames = tuple(f"{index:05d}" for index in range(frames))

    def __len__(self) -> int:
        return len(self._expressions)

    def video(self, index: int) -> Video:
        return Video(f"video{index}", self._frames, self._expressions[index])

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        squares = self.masks(index, range(3), frame_indices).any(axis=0)
        return np.repeat(np.where(squares, 200, 40).astype(np.uint8)[..., None], 3, axis=3)

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        planes = np.zeros((len(objects), len(frame_indices), 32, 48), np.bool_)
        for place, number in enumerate(objects):
            for frame, frame_index in enumerate(frame_indices):
                left = 12 * number + frame_index % 4
                planes[place, frame, 8 + index : 16 + index, left : left + 8] = True
        return planes


def expression(sentence: str, *objects: int, **fields: object) -> Expression:
    """Return a sentence about objects of a video."""
    return Expression(sentence, objects, **{"id": sentence.replace(" ", "_"), **fields})
