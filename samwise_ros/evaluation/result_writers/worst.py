"""Draws the sentences with the lowest scores, by kind."""

import heapq
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.evaluation.metrics import region_similarity
from samwise_ros.evaluation.result_writers.result_writer import FrameResults
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.files.data_path import path_below
from samwise_ros.vision.contact_sheet import contact_sheet
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.overlay import OverlayItem, draw_overlay

Image = NDArray[np.uint8]

_COLUMNS = 4
_TILE = (320, 240)  # width and height, pixels
_TRUTH = (255, 255, 255)


@dataclass
class _Sentence:
    """A sentence in progress: the sum of J over its frames, and its worst frame."""

    total: float = 0.0
    frames: int = 0
    worst: float = 2.0
    tile: Image | None = None


class WorstWriter:
    """Writes ``KIND.png``: of each sentence with a low score, the frame with the lowest J.

    The true mask has a white outline, the predicted one an outline in colour. The sentences are
    ranked by their mean J over the frames on which they hold. Sentences without true masks are not
    drawn.
    """

    def __init__(self, folder: Path, number: int, separate_runs: bool) -> None:
        """Select the folder.

        Args:
            folder: folder to write to.
            number: number of sentences of each kind.
            separate_runs: write each run configuration to a separate subfolder.
        """
        self._folder, self._number, self._separate_runs = folder, number, separate_runs
        self._open: dict[tuple[str, str, str], _Sentence] = defaultdict(_Sentence)
        self._worst: dict[Path, list[tuple[float, int, Image]]] = defaultdict(list)
        self._order = count()

    def write(self, run_config: RunConfig, results: FrameResults) -> None:
        """Receive some frames; see ``ResultWriter``."""
        folder = self._folder / run_config.folder if self._separate_runs else self._folder
        video, length = results.video, len(results.video.frames)
        for expression, masks, truth in zip(
            results.expressions, results.masks, results.truths, strict=True
        ):
            if truth is None:
                continue
            key = (run_config.folder, video.name, expression.id)
            sentence = self._open[key]
            scores = region_similarity(masks, truth)
            span = expression.span(length)
            for place, index in enumerate(results.frame_indices):
                if index in span:
                    sentence.total += float(scores[place])
                    sentence.frames += 1
                if index in span and scores[place] < sentence.worst:
                    sentence.worst = float(scores[place])
                    text = f"{expression.sentence} ({video.name}, frame {index})"
                    sentence.tile = _tile(results.images[place], masks[place], truth[place], text)
            if results.frame_indices[-1] == length - 1:
                self._rank(path_below(folder, f"{expression.kind or 'all'}.png"), key)

    def _rank(self, path: Path, key: tuple[str, str, str]) -> None:
        sentence = self._open.pop(key)
        if sentence.tile is None:
            return
        entry = (-sentence.total / sentence.frames, next(self._order), sentence.tile)
        ranked = self._worst[path]
        if len(ranked) < self._number:
            heapq.heappush(ranked, entry)
        else:
            heapq.heappushpop(ranked, entry)

    def close(self) -> None:
        """Write the pictures; see ``ResultWriter``."""
        for path, ranked in self._worst.items():
            tiles = [tile for _, _, tile in sorted(ranked, key=lambda entry: entry[:2])[::-1]]
            write_image(path, contact_sheet(tiles, _COLUMNS))


def _tile(image: Image, mask: NDArray[np.bool_], truth: NDArray[np.bool_], text: str) -> Image:
    """Return the enlarged image with both outlines."""
    large = np.asarray(cv2.resize(image, _TILE, interpolation=cv2.INTER_CUBIC), np.uint8)
    drawn = draw_overlay(large, [OverlayItem(_enlarged(mask), 1, text)])
    outlines, _ = cv2.findContours(
        _enlarged(truth).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return np.asarray(cv2.drawContours(drawn, outlines, -1, _TRUTH, 1), np.uint8)


def _enlarged(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    soft = cv2.resize(mask.astype(np.float32), _TILE, interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft > 0.5)
