"""Draws a picture that shows what the tabletop's videos look like."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.description import SceneDescription, Split
from samwise_ros.data.tabletop.simulation.physics import simulate
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.truth import AGENT_LABEL, VideoTruth
from samwise_ros.files.atomic import write_atomically

_WIDTH, _HEIGHT, _COLUMNS = 320, 240, 4
_STILLS = 16
_SUFFIXES = (".webp", ".png", ".jpg")
_STORIES = ("hand over", "return", "hide", "late", "twins", "fast")
_COLOURS = np.array(
    [
        (0, 0, 0),
        (230, 60, 60),
        (60, 160, 240),
        (250, 200, 50),
        (80, 190, 90),
        (180, 90, 210),
        (250, 140, 50),
        (90, 220, 210),
        (240, 130, 180),
        (150, 150, 60),
        (120, 110, 230),
    ],
    np.uint8,
)


def write_look_book(path: Path) -> None:
    """Write a picture: single frames, four frames of each of several videos, and their truth.

    Raises:
        OSError: the file could not be written.
        RenderingError: there is no GL library.
        ValueError: the suffix is that of no image.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise ValueError(f"{path}: expected a name that ends in {', '.join(_SUFFIXES)}")
    renderer = SceneRenderer(_WIDTH, _HEIGHT)
    pictures: list[NDArray[np.uint8]] = []
    for description in _stills():
        motion = simulate(description)
        truth = renderer.truth(description, motion)
        pictures += renderer.images(description, motion, [_clearest(truth)])
    first = None
    for description in _stories():
        first = first or description
        chosen = np.linspace(0, description.frames - 1, _COLUMNS).round().astype(int)
        pictures += renderer.images(description, simulate(description), chosen.tolist())
    assert first is not None
    pictures += _truth_row(*renderer.video(first, simulate(first)))
    renderer.close()
    rows = [
        np.concatenate(pictures[start : start + _COLUMNS], axis=1)
        for start in range(0, len(pictures), _COLUMNS)
    ]
    sheet = cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR)
    encoded, data = cv2.imencode(path.suffix, sheet, [cv2.IMWRITE_WEBP_QUALITY, 72])
    assert encoded
    write_atomically(path, data.tobytes())


def _stills() -> Iterator[SceneDescription]:
    """Yield descriptions of short videos with different surroundings; a quarter is unseen."""
    seen: set[tuple[str, str]] = set()
    found, index = 0, 0
    while found < _STILLS:
        split: Split = "unseen" if found % 4 == 3 else "train"
        description = describe(split, index, 16)
        index += 1
        place = (description.place.kind, description.place.surface)
        if place not in seen and len(description.things) > 3:
            seen.add(place)
            found += 1
            yield description


def _clearest(truth: VideoTruth) -> int:
    """Return the frame on which the least of the best visible view of each thing is hidden."""
    shares = truth.areas / np.maximum(truth.areas.max(axis=0), 1)
    agents = (truth.labels == AGENT_LABEL).mean(axis=(1, 2))
    return int(np.argmax(shares.mean(axis=1) - 2 * agents))


def _stories() -> Iterator[SceneDescription]:
    """Yield one long video of each of some scenarios."""
    for scenario in _STORIES:
        index = 0
        while True:
            description = describe("train", index)
            index += 1
            if description.scenario == scenario and description.frames >= 32:
                yield description
                break


def _truth_row(frames: NDArray[np.uint8], truth: VideoTruth) -> list[NDArray[np.uint8]]:
    """Return a frame with its masks, depth and contacts."""
    areas = truth.areas.sum(axis=1) + 1e6 * (truth.contact > 0).any(axis=1)
    frame = int(np.argmax(areas))
    labels = truth.labels[frame]
    colours = _COLOURS[np.where(labels == AGENT_LABEL, 0, labels) % len(_COLOURS)]
    masks = np.where(labels[..., None] == AGENT_LABEL, np.uint8(200), colours)
    near, far = np.percentile(truth.depth_m[frame], (1, 99))
    grey = np.clip((far - truth.depth_m[frame]) / (far - near) * 255, 0, 255).astype(np.uint8)
    touched = np.isin(labels, np.flatnonzero(truth.contact[frame]) + 1)
    contact = np.where(touched[..., None], _COLOURS[1], frames[frame] // 2)
    depth = np.repeat(grey[..., None], 3, axis=2)
    return [frames[frame], masks.astype(np.uint8), depth, contact.astype(np.uint8)]
