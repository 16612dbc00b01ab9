"""The event logic alone: true masks with planted changes, without a network.

A clip shows a painted scene. Its masks are true masks of one object, changed in one way: the mask
moves to another object, the object is covered and its mask is empty, or a change that only looks
like one of these. The true events follow from the clip like those of a model's masks.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.data.painted.scene import LOOP, PaintedScene
from samwise_ros.engine.config import EngineConfig
from samwise_ros.evaluation.distributed import SINGLE_PROCESS, ProcessGroup
from samwise_ros.evaluation.events.record import EventRecord
from samwise_ros.evaluation.events.true_masks import track_masks

_FRAMES = 40
_CHANGE = 12  # frame of the planted change
_WIDTH, _HEIGHT = 320, 240
_FIRST_SEED = 200_000
_MIN_AREA = 200  # of the planted objects, pixels


@dataclass(eq=False)
class _Clip:
    """Frames of a scene with true masks, and the published masks of one object.

    Attributes:
        images: (H, W, 3) uint8 each.
        truths: (N, H, W) bool each, the visible pixels of all objects.
        masks: (H, W) bool each, as published; planted changes alter them.
        target: index of the object.
    """

    images: list[NDArray[np.uint8]]
    truths: list[NDArray[np.bool_]]
    masks: list[NDArray[np.bool_]]
    target: int

    def cover(self, rng: random.Random, first: int, end: int) -> None:
        """Put a plate of a random colour in front of the object; its mask becomes empty."""
        colour = np.array([rng.randrange(256) for _ in range(3)], np.uint8)
        for frame in range(first, end):
            grown = cv2.dilate(
                self.truths[frame][self.target].view(np.uint8), np.ones((9, 9), np.uint8)
            )
            x, y, width, height = cv2.boundingRect(grown)
            plate = np.s_[y : y + height, x : x + width]
            self.images[frame] = self.images[frame].copy()
            self.images[frame][plate] = colour
            self.truths[frame] = self.truths[frame].copy()
            self.truths[frame][:, plate[0], plate[1]] = False
            self.masks[frame] = np.zeros((_HEIGHT, _WIDTH), np.bool_)

    def pan(self, frames: Sequence[float], shares: Sequence[float]) -> None:
        """Turn the camera towards the object's nearer side of the image and back.

        Args:
            frames: ascending.
            shares: how much of the object is out of the image on each of them, 0 to 1.
        """
        ever = np.logical_or.reduce([truth[self.target] for truth in self.truths])
        x, _, width, _ = cv2.boundingRect(ever.view(np.uint8))
        to_left = x + width / 2 < _WIDTH / 2
        for number, (image, truth) in enumerate(zip(self.images, self.truths, strict=True)):
            x, _, width, _ = cv2.boundingRect(truth[self.target].view(np.uint8))
            out = np.interp(number, frames, shares)
            if out == 0.0:
                continue
            way = -(x + out * width) if to_left else _WIDTH - x - (1 - out) * width
            shift = np.array([[1, 0, way], [0, 1, 0]], np.float32)
            moved = cv2.warpAffine(image, shift, (_WIDTH, _HEIGHT), borderMode=cv2.BORDER_REPLICATE)
            self.images[number] = moved.astype(np.uint8)
            self.truths[number] = np.stack(
                [
                    cv2.warpAffine(mask.view(np.uint8), shift, (_WIDTH, _HEIGHT)) > 0
                    for mask in truth
                ]
            )
            self.masks[number] = self.truths[number][self.target].copy()


Plant = Callable[[random.Random, _Clip], None]


def _switch(rng: random.Random, clip: _Clip) -> None:
    """Move the mask to another object."""
    areas = [
        min(int(np.count_nonzero(truth[item])) for truth in clip.truths[_CHANGE:])
        for item in range(len(clip.truths[0]))
    ]
    others = [k for k, area in enumerate(areas) if k != clip.target and area >= _MIN_AREA]
    other = rng.choice(others)
    for frame in range(_CHANGE, _FRAMES):
        clip.masks[frame] = clip.truths[frame][other].copy()


def _loss(rng: random.Random, clip: _Clip) -> None:
    """Cover the object until it is lost, then uncover it."""
    clip.cover(rng, _CHANGE, _CHANGE + rng.randint(6, 18))


def _occlusion(rng: random.Random, clip: _Clip) -> None:
    """Cover the object for a moment."""
    clip.cover(rng, _CHANGE, _CHANGE + rng.randint(1, 4))


def _split(rng: random.Random, clip: _Clip) -> None:
    """Keep only one half of the mask, another one on each frame."""
    for frame in range(_CHANGE, _CHANGE + 10):
        rows, columns = np.nonzero(clip.masks[frame])
        angle = rng.uniform(0, 2 * np.pi)
        side = (columns - columns.mean()) * np.cos(angle) + (rows - rows.mean()) * np.sin(angle)
        clip.masks[frame][rows[side > 0], columns[side > 0]] = False


def _ragged(rng: random.Random, clip: _Clip) -> None:
    """Shrink or grow the mask, and drop a third of its pixels."""
    noise = np.random.default_rng(rng.randrange(2**32))
    kernel = np.ones((5, 5), np.uint8)
    for frame in range(_CHANGE, _CHANGE + 10):
        change = cv2.dilate if rng.random() < 0.5 else cv2.erode
        mask = change(clip.masks[frame].view(np.uint8), kernel).astype(np.bool_)
        clip.masks[frame] = mask & (noise.random(mask.shape) > 1 / 3)


def _dropped(rng: random.Random, clip: _Clip) -> None:
    """Empty the mask although the object is in view."""
    for frame in range(_CHANGE, _CHANGE + rng.randint(5, 8)):
        clip.masks[frame] = np.zeros((_HEIGHT, _WIDTH), np.bool_)


def _leave(rng: random.Random, clip: _Clip) -> None:
    """Turn the camera until the object is out of the image, then back."""
    away, end = _CHANGE + 4, _CHANGE + 4 + rng.randint(6, 12)
    clip.pan([_CHANGE, away, end, end + 5], [0.0, 1.0, 1.0, 0.0])


def _enter(rng: random.Random, clip: _Clip) -> None:
    """Begin with a part of the object at the border of the image."""
    clip.pan([_CHANGE, _CHANGE + rng.randint(3, 12)], [rng.uniform(0.3, 0.8), 0.0])


PLANTS: Mapping[str, tuple[Plant, int, int]] = {
    "switch": (_switch, 1, 0),
    "loss": (_loss, 1, 0),
    "return elsewhere": (_loss, 1, 40),
    "out of the image": (_leave, 1, 0),
    "slow entry": (_enter, 1, 0),
    "occlusion": (_occlusion, 1, 0),
    "occlusion and jump": (_occlusion, 1, 40),
    "fast motion": (lambda rng, clip: None, 6, 0),
    "split mask": (_split, 1, 0),
    "ragged mask": (_ragged, 1, 0),
    "dropped mask": (_dropped, 1, 0),
}
"""Each planted change, the scene's frames per frame of the clip, and the frames that the scene
skips at the change."""


def planted_records(
    clips: int, config: EngineConfig, processes: ProcessGroup = SINGLE_PROCESS
) -> list[EventRecord]:
    """Run the event logic on planted changes.

    Args:
        clips: number of clips of each of `PLANTS`.
        config: thresholds of the node.
        processes: the processes that share the clips.

    Returns:
        One record for each clip, of all processes on rank 0, of the own clips elsewhere; the kind
        of its sentence is the planted change.
    """
    found = []
    numbers = processes.split(range(clips))
    for number in tqdm(numbers, "planted", unit="scene", disable=processes.rank > 0):
        scene = PaintedScene(_FIRST_SEED + number, _WIDTH, _HEIGHT)
        for place, name in enumerate(PLANTS):
            rng = random.Random(f"planted/{name}/{number}")
            clip = _make_clip(rng, scene, name)
            frames = zip(clip.images, clip.masks, clip.truths, strict=True)
            sentence = track_masks(name, name, frames, [clip.target], config)
            index = number * len(PLANTS) + place
            found.append(EventRecord(index, f"{name} {number}", (sentence,)))
    return sorted(processes.gather(found), key=lambda record: record.index)


def _make_clip(rng: random.Random, scene: PaintedScene, name: str) -> _Clip:
    """Return a clip with its planted change.

    The object is in view on all frames, and in clips of fast motion on most of them.
    """
    plant, step, skip = PLANTS[name]
    while True:
        start = rng.randrange(LOOP)
        moments = [start + step * k + skip * (k > _CHANGE) for k in range(_FRAMES)]
        target = rng.randrange(len(scene.objects))
        # Half of the clips would show an object at rest; fast motion needs one that moves.
        checked = [*moments[:: 3 if step > 1 else 8], moments[-1]]
        ends = [scene.frame(moment)[1][target] for moment in checked]
        if not all(map(_is_in_view, ends)):
            continue
        frames = [scene.frame(moment) for moment in moments]
        truths = [masks for _, masks in frames]
        if step > 1:
            if any((a != b).mean() > 0.02 for a in ends for b in ends):
                break
        elif all(_is_in_view(truth[target]) for truth in truths):
            break
    masks = [truth[target].copy() for truth in truths]
    clip = _Clip([image for image, _ in frames], truths, masks, target)
    plant(rng, clip)
    return clip


def _is_in_view(mask: NDArray[np.bool_]) -> bool:
    return bool(np.count_nonzero(mask) >= _MIN_AREA)
