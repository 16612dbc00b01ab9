"""An engine follows what is said about a video, a stretch of frames at a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame


def say(engine: Engine, video: Video, expressions: Sequence[Expression]) -> None:
    """Say expressions ahead of a video's first frame; what was said before is forgotten.

    Raises:
        ValueError: the engine refuses one; the message names it.
    """
    for status in engine.commands:
        engine.remove(status.command.id)
    commands = [Command(str(number), one.sentence) for number, one in enumerate(expressions)]
    for event in engine.set_commands(commands):
        if event.kind is EventKind.REJECTED:
            raise ValueError(
                f"{video.name}: the model cannot take {event.command.sentence!r}: {event.reason}"
            )


def look(
    engine: Engine, images: NDArray[np.uint8], frame_indices: Sequence[int]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Show the video's next frames.

    Args:
        engine: to which E expressions were said. In clip mode, frames are shown a clip at a time.
        images: (T, H, W, 3) RGB.
        frame_indices: indices of these frames in the video.

    Returns:
        Masks (E, T, H, W) and probabilities (E, T) that what is meant is in view.
    """
    results = []
    for moment, image in zip(frame_indices, images, strict=True):
        results.extend(engine.step(Frame(image, stamp_ns=moment)))
    results.extend(engine.flush())
    order = sorted(range(len(results)), key=lambda index: results[index].frame.stamp_ns)
    count = len(engine.commands)
    masks = np.zeros((count, *images.shape[:3]), np.bool_)
    scores = np.zeros((count, len(images)), np.float32)
    for place, index in enumerate(order):
        for target in results[index].targets:
            number = int(target.command.id)
            masks[number, place], scores[number, place] = target.mask, target.score
    return masks, scores
